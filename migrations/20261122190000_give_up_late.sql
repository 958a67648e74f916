-- Who gives up a hold after its time had run out does not want it back: an authorisation that comes too late takes the
-- seats of an expired hold again, but never those of a released one.
drop trigger hold_moves on holds;
create trigger hold_moves before update of state on holds for each row
    when (
        old.state <> new.state
        and (old.state, new.state) not in (
            ('active', 'reserved'), ('active', 'converted'), ('reserved', 'converted'),
            ('active', 'released'), ('reserved', 'released'), ('active', 'expired'), ('reserved', 'expired'),
            ('expired', 'released')
        )
    )
    execute function refuse_move('hold_moves');

-- Whether a visitor has chosen an offer again, asked when its first payment comes too late: bought, given up or run out.
create index holds_over on holds (visitor, offer_digest) where state in ('converted', 'released', 'expired');
drop index holds_bought;
