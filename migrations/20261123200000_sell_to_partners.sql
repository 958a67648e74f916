-- Programs that book for others. What they show is a secret of 256 random bits, so a plain digest of it is enough.
create table tokens (
    id uuid primary key,
    -- For people: whose program it is.
    name text not null,
    secret_sha256 bytea not null constraint token_secret_unique unique,
    requests_per_minute integer not null default 300
        constraint token_requests_positive check (requests_per_minute > 0),
    created_at timestamptz not null default sky_now(),
    revoked_at timestamptz
);

-- What a partner has with us, by currency: paying for an order takes from it, cancelling gives back to it.
create table balances (
    token_id uuid not null references tokens,
    currency text not null constraint balance_currency_known check (currency ~ '^[A-Z]{3}$'),
    balance_minor bigint not null default 0,
    -- How far below nothing it may go.
    limit_minor bigint not null default 0 constraint balance_limit_counted check (limit_minor >= 0),
    primary key (token_id, currency),
    constraint balance_within_limit check (balance_minor + limit_minor >= 0)
) with (fillfactor = 50);

-- Each change of a balance, written with it.
create table balance_entries (
    id bigint generated always as identity primary key,
    token_id uuid not null,
    currency text not null,
    -- Null where staff have granted or taken something.
    booking_id uuid references bookings,
    -- granted:<uuid>, paid, refunded:<cancellation>
    step text not null,
    -- Positive raises the balance.
    amount_minor bigint not null,
    at timestamptz not null default sky_now(),
    constraint balance_entry_of_balance foreign key (token_id, currency) references balances,
    constraint balance_entry_once unique (token_id, currency, booking_id, step)
);
create index balance_entries_by_booking on balance_entries (booking_id) where booking_id is not null;

create function record_balance() returns trigger language plpgsql as $$
begin
    perform record(null, new.booking_id, 'balance ' || split_part(new.step, ':', 1), jsonb_build_object(
        'token', new.token_id, 'amount_minor', new.amount_minor, 'currency', new.currency));
    return null;
end $$;
create trigger balance_recorder after insert on balance_entries for each row
    when (new.booking_id is not null) execute function record_balance();

-- Whose balance pays; null where a card does. Then there is no intent at Stripe.
alter table payments
    add column token_id uuid constraint payment_from_balance references tokens,
    drop constraint payment_intent_known_when_authorised,
    add constraint payment_intent_known_when_authorised check (
        state in ('open', 'voided') or intent_id is not null or token_id is not null),
    add constraint payment_by_one_way check (token_id is null or intent_id is null);

-- Balance, on the debit side: what a booking has from a partner's balance.
alter table ledger
    drop constraint ledger_account_known,
    add constraint ledger_account_known check (account in (
        'tickets', 'fees', 'capture_queued', 'captured', 'balance', 'receivable', 'refund_queued', 'refunded',
        'paid_otherwise', 'disputed'));

-- What a partner ordered: one booking for one offer. The order's id is the booking's.
create table orders (
    booking_id uuid primary key references bookings,
    token_id uuid not null references tokens,
    -- SHA-256 of the offer's id: an offer is ordered once.
    offer_digest text not null,
    -- SHA-256 of what was asked for: the same asking again is answered with the same order.
    fingerprint bytea not null,
    kind text not null constraint order_kind_known check (kind in ('instant', 'hold')),
    -- As the partner wrote it: passengers with their titles and genders, services, metadata.
    details jsonb not null,
    created_at timestamptz not null default sky_now(),
    -- Until when a hold order may be paid; the hold's own expiry decides.
    pay_by timestamptz,
    paid_at timestamptz,
    constraint order_once_per_offer unique (token_id, offer_digest)
);
create index orders_by_age on orders (token_id, created_at, booking_id);

-- A pay-later booking ends with its hold, in the same transaction, whoever ends it: lapsed when its time ran out, cancelled
-- when it was given up. Whoever ends a hold has locked its visitor, as has whoever pays for it.
create function end_unpaid_booking() returns trigger language plpgsql as $$
declare
    over uuid;
begin
    update bookings b set state = case new.state when 'expired' then 'lapsed' else 'cancelled' end
    where b.hold_id = new.id and b.state = 'awaiting_payment' returning b.id into over;
    if over is not null then
        update payments p set state = 'voided' where p.booking_id = over and p.state = 'open';
        insert into outbox (booking_id, kind, step, call_key)
        values (over, 'mail', 'lapsed', gen_random_uuid()::text) on conflict do nothing;
    end if;
    return null;
end $$;
create trigger hold_ends_unpaid_booking after update of state on holds for each row
    when (old.state = 'reserved' and new.state in ('released', 'expired')) execute function end_unpaid_booking();

alter table outbox
    drop constraint outbox_step_known,
    add constraint outbox_step_known check (
        (kind = 'money' and step in ('capture', 'void', 'refund'))
        or (kind = 'mail' and step in ('tickets', 'cancelled', 'refunded', 'unpaid', 'failed', 'on_hold', 'lapsed'))
        or (kind = 'partner' and step in ('cancel', 'status', 'webhook')));
