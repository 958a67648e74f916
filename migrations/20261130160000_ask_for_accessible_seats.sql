-- Accessible seats are kept until a day before departure for those who need them (14 CFR 382.83). Here stands which
-- holds have said that somebody of theirs does: to these they are not refused.
create table accessible_asked (
    hold_id uuid primary key references holds,
    asked_at timestamptz not null default sky_now()
);
