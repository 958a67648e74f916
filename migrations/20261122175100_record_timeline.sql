-- The recorder: what happens to a hold and its booking is written down by the database itself, so that no path forgets
-- it. The taking of a hold needs no row of its own, the hold says all of it; nor do picks, whose speed matters most: the
-- seats stand in the rows of the hold's moves, with the versions that they had just before.

create function record(p_hold uuid, p_booking uuid, p_what text, p_detail jsonb) returns void language sql volatile as $$
    insert into timeline (hold_id, booking_id, what, detail, at)
    values (p_hold, p_booking, p_what, jsonb_strip_nulls(p_detail), sky_now())
$$;

-- Fires before the seats of the hold are moved, in a statement after its lock.
create function record_hold() returns trigger language plpgsql as $$
declare
    legs text[];
    owned jsonb;
begin
    if new.extended and not old.extended then
        perform record(new.id, null, 'hold extended', jsonb_build_object('expires_at', new.expires_at));
    end if;
    if old.state <> new.state then
        select array_agg(l.departure) into legs from hold_legs l where l.hold_id = new.id;
        select jsonb_agg(s.departure || ' ' || s.seat || ' v' || s.version order by s.departure, s.seat) into owned
        from seats s where s.departure = any(legs) and s.hold_id = new.id;
        perform record(new.id, null, 'hold ' || new.state,
            jsonb_build_object('seats', owned, 'expires_at', case when new.ended_at is null then new.expires_at end));
    end if;
    return null;
end $$;
create trigger hold_recorder after update of state, extended on holds for each row
    when (old.state <> new.state or old.extended <> new.extended) execute function record_hold();

create function record_booking() returns trigger language plpgsql as $$
begin
    perform record(new.hold_id, new.id, 'booking ' || new.state, jsonb_build_object('pnr', new.pnr));
    return null;
end $$;
create trigger booking_recorder_made after insert on bookings for each row execute function record_booking();
create trigger booking_recorder after update of state on bookings for each row
    when (old.state <> new.state) execute function record_booking();

create function record_payment() returns trigger language plpgsql as $$
begin
    perform record(null, new.booking_id, 'payment ' || new.state, jsonb_build_object(
        'amount_minor', new.amount_minor, 'currency', new.currency, 'intent', new.intent_id));
    return null;
end $$;
create trigger payment_recorder_made after insert on payments for each row execute function record_payment();
create trigger payment_recorder after update of state, intent_id on payments for each row
    when (old.state <> new.state or old.intent_id is distinct from new.intent_id) execute function record_payment();

-- Without the sentence for the cardholder, which is the bank's own.
create function record_attempt() returns trigger language plpgsql as $$
begin
    perform record(null, new.booking_id, 'card declined', jsonb_build_object('reference', new.reference));
    return null;
end $$;
create trigger attempt_recorder after insert on payment_attempts for each row execute function record_attempt();

-- Fires before the seats of the coupons are freed.
create function record_cancellation() returns trigger language plpgsql as $$
declare
    freed jsonb;
begin
    if new.state = 'confirmed' then
        select jsonb_agg(s.departure || ' ' || s.seat || ' v' || s.version order by s.departure, s.seat) into freed
        from cancellation_coupons g join coupons c on c.ticket = g.ticket and c.leg = g.leg
        join seats s on s.departure = c.departure and s.seat = c.seat
        where g.cancellation_id = new.id;
    end if;
    perform record(null, new.booking_id, 'cancellation ' || new.state, jsonb_build_object(
        'cancellation', new.id, 'reason', new.reason, 'refund_minor', new.refund_minor, 'fee_minor', new.fee_minor,
        'currency', new.currency, 'seats', freed));
    return null;
end $$;
create trigger cancellation_recorder_made after insert on cancellations for each row
    execute function record_cancellation();
create trigger cancellation_recorder after update of state on cancellations for each row
    when (old.state <> new.state) execute function record_cancellation();

create function record_refund() returns trigger language plpgsql as $$
begin
    perform record(null, new.booking_id, 'refund ' || new.state, jsonb_build_object(
        'refund', new.id, 'amount_minor', new.amount_minor, 'currency', new.currency, 'stripe', new.stripe_id));
    return null;
end $$;
create trigger refund_recorder_made after insert on refunds for each row execute function record_refund();
create trigger refund_recorder after update of state on refunds for each row
    when (old.state <> new.state) execute function record_refund();

create function record_errand() returns trigger language plpgsql as $$
begin
    perform record(null, new.booking_id, 'errand ' || new.state, jsonb_build_object(
        'errand', new.id, 'kind', new.kind, 'step', new.step, 'subject', nullif(new.subject, ''),
        'attempts', new.attempts, 'why', new.last_error));
    return null;
end $$;
create trigger errand_recorder after update of state on outbox for each row
    when (old.state <> new.state) execute function record_errand();

create function record_event() returns trigger language plpgsql as $$
begin
    perform record(null, p.booking_id, 'webhook handled', jsonb_build_object(
        'event', new.id, 'kind', new.kind, 'about', new.subject_id, 'received_at', new.received_at))
    from payments p where p.intent_id = new.intent_id;
    return null;
end $$;
create trigger event_recorder after update of handled_at on stripe_events for each row
    when (old.handled_at is null and new.handled_at is not null) execute function record_event();

create function record_case() returns trigger language plpgsql as $$
begin
    perform record(null, new.booking_id, 'case ' || new.state, jsonb_build_object(
        'case', new.id, 'kind', new.kind, 'reference', new.reference));
    return null;
end $$;
create trigger case_recorder_made after insert on cases for each row
    when (new.booking_id is not null) execute function record_case();
create trigger case_recorder after update of state on cases for each row
    when (new.booking_id is not null and old.state <> new.state) execute function record_case();

-- Which server does what only one needs to do, and when it is due again.
create table turns (
    job text primary key,
    next_at timestamptz not null
);
insert into turns (job, next_at) values ('reconcile', '-infinity'), ('reconcile all', '-infinity');

-- Letters that wait for a mail server must not lie in the way of captures.
drop index outbox_due;
create index outbox_due on outbox (kind, run_at) where state = 'queued';

-- When an open payment is asked about, should its webhook never come.
alter table payments add column look_at timestamptz not null default sky_now();
create index payments_open on payments (look_at) where state = 'open';

create index ledger_by_age on ledger (at);
create index payments_by_age on payments (created_at);
