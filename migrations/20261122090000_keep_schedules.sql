-- The database's clock, moved only by tests: what a hold's expiry is measured against.
create table test_clock (
    only_row boolean primary key default true constraint test_clock_has_one_row check (only_row),
    shift interval not null
);

create function sky_now() returns timestamptz language sql volatile as $$
    select clock_timestamp() + coalesce((select shift from test_clock), interval '0')
$$;

-- One row per file imported, newest last: servers compare the highest id with what they have in memory.
create table schedules (
    id bigint generated always as identity primary key,
    title text not null,
    imported_at timestamptz not null default sky_now()
);

-- A carrier's newest import replaces its legs as a whole.
create table schedule_legs (
    schedule_id bigint not null references schedules,
    carrier text not null,
    flight text not null,
    variation smallint not null,
    leg smallint not null,
    period_from date not null,
    -- null: until further notice
    period_to date,
    -- The leg as the domain writes it: times, stations, days, aircraft and configuration change together or not at all.
    definition jsonb not null,
    constraint schedule_leg_filed_once primary key (carrier, flight, variation, leg)
);
