-- A refund that a bank would not take is owed until staff find another way, which is written down here.
alter table refunds
    -- transfer: we paid it by other means. dispute: the cardholder's bank had taken the money back already.
    add column paid_by text constraint refund_paid_by_known check (paid_by in ('transfer', 'dispute')),
    drop constraint refund_state_known,
    drop constraint refund_known_when_made,
    add constraint refund_state_known check (
        state in ('queued', 'pending', 'succeeded', 'failed', 'dropped', 'paid_otherwise')),
    add constraint refund_known_when_made check (
        state in ('queued', 'failed', 'dropped', 'paid_otherwise') or stripe_id is not null),
    add constraint refund_paid_by_when_paid_otherwise check ((state = 'paid_otherwise') = (paid_by is not null));

drop trigger refund_moves on refunds;
create trigger refund_moves before update of state on refunds for each row
    when (
        old.state <> new.state
        and (old.state, new.state) not in (
            ('queued', 'pending'), ('queued', 'succeeded'), ('queued', 'failed'), ('queued', 'dropped'),
            ('pending', 'succeeded'), ('pending', 'failed'), ('succeeded', 'failed'), ('failed', 'queued'),
            ('failed', 'dropped'), ('failed', 'paid_otherwise')
        )
    )
    execute function refuse_move('refund_moves');

-- Credit, beside refunded: what went back by other means than the payment's card.
alter table ledger
    drop constraint ledger_account_known,
    add constraint ledger_account_known check (account in (
        'tickets', 'fees', 'capture_queued', 'captured', 'receivable', 'refund_queued', 'refunded', 'paid_otherwise',
        'disputed'));
