-- A void is written down before Stripe is asked for it: from then on the payment is never authorised, so that no worker
-- tickets what another, who may be slow, is about to void.
alter table payments
    drop constraint payment_state_known,
    add constraint payment_state_known check (state in (
        'open', 'authorised', 'captured', 'part_refunded', 'refunded', 'voiding', 'voided', 'capture_failed'));

drop trigger payment_moves on payments;
create trigger payment_moves before update of state on payments for each row
    when (
        old.state <> new.state
        and (old.state, new.state) not in (
            ('open', 'authorised'), ('open', 'voiding'), ('open', 'voided'), ('voiding', 'voided'),
            ('authorised', 'captured'), ('authorised', 'voided'), ('authorised', 'capture_failed'),
            ('captured', 'part_refunded'), ('captured', 'refunded'), ('part_refunded', 'refunded')
        )
    )
    execute function refuse_move('payment_moves');
