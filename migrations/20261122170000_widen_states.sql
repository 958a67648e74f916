-- Every state of a booking's life, with the moves between them; pay-later and suppliers have theirs.
alter table bookings
    drop constraint booking_state_known,
    drop constraint booking_pnr_when_ticketed,
    add constraint booking_state_known check (state in (
        'pending', 'awaiting_payment', 'confirming', 'unknown', 'ticketed', 'part_cancelled', 'unpaid', 'cancelled',
        'failed', 'refused', 'lapsed')),
    -- A pay-later booking has its locator before it is paid.
    add constraint booking_pnr_when_made check (
        (state in ('awaiting_payment', 'ticketed', 'part_cancelled', 'unpaid', 'cancelled', 'lapsed')) = (pnr is not null));

drop trigger booking_moves on bookings;
create trigger booking_moves before update of state on bookings for each row
    when (
        old.state <> new.state
        and (old.state, new.state) not in (
            ('pending', 'ticketed'), ('pending', 'confirming'), ('pending', 'failed'),
            ('awaiting_payment', 'ticketed'), ('awaiting_payment', 'lapsed'), ('awaiting_payment', 'cancelled'),
            ('confirming', 'ticketed'), ('confirming', 'refused'), ('confirming', 'unknown'),
            ('unknown', 'ticketed'), ('unknown', 'refused'),
            ('ticketed', 'part_cancelled'), ('ticketed', 'cancelled'), ('ticketed', 'unpaid'),
            ('part_cancelled', 'cancelled'), ('part_cancelled', 'unpaid'),
            ('unpaid', 'cancelled')
        )
    )
    execute function refuse_move('booking_moves');

-- A hold made anew for an authorisation that came too late, of the same seats, class and price.
alter table holds add column retake_of uuid constraint hold_retaken_from references holds;

-- What each coupon is worth, so that a leg of one traveller can be given back alone.
alter table coupons
    add column fare_minor bigint not null default 0 constraint coupon_fare_counted check (fare_minor >= 0),
    add column tax_minor bigint not null default 0 constraint coupon_tax_counted check (tax_minor >= 0);

-- Coupons of before: the ticket's value, evenly over its legs, what does not divide on the first.
update coupons c set fare_minor = t.value_minor / n.legs + case when c.leg = 0 then t.value_minor % n.legs else 0 end
from tickets t, (select ticket, count(*) as legs from coupons group by ticket) n
where t.number = c.ticket and n.ticket = c.ticket;

create function refuse_coupon_move() returns trigger language plpgsql as $$
begin
    raise exception using errcode = 'check_violation', constraint = 'coupon_moves',
        message = format('a coupon may not go from %s to %s', old.state, new.state);
end $$;
create trigger coupon_moves before update of state on coupons for each row
    when (old.state <> new.state and (old.state, new.state) not in (('open', 'cancelled'), ('open', 'flown')))
    execute function refuse_coupon_move();

-- Debit: captured, capture_queued, receivable. Credit: tickets, fees, refund_queued, refunded, disputed.
-- Per booking and currency all lines add up to nothing: invariant 6.
alter table ledger
    drop constraint ledger_account_known,
    add constraint ledger_account_known check (account in (
        'tickets', 'fees', 'capture_queued', 'captured', 'receivable', 'refund_queued', 'refunded', 'disputed'));

-- Giving coupons back: what comes back is quoted, then confirmed; confirming frees the seats in the same transaction.
create table cancellations (
    id uuid primary key,
    booking_id uuid not null references bookings,
    reason text not null constraint cancellation_reason_known check (reason in ('traveller', 'airline', 'unpaid')),
    state text not null default 'quoted'
        constraint cancellation_state_known check (state in ('quoted', 'confirmed', 'settled')),
    -- Value of the coupons = what comes back + what is kept.
    refund_minor bigint not null constraint cancellation_refund_counted check (refund_minor >= 0),
    fee_minor bigint not null constraint cancellation_fee_counted check (fee_minor >= 0),
    currency text not null,
    created_at timestamptz not null default sky_now(),
    -- Until when the quote may be confirmed.
    quoted_until timestamptz not null,
    confirmed_at timestamptz,
    settled_at timestamptz,
    constraint cancellation_confirmed_dated check ((state = 'quoted') = (confirmed_at is null)),
    constraint cancellation_settled_dated check ((state = 'settled') = (settled_at is not null))
);
create index cancellations_by_booking on cancellations (booking_id);

create trigger cancellation_moves before update of state on cancellations for each row
    when (old.state <> new.state and (old.state, new.state) not in (('quoted', 'confirmed'), ('confirmed', 'settled')))
    execute function refuse_move('cancellation_moves');

create table cancellation_coupons (
    cancellation_id uuid not null references cancellations,
    ticket text not null,
    leg smallint not null,
    -- Of this coupon's value, what comes back.
    refund_minor bigint not null constraint cancelled_coupon_refund_counted check (refund_minor >= 0),
    primary key (cancellation_id, ticket, leg),
    constraint cancelled_coupon_exists foreign key (ticket, leg) references coupons (ticket, leg)
);

create table refunds (
    id uuid primary key,
    booking_id uuid not null references bookings,
    cancellation_id uuid constraint refund_of_cancellation references cancellations,
    amount_minor bigint not null constraint refund_positive check (amount_minor > 0),
    currency text not null,
    -- queued: an outbox row asks Stripe for it; pending: Stripe has it.
    state text not null default 'queued'
        constraint refund_state_known check (state in ('queued', 'pending', 'succeeded', 'failed')),
    stripe_id text constraint refund_stripe_id_unique unique,
    created_at timestamptz not null default sky_now(),
    done_at timestamptz,
    constraint refund_known_when_made check (state in ('queued', 'failed') or stripe_id is not null)
);
create index refunds_by_booking on refunds (booking_id);
create unique index refund_once_per_cancellation on refunds (cancellation_id);

-- A failed refund goes back into the queue once staff have found a way; the bank may also fail one that had succeeded.
create trigger refund_moves before update of state on refunds for each row
    when (
        old.state <> new.state
        and (old.state, new.state) not in (
            ('queued', 'pending'), ('queued', 'succeeded'), ('queued', 'failed'), ('pending', 'succeeded'),
            ('pending', 'failed'), ('succeeded', 'failed'), ('failed', 'queued')
        )
    )
    execute function refuse_move('refund_moves');

-- A lane is (booking, kind). The subject tells apart steps that a booking can have several of: refunds, letters.
alter table outbox
    drop constraint outbox_kind_known,
    drop constraint outbox_step_known,
    drop constraint outbox_step_once,
    add column subject text not null default '',
    -- What a letter says, by the name of its template, with identifiers only.
    add column payload jsonb not null default '{}',
    add constraint outbox_kind_known check (kind in ('money', 'mail', 'partner')),
    add constraint outbox_step_known check (
        (kind = 'money' and step in ('capture', 'void', 'refund'))
        or (kind = 'mail' and step in ('tickets', 'cancelled', 'refunded', 'unpaid', 'failed'))
        or (kind = 'partner' and step in ('cancel', 'status'))),
    add constraint outbox_step_once unique (booking_id, step, subject);
create index outbox_lane on outbox (booking_id, kind, id);

-- What a person must look at. Once per matter, however often it is reported; never deleted.
create table cases (
    id bigint generated always as identity primary key,
    booking_id uuid references bookings,
    kind text not null constraint case_kind_known check (kind in (
        'dispute', 'refund_failed', 'captured_without_ticket', 'amount_differs', 'parked', 'difference')),
    -- Stripe's id of the dispute or refund, the outbox row, the name of the difference.
    reference text not null,
    detail jsonb not null default '{}',
    state text not null default 'open' constraint case_state_known check (state in ('open', 'closed')),
    opened_at timestamptz not null default sky_now(),
    closed_at timestamptz,
    constraint case_once unique (kind, reference),
    constraint case_closed_dated check ((state = 'closed') = (closed_at is not null))
);
create index cases_open on cases (opened_at) where state = 'open';

-- The answer that a rule decided on, stored with its effect: the same key gives it again.
create table idempotency (
    -- 'visitor:<uuid>', later 'token:<uuid>'.
    caller text not null,
    operation text not null,
    key text not null constraint idempotency_key_length check (length(key) between 1 and 255),
    -- SHA-256 of the request: another request under the key is refused.
    fingerprint bytea not null,
    -- Null only inside the transaction that decides.
    answer jsonb,
    hold_id uuid references holds,
    at timestamptz not null default sky_now(),
    primary key (caller, operation, key)
);
create index idempotency_by_age on idempotency (at);

-- How a cabin of a departure is sold, where it is not as usual (seats are chosen, sales end an hour before).
create table departure_sales (
    departure text collate "C" not null,
    cabin text not null,
    -- choose: travellers pick; best: we give the best free seats; open: places only, sit where you like.
    mode text not null default 'choose' constraint selling_mode_known check (mode in ('choose', 'best', 'open')),
    opens_at timestamptz,
    closes_at timestamptz,
    primary key (departure, cabin),
    constraint sales_open_before_they_close check (opens_at is null or closes_at is null or opens_at < closes_at)
);

-- Departures that the airline has called off: nothing is sold on them any more, and everyone is given back.
create table departures_cancelled (
    departure text collate "C" primary key,
    reason text not null,
    at timestamptz not null default sky_now(),
    -- Null until every booking on it was seen to.
    done_at timestamptz
);

-- Who may hold places: a visitor, an account, or a partner's token, each up to a limit of its own.
alter table visitors
    add column kind text not null default 'visitor'
        constraint visitor_kind_known check (kind in ('visitor', 'account', 'token'));
alter table holds
    -- The account or token on whose count its places stand too.
    add column account uuid constraint hold_of_account references visitors;

-- What happened to a hold and what came of it, step by step, for people who must explain it.
create table timeline (
    id bigint generated always as identity primary key,
    hold_id uuid,
    booking_id uuid,
    what text not null,
    -- Identifiers, states, amounts and versions; never names or addresses.
    detail jsonb not null default '{}',
    at timestamptz not null default sky_now()
);
create index timeline_by_hold on timeline (hold_id, id);
create index timeline_by_booking on timeline (booking_id, id) where booking_id is not null;

alter table stripe_events
    -- The dispute or refund that an event is about.
    add column subject_id text,
    add column attempts smallint not null default 0,
    add column run_at timestamptz not null default sky_now();
