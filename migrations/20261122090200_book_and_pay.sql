create table bookings (
    id uuid primary key,
    hold_id uuid not null constraint booking_once_per_hold unique references holds,
    visitor uuid not null references visitors,
    state text not null default 'pending'
        constraint booking_state_known check (state in ('pending', 'ticketed', 'failed', 'unpaid', 'cancelled')),
    -- Given when ticketed.
    pnr text constraint booking_pnr_unique unique,
    created_at timestamptz not null default sky_now(),
    ticketed_at timestamptz,
    constraint booking_pnr_when_ticketed check ((state in ('ticketed', 'unpaid', 'cancelled')) = (pnr is not null))
);

create trigger booking_moves before update of state on bookings for each row
    when (
        old.state <> new.state
        and (old.state, new.state) not in (
            ('pending', 'ticketed'), ('pending', 'failed'),
            ('ticketed', 'cancelled'), ('ticketed', 'unpaid'), ('unpaid', 'cancelled')
        )
    )
    execute function refuse_move('booking_moves');

create table payments (
    booking_id uuid primary key references bookings,
    state text not null default 'open' constraint payment_state_known
        check (state in ('open', 'authorised', 'captured', 'part_refunded', 'refunded', 'voided', 'capture_failed')),
    amount_minor bigint not null constraint payment_amount_positive check (amount_minor > 0),
    currency text not null,
    -- Stored before the call that it protects is made.
    create_key text not null constraint payment_create_key_unique unique,
    -- Null until Stripe has answered. Only this intent hands out its client secret.
    intent_id text constraint payment_intent_unique unique,
    client_secret text,
    card text,
    -- The newest decline, told to the traveller.
    decline text,
    created_at timestamptz not null default sky_now(),
    constraint payment_intent_known_when_authorised check (state in ('open', 'voided') or intent_id is not null)
);

create trigger payment_moves before update of state on payments for each row
    when (
        old.state <> new.state
        and (old.state, new.state) not in (
            ('open', 'authorised'), ('open', 'voided'), ('authorised', 'captured'), ('authorised', 'voided'),
            ('authorised', 'capture_failed'), ('captured', 'part_refunded'), ('captured', 'refunded'),
            ('part_refunded', 'refunded')
        )
    )
    execute function refuse_move('payment_moves');

-- Declined or abandoned cards, each once: the third ends the payment.
create table payment_attempts (
    booking_id uuid not null references payments,
    -- Stripe's charge, or the event that told of it.
    reference text not null,
    message text not null,
    at timestamptz not null default sky_now(),
    primary key (booking_id, reference)
);

-- Ten digits behind the accounting code.
create sequence ticket_serials minvalue 2400000000 maxvalue 9999999999 start 2400000000;

create table tickets (
    number text primary key constraint ticket_number_has_thirteen_digits check (number ~ '^[0-9]{13}$'),
    booking_id uuid not null references bookings,
    ordinal smallint not null,
    kind text not null,
    given_name text not null,
    surname text not null,
    birth_date date not null,
    value_minor bigint not null constraint ticket_value_counted check (value_minor >= 0),
    constraint ticket_once_per_traveller unique (booking_id, ordinal)
);

create table coupons (
    ticket text not null references tickets,
    leg smallint not null,
    departure text collate "C" not null,
    cabin text not null,
    class text not null,
    -- Null: seat at check-in, or an infant on a lap.
    seat text collate "C",
    state text not null default 'open' constraint coupon_state_known check (state in ('open', 'cancelled', 'flown')),
    primary key (ticket, leg)
);

create index coupons_by_departure on coupons (departure);

-- Each step writes its lines in its own transaction; per booking and currency they add up to nothing.
create table ledger (
    id bigint generated always as identity primary key,
    booking_id uuid not null references bookings,
    -- ticketed, then captured or receivable: a step's lines are written once.
    step text not null,
    account text not null constraint ledger_account_known check (account in ('tickets', 'capture_queued', 'captured', 'receivable')),
    amount_minor bigint not null,
    currency text not null,
    at timestamptz not null default sky_now(),
    constraint ledger_line_once unique (booking_id, step, account)
);

-- What must follow a commit. A lane is (booking, kind); within it the order is that of id.
create table outbox (
    id bigint generated always as identity primary key,
    booking_id uuid not null references bookings,
    kind text not null constraint outbox_kind_known check (kind in ('money')),
    step text not null constraint outbox_step_known check (step in ('capture', 'void')),
    state text not null default 'queued' constraint outbox_state_known check (state in ('queued', 'done', 'parked')),
    -- The idempotency key of the outside call; replaced when Stripe's replay rule asks for a new one.
    call_key text not null,
    attempts smallint not null default 0,
    run_at timestamptz not null default sky_now(),
    last_error text,
    created_at timestamptz not null default sky_now(),
    done_at timestamptz,
    constraint outbox_step_once unique (booking_id, step)
);

create index outbox_due on outbox (run_at) where state = 'queued';

-- Stored by Stripe's id and committed before they are acknowledged.
create table stripe_events (
    id text primary key,
    kind text not null,
    intent_id text,
    received_at timestamptz not null default sky_now(),
    handled_at timestamptz
);

create index stripe_events_open on stripe_events (received_at) where handled_at is null;

-- Trips that a visitor opened with PNR and surname.
create table trip_grants (
    visitor uuid not null references visitors,
    booking_id uuid not null references bookings,
    primary key (visitor, booking_id)
);

-- Wrong surnames for a PNR that exists: after ten in ten minutes it stays shut for a while.
create table trip_tries (
    pnr text not null,
    at timestamptz not null default sky_now()
);

create index trip_tries_by_pnr on trip_tries (pnr, at);
