-- Disputes that have taken money, each with how it stands: only what the bank has decided for the cardholder is paid by it.
create table disputes (
    -- Stripe's.
    id text primary key,
    booking_id uuid not null references bookings,
    -- open: the amount is gone from our account until the bank has decided; won: it is ours again; lost: it stays gone.
    state text not null constraint dispute_state_known check (state in ('open', 'won', 'lost')),
    amount_minor bigint not null constraint dispute_positive check (amount_minor > 0),
    currency text not null,
    seen_at timestamptz not null default sky_now(),
    decided_at timestamptz,
    constraint dispute_decision_dated check ((state = 'open') = (decided_at is null))
);
create index disputes_by_booking on disputes (booking_id);
create index disputes_open on disputes (seen_at) where state = 'open';

-- What the bank has decided stands.
create trigger dispute_moves before update of state on disputes for each row
    when (old.state <> new.state and (old.state, new.state) not in (('open', 'won'), ('open', 'lost')))
    execute function refuse_move('dispute_moves');

-- Those that were seen before this table was there.
insert into disputes (id, booking_id, state, amount_minor, currency, seen_at, decided_at)
select s.id, s.booking_id, s.state, s.amount_minor, s.currency, s.at, case when s.state <> 'open' then sky_now() end
from (
    select substr(l.step, length('disputed:') + 1) as id, l.booking_id, -l.amount_minor as amount_minor, l.currency, l.at,
        case
            when exists (select from ledger w where w.booking_id = l.booking_id
                and w.step = 'dispute_won:' || substr(l.step, length('disputed:') + 1)) then 'won'
            when exists (select from cases k where k.kind = 'dispute'
                and k.reference = substr(l.step, length('disputed:') + 1) and k.detail ->> 'status' = 'lost') then 'lost'
            else 'open'
        end as state
    from ledger l where l.account = 'disputed' and l.step like 'disputed:%'
) s;
