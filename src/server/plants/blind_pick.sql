-- A pick that does not look at its hold: neither at its state nor at its time, and without its lock.
create or replace function pick_seats(
    p_visitors uuid[], p_holds uuid[], p_departures text[], p_travellers smallint[], p_seats text[], p_versions integer[],
    p_had text[]
) returns table (caller integer, outcome text, seat text, state text, version integer, expired_hold uuid)
language plpgsql volatile as $$
#variable_conflict use_column
declare
    ask record;
begin
    for ask in
        select r.hold, r.departure, r.traveller, r.seat, r.version, r.i::integer as i
        from unnest(p_holds, p_departures, p_travellers, p_seats, p_versions) with ordinality
            as r (hold, departure, traveller, seat, version, i)
        order by r.departure, r.seat
    loop
        return query
        insert into seats as s (departure, seat, state, version, hold_id, traveller)
        select ask.departure, ask.seat, 'held', 1, ask.hold, ask.traveller where ask.version = 0
        on conflict (departure, seat) do nothing
        returning ask.i, 'picked', s.seat, s.state, s.version, null::uuid;
        if not found then
            return query
            update seats s set state = 'held', version = s.version + 1, hold_id = ask.hold, traveller = ask.traveller
            where s.departure = ask.departure and s.seat = ask.seat and s.version = ask.version and s.state = 'available'
            returning ask.i, 'picked', s.seat, s.state, s.version, null::uuid;
        end if;
        if found then
            return query
            update seats s set state = 'available', version = s.version + 1, hold_id = null, traveller = null
            where s.departure = ask.departure and s.hold_id = ask.hold and s.traveller = ask.traveller
                and s.seat <> ask.seat and s.state = 'held'
            returning ask.i, 'picked', s.seat, s.state, s.version, null::uuid;
        else
            return query
            select ask.i, case when s.hold_id = ask.hold and s.traveller = ask.traveller then 'yours' else 'refused' end,
                s.seat, s.state, s.version, null::uuid
            from seats s where s.departure = ask.departure and s.seat = ask.seat;
        end if;
    end loop;
end $$;
