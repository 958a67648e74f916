-- A function in plain SQL is parsed and planned anew in every statement that calls it; this one keeps its plan.
create or replace function sky_now() returns timestamptz language plpgsql volatile as $$
begin
    return clock_timestamp() + coalesce((select shift from test_clock), interval '0');
end $$;

-- Bit n: traveller n has picked a seat on this leg at some time. Whose bit is not set sits nowhere there, which spares
-- a first pick the look at all seats of the departure. Those who wrote before this column may sit anywhere.
alter table hold_legs add column seated integer not null default -1;
alter table hold_legs alter column seated set default 0;
alter table hold_legs set (fillfactor = 80);

-- Postgres reads constraints and conditions of triggers anew in every statement that writes, so they are said once and
-- shortly.
alter table seats
    drop constraint seat_for_someone, drop constraint seat_owned_when_taken, drop constraint seat_state_known,
    drop constraint seat_version_counted;
alter table seats add constraint seat_owned_when_taken check (
    version > 0
    and case when hold_id is null then traveller is null and state in ('available', 'blocked')
        else traveller is not null and state in ('held', 'reserved', 'booked') end
);
drop trigger seat_moves on seats;
create trigger seat_moves before update on seats for each row
    when (
        (new.version = old.version + 1 and case
            when new.state = 'available' then old.state <> 'available'
            when old.state = 'available' then new.state in ('held', 'blocked')
            else old.hold_id = new.hold_id and old.traveller = new.traveller
                and (old.state = 'held' and new.state = 'reserved' or old.state = 'reserved' and new.state = 'booked')
        end) is not true
    )
    execute function refuse_move('seat_moves');

-- Moves travellers to seats, many callers in one call, each with an answer of its own: a refusal takes nobody along.
-- Holds are distinct in one call, and so are the seats asked for. `had` is where the caller believes that the traveller
-- sits; a caller who is mistaken is told so, and must ask without it.
--
-- The order is what keeps seats from leaking: all holds are locked in one statement, in the order of their ids; what
-- they own is read in later ones, since a statement that locks and reads at once works on a snapshot older than its
-- lock. Then rows that are there are locked in the order of their keys, absent ones inserted in that order, and only
-- then is anything else written, which waits for nobody any more and finds its rows where they were locked.
--
-- Outcomes: picked (the new seat, and one row more for the seat freed), yours (already there), refused (the seat as it
-- is, and the hold in the way when that has expired), elsewhere, missing, expired, or the hold's state.
--
-- Every statement here is for a few dozen rows found by key: plans made for that are right for good, whatever the tables
-- held when they were made.
create or replace function pick_seats(
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
    found record;
    firsts integer[] := '{}';
    winners integer[];
    written integer;
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
        array_agg(r.had) as had, count(*) filter (where r.version = 0) as unseen
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
        if asks.callers is null then
            return;
        end if;
    end if;

    -- Whoever never sat anywhere on the leg sits nowhere; of the others whose seat is not told, it is looked for.
    old := asks.had;
    if array_position(old, null) is not null then
        select array_agg(coalesce(a.had, s.seat) order by a.i) into old
        from unnest(asks.holds, asks.departures, asks.travellers, asks.had) with ordinality
            as a (hold, departure, traveller, had, i)
        left join lateral (
            select l.seated from hold_legs l
            where a.had is null and l.hold_id = a.hold and l.departure = a.departure offset 0
        ) l on true
        left join lateral (
            select s.seat from seats s
            where a.had is null and coalesce(l.seated >> a.traveller & 1, 1) = 1
                and s.departure = a.departure and s.hold_id = a.hold and s.traveller = a.traveller
            offset 0
        ) s on true;
    end if;

    -- What is wanted and what would be given back for it, locked in the order of their keys.
    select array_agg(g.i) as callers, array_agg(g.is_free) as frees, array_agg(g.wanted) as wanted,
        array_agg(g.given) as given, coalesce(array_agg(g.i) filter (where g.is_mistaken), '{}') as mistaken,
        array_agg(g.i) filter (where g.is_free) as takers,
        count(*) filter (where g.is_free) + count(g.given) filter (where g.is_free) as changing
    into found
    from (
        select k.i, max(s.row) filter (where k.is_wanted) as wanted, max(s.row) filter (where not k.is_wanted) as given,
            bool_or(k.is_wanted and s.state = 'available' and s.version = k.version)
                and not bool_or(not k.is_wanted and s.is_theirs is not true) as is_free,
            bool_or(not k.is_wanted and s.is_theirs is not true) as is_mistaken
        from (
            select a.departure collate "C", a.seat collate "C", a.version, a.i::integer, true as is_wanted
            from unnest(asks.departures, asks.seats, asks.versions) with ordinality as a (departure, seat, version, i)
            where a.version > 0
            union all
            select a.departure collate "C", a.old collate "C", null, a.i::integer, false
            from unnest(asks.departures, old) with ordinality as a (departure, old, i)
            where a.old is not null
            order by 1, 2
        ) k
        left join lateral (
            select s.ctid as row, s.state, s.version,
                s.hold_id = asks.holds[k.i] and s.traveller = asks.travellers[k.i] as is_theirs
            from seats s where s.departure = k.departure and s.seat = k.seat
            for no key update offset 0
        ) s on true
        group by k.i
    ) g;

    if asks.unseen > 0 then
        with won as (
            insert into seats (departure, seat, state, version, hold_id, traveller)
            select a.departure, a.seat, 'held', 1, a.hold, a.traveller
            from unnest(asks.departures, asks.seats, asks.versions, asks.holds, asks.travellers) with ordinality
                as a (departure, seat, version, hold, traveller, i)
            where a.version = 0 and (a.i = any (found.mistaken)) is not true
            order by a.departure collate "C", a.seat collate "C"
            on conflict (departure, seat) do nothing
            returning hold_id
        )
        select coalesce(array_agg(a.i::integer), '{}') into firsts
        from won join unnest(asks.holds) with ordinality as a (hold, i) on a.hold = won.hold_id;
        return query
        select asks.callers[i], 'picked', asks.seats[i], 'held', 1, null::uuid from unnest(firsts) i;
        found.changing := found.changing + (
            select count(k.given) from unnest(found.callers, found.given) as k (i, given) where k.i = any (firsts)
        );
    end if;
    winners := found.takers || firsts;

    -- Every row named here is there and locked by us.
    if found.changing > 0 then
        return query
        with changing as (
            select k.i, k.is_free, k.wanted, k.given
            from unnest(found.callers, found.frees, found.wanted, found.given) as k (i, is_free, wanted, given)
            where k.is_free or k.i = any (firsts)
        ), written as (
            update seats s set state = c.state, version = s.version + 1, hold_id = c.hold, traveller = c.traveller
            from (
                select k.i, k.wanted as row, 'held' as state, asks.holds[k.i] as hold, asks.travellers[k.i] as traveller
                from changing k where k.is_free
                union all
                select k.i, k.given, 'available', null, null from changing k where k.given is not null
            ) c
            where s.ctid = c.row
            returning c.i, s.seat, s.state, s.version
        )
        select asks.callers[w.i], 'picked', w.seat, w.state, w.version, null::uuid from written w;
        get diagnostics written = row_count;
        if written <> found.changing then
            raise exception 'pick_seats: % rows were written instead of %', written, found.changing;
        end if;
    end if;

    -- From now on they may sit somewhere on this leg.
    if array_position(old, null) is not null then
        update hold_legs l set seated = l.seated | (1 << a.traveller)
        from unnest(winners) i
        cross join lateral (select asks.holds[i] as hold, asks.departures[i] as departure,
            asks.travellers[i] as traveller where old[i] is null offset 0) a
        where l.hold_id = a.hold and l.departure = a.departure and l.seated >> a.traveller & 1 = 0;
    end if;

    if coalesce(cardinality(winners), 0) < cardinality(asks.callers) then
        return query
        select asks.callers[i],
            case when i = any (found.mistaken) then 'elsewhere' when s.is_theirs then 'yours' else 'refused' end,
            asks.seats[i], coalesce(s.state, 'available'), coalesce(s.version, 0), s.expired
        from generate_subscripts(asks.callers, 1) i
        left join lateral (
            select s.state, s.version, s.hold_id = asks.holds[i] and s.traveller = asks.travellers[i] as is_theirs,
                case when h.state in ('active', 'reserved') and h.expires_at <= now_is then h.id end as expired
            from seats s left join holds h on h.id = s.hold_id
            where s.departure = asks.departures[i] and s.seat = asks.seats[i]
            offset 0
        ) s on true
        where (i = any (winners)) is not true;
    end if;
end $$;
