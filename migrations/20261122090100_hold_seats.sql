-- The signed cookie that owns holds before anyone signs in.
create table visitors (
    id uuid primary key,
    -- Places in live holds, so that the limit is one guarded update and not a count.
    places integer not null default 0,
    constraint visitor_places_counted check (places >= 0)
);

-- One visitor's claim on all legs of one itinerary. Its expiry stands here alone.
create table holds (
    id uuid primary key,
    visitor uuid not null references visitors,
    state text not null default 'active'
        constraint hold_state_known check (state in ('active', 'reserved', 'converted', 'released', 'expired')),
    expires_at timestamptz not null,
    -- Ten more minutes are given once.
    extended boolean not null default false,
    -- Seats times legs, given back to the visitor's count when the hold ends.
    places integer not null constraint hold_has_places check (places > 0),
    -- A digest of the signed offer: choosing the same one twice, by a double click, is one hold.
    offer_digest text not null,
    -- What was chosen and the price that was shown: frozen from here on.
    offer jsonb not null,
    quote jsonb not null,
    total_minor bigint not null constraint hold_total_positive check (total_minor > 0),
    currency text not null constraint hold_currency_known check (currency ~ '^[A-Z]{3}$'),
    contact_email text,
    contact_phone text,
    created_at timestamptz not null default sky_now(),
    ended_at timestamptz,
    constraint hold_end_dated check ((state in ('active', 'reserved')) = (ended_at is null))
) with (fillfactor = 70);

create index holds_by_expiry on holds (expires_at) where state in ('active', 'reserved');
create unique index hold_once_per_offer on holds (visitor, offer_digest) where state in ('active', 'reserved');

create table hold_legs (
    hold_id uuid not null references holds,
    -- Order of travel, from 0.
    leg smallint not null,
    departure text collate "C" not null,
    cabin text not null,
    class text not null,
    places smallint not null constraint hold_leg_has_places check (places > 0),
    -- Times and stations as sold: a later schedule does not rewrite what was bought.
    sold jsonb not null,
    primary key (hold_id, leg),
    constraint hold_leg_once unique (hold_id, departure)
);

create index hold_legs_by_departure on hold_legs (departure);

create table hold_travellers (
    hold_id uuid not null references holds,
    ordinal smallint not null,
    kind text not null constraint traveller_kind_known check (kind in ('ADT', 'CHD', 'INF')),
    -- Unknown until the traveller page is filled in.
    given_name text,
    surname text,
    birth_date date,
    primary key (hold_id, ordinal)
);

-- Rows appear when the first place is taken; absent means that nothing is.
create table departure_cabins (
    departure text collate "C" not null,
    cabin text not null,
    places integer not null,
    taken integer not null,
    primary key (departure, cabin),
    constraint cabin_never_oversold check (taken between 0 and places)
) with (fillfactor = 50);

create table departure_classes (
    departure text collate "C" not null,
    class text not null,
    authorised integer not null,
    taken integer not null,
    primary key (departure, class),
    constraint class_never_oversold check (taken between 0 and authorised)
) with (fillfactor = 50);

-- Sparse: only seats ever touched; absent means available at version 0. Never deleted before the flight is past,
-- or versions would start again.
create table seats (
    departure text collate "C" not null,
    seat text collate "C" not null,
    state text not null
        constraint seat_state_known check (state in ('available', 'held', 'reserved', 'booked', 'blocked')),
    version integer not null constraint seat_version_counted check (version > 0),
    hold_id uuid references holds,
    -- The traveller's ordinal in the hold.
    traveller smallint,
    primary key (departure, seat),
    constraint seat_owned_when_taken check ((state in ('held', 'reserved', 'booked')) = (hold_id is not null)),
    constraint seat_for_someone check ((hold_id is null) = (traveller is null)),
    -- A traveller has one live seat a leg. Deferred, because a move takes the new seat before it frees the old.
    constraint seat_one_each unique (hold_id, departure, traveller) deferrable initially deferred
) with (fillfactor = 50);

-- The WHEN clauses name what is legal, so that legal moves pay nothing.
create function refuse_move() returns trigger language plpgsql as $$
begin
    raise exception using
        errcode = 'check_violation',
        constraint = tg_argv[0],
        message = format('%s may not go from %s to %s', tg_table_name, old.state, new.state);
end $$;

create trigger seat_moves before update on seats for each row
    when (
        new.version <> old.version + 1
        or (old.state, new.state) not in (
            ('available', 'held'), ('available', 'blocked'), ('blocked', 'available'),
            ('held', 'reserved'), ('reserved', 'booked'),
            ('held', 'available'), ('reserved', 'available'), ('booked', 'available')
        )
        or (old.hold_id is distinct from new.hold_id and old.state <> 'available' and new.state <> 'available')
    )
    execute function refuse_move('seat_moves');

create trigger hold_moves before update of state on holds for each row
    when (
        old.state <> new.state
        and (old.state, new.state) not in (
            ('active', 'reserved'), ('active', 'converted'), ('reserved', 'converted'),
            ('active', 'released'), ('reserved', 'released'), ('active', 'expired'), ('reserved', 'expired')
        )
    )
    execute function refuse_move('hold_moves');
