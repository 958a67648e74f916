-- The fare rules that a ticket was sold with: what was promised stays so when the brand's change. Null for tickets of
-- before, whose brand tells.
alter table tickets add column terms jsonb;

-- Why so much comes back, as the quote told it.
alter table cancellation_coupons
    add column why text not null default 'taxes_alone' constraint cancelled_coupon_why_known
        check (why in ('called_off', 'free_day', 'refundable', 'taxes_alone', 'unpaid'));

-- dropped: the payment was never taken after all, so there is nothing to give back.
alter table refunds
    drop constraint refund_state_known,
    drop constraint refund_known_when_made,
    add constraint refund_state_known check (state in ('queued', 'pending', 'succeeded', 'failed', 'dropped')),
    add constraint refund_known_when_made check (state in ('queued', 'failed', 'dropped') or stripe_id is not null);

drop trigger refund_moves on refunds;
create trigger refund_moves before update of state on refunds for each row
    when (
        old.state <> new.state
        and (old.state, new.state) not in (
            ('queued', 'pending'), ('queued', 'succeeded'), ('queued', 'failed'), ('queued', 'dropped'),
            ('pending', 'succeeded'), ('pending', 'failed'), ('succeeded', 'failed'), ('failed', 'queued'),
            ('failed', 'dropped')
        )
    )
    execute function refuse_move('refund_moves');

-- Bookings to unwind are few among many that were paid.
create index payments_capture_failed on payments (booking_id) where state = 'capture_failed';
