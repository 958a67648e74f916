-- A refund that Stripe refused may turn out to have been made, by a call of ours whose answer was lost; one that Stripe
-- had made and then failed never comes back.
drop trigger refund_moves on refunds;
create trigger refund_moves before update of state on refunds for each row
    when (
        old.state <> new.state
        and (
            (old.state, new.state) not in (
                ('queued', 'pending'), ('queued', 'succeeded'), ('queued', 'failed'), ('queued', 'dropped'),
                ('pending', 'succeeded'), ('pending', 'failed'), ('succeeded', 'failed'), ('failed', 'queued'),
                ('failed', 'pending'), ('failed', 'succeeded'), ('failed', 'dropped'), ('failed', 'paid_otherwise')
            )
            or (old.state = 'failed' and old.stripe_id is not null and new.state in ('pending', 'succeeded'))
        )
    )
    execute function refuse_move('refund_moves');
