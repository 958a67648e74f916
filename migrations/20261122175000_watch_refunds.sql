alter table refunds
    -- How often it was queued. Each time has an errand and keys of its own, which tell what Stripe made for it.
    add column asked smallint not null default 1 constraint refund_asked_counted check (asked > 0),
    -- When a pending one is asked about, should its webhook never come.
    add column look_at timestamptz not null default sky_now();
create index refunds_pending on refunds (look_at) where state = 'pending';

-- An event that keeps failing waits its turn behind newer ones.
drop index stripe_events_open;
create index stripe_events_open on stripe_events (run_at) where handled_at is null;
create index stripe_events_by_intent on stripe_events (intent_id);
