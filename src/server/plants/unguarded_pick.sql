-- A pick that reads whether the seat is free, thinks, and then writes without looking again.
drop trigger if exists seat_moves on seats;
create or replace function pick_seats(
    p_visitors uuid[], p_holds uuid[], p_departures text[], p_travellers smallint[], p_seats text[], p_versions integer[],
    p_had text[]
) returns table (caller integer, outcome text, seat text, state text, version integer, expired_hold uuid)
language plpgsql volatile as $$
#variable_conflict use_column
declare
    ask record;
    claim record;
    seen record;
begin
    perform from holds h where h.id = any(p_holds) order by h.id for no key update;
    for ask in
        select r.visitor, r.hold, r.departure, r.traveller, r.seat, r.version, r.i::integer as i
        from unnest(p_visitors, p_holds, p_departures, p_travellers, p_seats, p_versions) with ordinality
            as r (visitor, hold, departure, traveller, seat, version, i)
        order by r.departure, r.seat
    loop
        select h.state, h.expires_at into claim from holds h where h.id = ask.hold and h.visitor = ask.visitor;
        if not found or claim.state <> 'active' or claim.expires_at <= sky_now() then
            return query select ask.i,
                case when claim.state is null then 'missing' when claim.state <> 'active' then claim.state else 'expired' end,
                null::text, null::text, null::integer, null::uuid;
            continue;
        end if;
        select s.state, s.version, s.hold_id, s.traveller into seen
        from seats s where s.departure = ask.departure and s.seat = ask.seat;
        if found and seen.hold_id = ask.hold and seen.traveller = ask.traveller then
            return query select ask.i, 'yours', ask.seat, seen.state, seen.version, null::uuid;
            continue;
        end if;
        if found and (seen.state <> 'available' or seen.version <> ask.version) then
            return query select ask.i, 'refused', ask.seat, seen.state, seen.version, null::uuid;
            continue;
        end if;
        perform pg_sleep(0.05);
        return query
        insert into seats as s (departure, seat, state, version, hold_id, traveller)
        values (ask.departure, ask.seat, 'held', ask.version + 1, ask.hold, ask.traveller)
        on conflict (departure, seat) do update
        set state = 'held', version = s.version + 1, hold_id = excluded.hold_id, traveller = excluded.traveller
        returning ask.i, 'picked', s.seat, s.state, s.version, null::uuid;
        return query
        update seats s set state = 'available', version = s.version + 1, hold_id = null, traveller = null
        where s.departure = ask.departure and s.hold_id = ask.hold and s.traveller = ask.traveller
            and s.seat <> ask.seat and s.state = 'held'
        returning ask.i, 'picked', s.seat, s.state, s.version, null::uuid;
    end loop;
end $$;
