-- Servers keep in Redis what they have found out. Several sites may share one Redis, and what is true of the one is
-- not of the other: each database has a name of its own under which its servers keep things.
create table realm (
    only_row boolean not null default true,
    id uuid not null default gen_random_uuid(),
    constraint realm_once primary key (only_row),
    constraint realm_has_one_row check (only_row)
);

insert into realm default values;
