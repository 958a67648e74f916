-- Where a partner's program is told what happens to its orders.
create table webhook_endpoints (
    id uuid primary key,
    token_id uuid not null references tokens,
    url text not null constraint webhook_url_bounded check (length(url) between 8 and 2000),
    -- The kinds of events that it wants.
    events text[] not null,
    -- Signs what is sent: it must be known, not only recognised.
    secret text not null,
    active boolean not null default true,
    created_at timestamptz not null default sky_now(),
    updated_at timestamptz not null default sky_now(),
    removed_at timestamptz
);
create index webhook_endpoints_by_token on webhook_endpoints (token_id) where removed_at is null;

-- What happened to an order; what it is about is read when it is told, so that nobody is told of yesterday.
create table partner_events (
    id uuid primary key,
    token_id uuid not null references tokens,
    booking_id uuid not null references bookings,
    kind text not null constraint partner_event_known check (kind in (
        'order.created', 'order.updated', 'order_cancellation.created', 'order_cancellation.confirmed')),
    -- The booking or the cancellation.
    subject uuid not null,
    created_at timestamptz not null default sky_now()
);
create index partner_events_by_token on partner_events (token_id, created_at);

-- Every try to tell one endpoint of one event.
create table webhook_deliveries (
    id uuid primary key,
    event_id uuid not null references partner_events,
    endpoint_id uuid not null references webhook_endpoints,
    -- Null where no answer came.
    status_code integer,
    -- The beginning of the answer, or why none came.
    response text not null,
    at timestamptz not null default sky_now()
);
create index webhook_deliveries_by_endpoint on webhook_deliveries (endpoint_id, at);

-- Written by the database itself, in the transaction of what happened, so that no path forgets to tell.
create function tell_partner(p_booking uuid, p_kind text, p_subject uuid) returns void language plpgsql as $$
declare
    event uuid := gen_random_uuid();
    owner uuid;
begin
    select o.token_id into owner from orders o where o.booking_id = p_booking;
    if owner is null or not exists (
        select from webhook_endpoints e
        where e.token_id = owner and e.active and e.removed_at is null and p_kind = any (e.events)
    ) then
        return;
    end if;
    insert into partner_events (id, token_id, booking_id, kind, subject)
    values (event, owner, p_booking, p_kind, p_subject);
    insert into outbox (booking_id, kind, step, subject, call_key)
    select p_booking, 'partner', 'webhook', event || ':' || e.id, gen_random_uuid()::text
    from webhook_endpoints e
    where e.token_id = owner and e.active and e.removed_at is null and p_kind = any (e.events)
    order by e.created_at, e.id;
end $$;

create function tell_of_order() returns trigger language plpgsql as $$
begin
    perform tell_partner(new.booking_id, 'order.created', new.booking_id);
    return null;
end $$;
create trigger order_told_of after insert on orders for each row execute function tell_of_order();

-- A pending booking that is ticketed is an order being created.
create function tell_of_booking() returns trigger language plpgsql as $$
begin
    perform tell_partner(new.id, 'order.updated', new.id);
    return null;
end $$;
create trigger booking_told_of after update of state on bookings for each row
    when (old.state <> new.state and old.state <> 'pending') execute function tell_of_booking();

create function tell_of_cancellation() returns trigger language plpgsql as $$
begin
    perform tell_partner(
        new.booking_id, 'order_cancellation.' || case new.state when 'quoted' then 'created' else 'confirmed' end, new.id);
    return null;
end $$;
create trigger cancellation_told_of_made after insert on cancellations for each row
    execute function tell_of_cancellation();
create trigger cancellation_told_of after update of state on cancellations for each row
    when (old.state = 'quoted' and new.state = 'confirmed') execute function tell_of_cancellation();
