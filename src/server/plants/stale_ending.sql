-- An ending that locks its hold and reads its seats in one statement: a pick that commits between the two is not seen.
create or replace function end_hold(p_hold uuid, p_state text)
returns table (departure text, seat text, state text, version integer)
language plpgsql volatile as $$
#variable_conflict use_column
declare
    holders uuid[];
    claim record;
    pending uuid;
    legs text[];
begin
    select array[h.visitor, h.account] into holders from holds h where h.id = p_hold;
    perform from visitors v where v.id = any(holders) order by v.id for no key update;
    select b.id into pending from bookings b where b.hold_id = p_hold and b.state = 'pending' for no key update;
    select array_agg(l.departure) into legs from hold_legs l where l.hold_id = p_hold;
    with waited as materialized (
        -- As long as another's lock may take: the snapshot of this statement is that much older.
        select pg_sleep(0.05)
    ), ended as (
        select h.id, h.state, h.expires_at, h.places from waited, holds h where h.id = p_hold for no key update of h
    ), owned as materialized (
        -- Planted: the snapshot of this statement is older than its lock.
        select s.departure, s.seat from seats s where s.departure = any(legs) and s.hold_id = p_hold
    )
    select e.state, e.expires_at, e.places, (select array_agg(o.departure || ' ' || o.seat) from owned o) as seats
    into claim from ended e;
    if not found or claim.state not in ('active', 'reserved')
        or (p_state = 'expired' and claim.expires_at > sky_now()) then
        return;
    end if;
    if pending is null and claim.state = 'reserved' then
        -- Its payment was being started while we waited for the hold: the booking is committed by now.
        select b.id into pending from bookings b where b.hold_id = p_hold and b.state = 'pending';
    end if;

    update holds h set state = p_state, ended_at = sky_now() where h.id = p_hold;
    update visitors v set places = v.places - claim.places where v.id = any(holders);
    if pending is not null then
        -- What was authorised is given back; the booking fails once that is confirmed.
        insert into outbox (booking_id, kind, step, call_key)
        values (pending, 'money', 'void', gen_random_uuid()::text) on conflict do nothing;
    end if;

    perform from departure_cabins c join hold_legs l on l.departure = c.departure and l.cabin = c.cabin
    where l.hold_id = p_hold order by c.departure, c.cabin for no key update of c;
    update departure_cabins c set taken = c.taken - l.places
    from hold_legs l where l.hold_id = p_hold and l.departure = c.departure and l.cabin = c.cabin;
    perform from departure_classes c join hold_legs l on l.departure = c.departure and l.class = c.class
    where l.hold_id = p_hold order by c.departure, c.class for no key update of c;
    update departure_classes c set taken = c.taken - l.places
    from hold_legs l where l.hold_id = p_hold and l.departure = c.departure and l.class = c.class;

    return query
    update seats s set state = 'available', version = s.version + 1, hold_id = null, traveller = null
    where s.departure = any(legs) and s.hold_id = p_hold and s.departure || ' ' || s.seat = any(claim.seats)
    returning s.departure, s.seat, s.state, s.version;
end $$;
