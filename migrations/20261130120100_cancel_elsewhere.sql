-- Who sells a trip says what comes back of it, and cancels it first; our side follows once they have.
alter table cancellations
    -- The supplier's own id of the cancellation that it quoted; null where the trip is ours.
    add column supplier_cancellation text,
    -- Since when the supplier is asked to cancel; null where it was not asked yet, or has refused.
    add column asked_at timestamptz,
    add constraint cancellation_asked_where_not_ours check (asked_at is null or supplier_cancellation is not null);

-- One at a time: a trip of somebody else is given back whole.
create unique index cancellation_asked_once on cancellations (booking_id) where asked_at is not null;

alter table cancellation_coupons
    drop constraint cancelled_coupon_why_known,
    add constraint cancelled_coupon_why_known
        check (why in ('called_off', 'free_day', 'refundable', 'taxes_alone', 'unpaid', 'supplier'));

-- Who is waited for: few at any time.
create index bookings_at_suppliers on bookings (created_at) where state in ('confirming', 'unknown');
