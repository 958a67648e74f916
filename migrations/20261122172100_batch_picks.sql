-- Moves travellers to seats, many callers in one call, each with an answer of its own: a refusal takes nobody along.
-- Holds are distinct in one call, and so are the seats asked for. `had` is where the caller believes that the traveller
-- sits; it is believed only when the seat's row says the same.
--
-- The order is what keeps seats from leaking: all holds are locked in one statement, in the order of their ids; what
-- they own is read in later ones, since a statement that locks and reads at once works on a snapshot older than its
-- lock. Then rows that are there are locked in the order of their keys, absent ones inserted in that order, and only
-- then is anything else written, which waits for nobody any more.
--
-- Outcomes: picked (the new seat, and one row more for the seat freed), yours (already there), refused (the seat as it
-- is, and the hold in the way when that has expired), missing, expired, or the hold's state.
--
-- Every statement here is for a few dozen rows found by key: plans made for that are right for good, whatever the tables
-- held when they were made.
create function pick_seats(
    p_visitors uuid[], p_holds uuid[], p_departures text[], p_travellers smallint[], p_seats text[], p_versions integer[],
    p_had text[]
) returns table (caller integer, outcome text, seat text, state text, version integer, expired_hold uuid)
language plpgsql volatile
set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off
as $$
#variable_conflict use_column
declare
    claims record;
    now_is timestamptz;
    asks record;
    old text[];
    takers integer[] := '{}';
    firsts integer[] := '{}';
begin
    select array_agg(h.id) as ids, array_agg(h.visitor) as owners, array_agg(h.state) as states,
        array_agg(h.expires_at) as ends
    into claims
    from (
        select h.id, h.visitor, h.state, h.expires_at from holds h
        where h.id = any(p_holds) order by h.id for no key update
    ) h;
    now_is := sky_now();

    -- From here on callers go by their place in these arrays.
    select array_agg(r.caller::integer) as callers, array_agg(r.hold) as holds, array_agg(r.departure) as departures,
        array_agg(r.traveller) as travellers, array_agg(r.seat) as seats, array_agg(r.version) as versions,
        array_agg(r.had) as had, count(*) filter (where r.version = 0) as unseen, count(r.had) as seated
    into asks
    from unnest(p_visitors, p_holds, p_departures, p_travellers, p_seats, p_versions, p_had) with ordinality
        as r (visitor, hold, departure, traveller, seat, version, had, caller)
    join unnest(claims.ids, claims.owners, claims.states, claims.ends) as h (id, owner, state, ends) on h.id = r.hold
    where h.owner = r.visitor and h.state = 'active' and h.ends > now_is;

    if cardinality(asks.callers) is distinct from cardinality(p_holds) then
        return query
        select r.caller::integer,
            case when h.owner is distinct from r.visitor then 'missing'
                when h.state <> 'active' then h.state else 'expired' end,
            null::text, null::text, null::integer, null::uuid
        from unnest(p_visitors, p_holds) with ordinality as r (visitor, hold, caller)
        left join unnest(claims.ids, claims.owners, claims.states, claims.ends) as h (id, owner, state, ends)
            on h.id = r.hold
        where (h.owner = r.visitor and h.state = 'active' and h.ends > now_is) is not true;
    end if;
    if asks.callers is null then
        return;
    end if;

    -- Where everyone sits: as they believe, where that is so, otherwise looked for among the departure's seats.
    old := array_fill(null::text, array[cardinality(asks.callers)]);
    if asks.seated > 0 then
        select array_agg(s.seat order by a.i) into old
        from unnest(asks.holds, asks.departures, asks.travellers, asks.had) with ordinality
            as a (hold, departure, traveller, had, i)
        left join lateral (
            select s.seat from seats s
            where s.departure = a.departure and s.seat = a.had and s.hold_id = a.hold and s.traveller = a.traveller
            offset 0
        ) s on true;
    end if;
    if array_position(old, null) is not null then
        select array_agg(coalesce(a.old, s.seat) order by a.i) into old
        from unnest(asks.holds, asks.departures, asks.travellers, old) with ordinality
            as a (hold, departure, traveller, old, i)
        left join (
            select s.hold_id, s.departure, s.traveller, s.seat
            from (
                select distinct a.departure from unnest(asks.departures, old) as a (departure, old) where a.old is null
            ) d
            cross join lateral (
                select s.departure, s.hold_id, s.traveller, s.seat from seats s
                where s.departure = d.departure and s.hold_id = any(asks.holds)
                offset 0
            ) s
        ) s on s.hold_id = a.hold and s.departure = a.departure and s.traveller = a.traveller;
    end if;

    select coalesce(array_agg(k.i) filter (where k.is_wanted and s.state = 'available' and s.version = k.version), '{}')
    into takers
    from (
        select a.departure, a.seat, a.version, a.i::integer, true as is_wanted
        from unnest(asks.departures, asks.seats, asks.versions) with ordinality as a (departure, seat, version, i)
        where a.version > 0
        union all
        select a.departure, a.old, null, a.i::integer, false
        from unnest(asks.departures, old) with ordinality as a (departure, old, i)
        where a.old is not null
        order by 1, 2
    ) k
    cross join lateral (
        select s.state, s.version from seats s where s.departure = k.departure and s.seat = k.seat
        for no key update offset 0
    ) s;

    if asks.unseen > 0 then
        with won as (
            insert into seats (departure, seat, state, version, hold_id, traveller)
            select a.departure, a.seat, 'held', 1, a.hold, a.traveller
            from unnest(asks.departures, asks.seats, asks.versions, asks.holds, asks.travellers)
                as a (departure, seat, version, hold, traveller)
            where a.version = 0
            order by a.departure, a.seat
            on conflict (departure, seat) do nothing
            returning hold_id
        )
        select coalesce(array_agg(a.i::integer), '{}') into firsts
        from won join unnest(asks.holds) with ordinality as a (hold, i) on a.hold = won.hold_id;
        return query
        select asks.callers[i], 'picked', asks.seats[i], 'held', 1, null::uuid from unnest(firsts) i;
    end if;

    -- Every row named here is there and locked by us.
    return query
    with written as (
        insert into seats as s (departure, seat, state, version, hold_id, traveller)
        select asks.departures[i], asks.seats[i], 'held', 1, asks.holds[i], asks.travellers[i]
        from unnest(takers) i
        union all
        select asks.departures[i], old[i], 'available', 1, null, null
        from unnest(takers || firsts) i where old[i] is not null
        order by 1, 2
        on conflict (departure, seat) do update
        set state = excluded.state, version = s.version + 1, hold_id = excluded.hold_id, traveller = excluded.traveller
        returning s.departure, s.seat, s.state, s.version
    )
    select k.caller, 'picked', w.seat, w.state, w.version, null::uuid
    from written w
    join (
        select asks.callers[i] as caller, asks.departures[i] as departure, asks.seats[i] as seat from unnest(takers) i
        union all
        select asks.callers[i], asks.departures[i], old[i] from unnest(takers || firsts) i where old[i] is not null
    ) k on k.departure = w.departure and k.seat = w.seat;

    if cardinality(takers) + cardinality(firsts) < cardinality(asks.callers) then
        return query
        select asks.callers[i], case when s.is_theirs then 'yours' else 'refused' end,
            asks.seats[i], coalesce(s.state, 'available'), coalesce(s.version, 0), s.expired
        from generate_subscripts(asks.callers, 1) i
        left join lateral (
            select s.state, s.version, s.hold_id = asks.holds[i] and s.traveller = asks.travellers[i] as is_theirs,
                case when h.state in ('active', 'reserved') and h.expires_at <= now_is then h.id end as expired
            from seats s left join holds h on h.id = s.hold_id
            where s.departure = asks.departures[i] and s.seat = asks.seats[i]
            offset 0
        ) s on true
        where i <> all (takers || firsts);
    end if;
end $$;

drop function pick_seat(uuid, uuid, text, smallint, text, integer);
