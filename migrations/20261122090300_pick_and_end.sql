-- Moves a traveller to a seat in one round trip. The hold is locked first; what it owns is read in later statements,
-- because a statement that locks and reads at once works on a snapshot older than its lock.
-- Outcomes: picked (the new seat and the one freed), yours (already there), refused (the seat as it is, and the hold
-- in the way when that has expired), missing, expired, or the hold's state.
create function pick_seat(
    p_visitor uuid, p_hold uuid, p_departure text, p_traveller smallint, p_seat text, p_version integer
) returns table (outcome text, seat text, state text, version integer, expired_hold uuid)
language plpgsql volatile as $$
#variable_conflict use_column
declare
    claim record;
    old_seat text;
    won integer;
begin
    select h.state, h.expires_at into claim from holds h
    where h.id = p_hold and h.visitor = p_visitor for no key update;
    if not found or not exists (
        select from hold_legs l join hold_travellers t on t.hold_id = l.hold_id
        where l.hold_id = p_hold and l.departure = p_departure and t.ordinal = p_traveller and t.kind <> 'INF'
    ) then
        return query select 'missing', null::text, null::text, null::integer, null::uuid;
        return;
    end if;
    if claim.state <> 'active' then
        return query select claim.state, null::text, null::text, null::integer, null::uuid;
        return;
    end if;
    if claim.expires_at <= sky_now() then
        return query select 'expired', null::text, null::text, null::integer, p_hold;
        return;
    end if;

    select s.seat into old_seat from seats s
    where s.hold_id = p_hold and s.departure = p_departure and s.traveller = p_traveller;
    if old_seat = p_seat then
        return query select 'yours', s.seat, s.state, s.version, null::uuid from seats s
        where s.departure = p_departure and s.seat = p_seat;
        return;
    end if;

    perform from seats s where s.departure = p_departure and s.seat in (p_seat, old_seat)
    order by s.seat for no key update;
    if p_version = 0 then
        insert into seats (departure, seat, state, version, hold_id, traveller)
        values (p_departure, p_seat, 'held', 1, p_hold, p_traveller)
        on conflict (departure, seat) do nothing;
    else
        update seats s set state = 'held', version = s.version + 1, hold_id = p_hold, traveller = p_traveller
        where s.departure = p_departure and s.seat = p_seat and s.version = p_version and s.state = 'available';
    end if;
    get diagnostics won = row_count;
    if won = 0 then
        return query
        select 'refused', p_seat, coalesce(s.state, 'available'), coalesce(s.version, 0),
            case when h.state in ('active', 'reserved') and h.expires_at <= sky_now() then h.id end
        from (select 1) one
        left join seats s on s.departure = p_departure and s.seat = p_seat
        left join holds h on h.id = s.hold_id;
        return;
    end if;
    return query select 'picked', s.seat, s.state, s.version, null::uuid from seats s
    where s.departure = p_departure and s.seat = p_seat;
    if old_seat is not null then
        return query
        update seats s set state = 'available', version = s.version + 1, hold_id = null, traveller = null
        where s.departure = p_departure and s.seat = old_seat
        returning 'picked', s.seat, s.state, s.version, null::uuid;
    end if;
end $$;

-- Ends a live hold whole: its seats, its counters, its visitor's count, and the payment that may be under way.
-- As 'expired' only when its time is over, looked at again under the lock. Returns the seats that changed;
-- no row of `ended` means that it was over already.
create function end_hold(p_hold uuid, p_state text)
returns table (departure text, seat text, state text, version integer)
language plpgsql volatile as $$
#variable_conflict use_column
declare
    owner uuid;
    claim record;
    pending uuid;
begin
    select h.visitor into owner from holds h where h.id = p_hold;
    perform from visitors v where v.id = owner for no key update;
    select b.id into pending from bookings b where b.hold_id = p_hold and b.state = 'pending' for no key update;
    select h.state, h.expires_at, h.places into claim from holds h where h.id = p_hold for no key update;
    if not found or claim.state not in ('active', 'reserved')
        or (p_state = 'expired' and claim.expires_at > sky_now()) then
        return;
    end if;
    if pending is null and claim.state = 'reserved' then
        -- Its payment was being started while we waited for the hold: the booking is committed by now.
        select b.id into pending from bookings b where b.hold_id = p_hold and b.state = 'pending';
    end if;

    update holds h set state = p_state, ended_at = sky_now() where h.id = p_hold;
    update visitors v set places = v.places - claim.places where v.id = owner;
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

    perform from seats s where s.hold_id = p_hold order by s.departure, s.seat for no key update;
    return query
    update seats s set state = 'available', version = s.version + 1, hold_id = null, traveller = null
    where s.hold_id = p_hold
    returning s.departure, s.seat, s.state, s.version;
end $$;
