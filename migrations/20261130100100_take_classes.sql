-- Takes the places of many claims in one call: all legs of a claim or none, each claim with an answer of its own. A call
-- has one claim of a visitor at most. The rules are those of a claim taken alone (`Postgres::take`).
--
-- Locks in the order of the design: visitors, then counters by departure, cabins before classes. What is left is then
-- known for good, so claims are served in their order in memory, and nothing that is written can be refused any more.
--
-- A claim: visitor, hold (its id), seats (places on each leg), places (on all), cabin, digest, offer, quote, total,
-- currency, schedule, legs [{departure, capacity, class, authorised, sold}] in order of travel, kinds of the travellers,
-- and, where asked under a key, key {caller, operation, key, fingerprint, answer}. `authorised` names the classes that a
-- place in `class` counts in, with what each may sell where no row says otherwise: {Y: 180, B: 153}.
-- Outcomes: taken, same (the live hold of the same offer), too_many, sold_out (with the first departure whose cabin has
-- too few), class_closed (with the first departure whose class, or one above it, has too few, and that class),
-- new_schedule.
drop function take_places(jsonb, double precision, integer);
create function take_places(p_claims jsonb, p_hold_secs double precision, p_places_per_visitor integer)
returns table (caller integer, outcome text, hold uuid, departure text, class text)
language plpgsql volatile
set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off
as $$
#variable_conflict use_column
declare
    claims record;
    legs record;
    rungs record;
    counted uuid[];
    same record;
    newest bigint;
    now_is timestamptz;
    cabins_left integer[];
    classes_left integer[];
    first_leg integer := 1;
    last_leg integer;
    first_rung integer := 1;
    last_rung integer;
    missing integer;
    won integer[] := '{}';
    lost integer[] := '{}';
begin
    select count(*)::integer as number, array_agg(c.visitor) as visitors, array_agg(c.hold) as holds,
        array_agg(c.seats) as seats, array_agg(c.places) as places, array_agg(c.cabin) as cabins,
        array_agg(c.digest) as digests, array_agg(c.offer) as offers, array_agg(c.quote) as quotes,
        array_agg(c.total) as totals, array_agg(c.currency) as currencies, array_agg(c.schedule) as schedules,
        array_agg(c.kinds) as kinds, array_agg(c.key) as keys, array_agg(jsonb_array_length(c.legs)) as legs
    into claims
    from jsonb_to_recordset(p_claims) as c (
        visitor uuid, hold uuid, seats integer, places integer, cabin text, digest text, offer jsonb, quote jsonb,
        total bigint, currency text, schedule bigint, legs jsonb, kinds jsonb, key jsonb
    );
    -- Each leg with its claim and the place of its counters among those of all legs, in the order of their keys.
    select array_agg(l.claim) as claims, array_agg(l.leg) as legs, array_agg(l.departure) as departures,
        array_agg(l.capacity) as capacities, array_agg(l.class) as classes, array_agg(l.authorised) as authorised,
        array_agg(l.sold) as sold, array_agg(l.counter) as counters
    into legs
    from (
        select c.claim::integer, (l.leg - 1)::smallint as leg, l.departure, l.capacity, l.class, l.authorised, l.sold,
            dense_rank() over (order by l.departure collate "C", claims.cabins[c.claim] collate "C")::integer as counter
        from jsonb_array_elements(p_claims) with ordinality as c (value, claim)
        cross join rows from (
            jsonb_to_recordset(c.value -> 'legs')
                as (departure text, capacity integer, class text, authorised jsonb, sold jsonb)
        ) with ordinality as l (departure, capacity, class, authorised, sold, leg)
        order by c.claim, l.leg
    ) l;
    -- Each class that a leg counts in, in the order of the legs, numbered like them.
    select array_agg(r.claim) as claims, array_agg(r.leg) as legs, array_agg(r.departure) as departures,
        array_agg(r.class) as classes, array_agg(r.authorised) as authorised, array_agg(r.counter) as counters
    into rungs
    from (
        select l.claim, l.leg::integer, l.departure, a.class, a.authorised::integer,
            dense_rank() over (order by l.departure collate "C", a.class collate "C")::integer as counter
        from unnest(legs.claims, legs.departures, legs.authorised)
            with ordinality as l (claim, departure, authorised, leg)
        cross join lateral jsonb_each_text(l.authorised) as a (class, authorised)
        order by l.leg
    ) r;

    with counting as (
        insert into visitors as v (id, places)
        select c.visitor, c.places from unnest(claims.visitors, claims.places) as c (visitor, places)
        where c.places <= p_places_per_visitor order by c.visitor
        on conflict (id) do update set places = v.places + excluded.places
        where v.places + excluded.places <= p_places_per_visitor and v.kind = excluded.kind
        returning id
    )
    select coalesce(array_agg(id), '{}') into counted from counting;
    now_is := sky_now();
    -- The visitors are locked now, so a double click is seen here.
    select array_agg(h.id order by c.i) as holds, array_agg(h.expires_at > now_is order by c.i) as lives into same
    from unnest(claims.visitors, claims.digests) with ordinality as c (visitor, digest, i)
    left join lateral (
        select h.id, h.expires_at from holds h
        where h.visitor = c.visitor and h.offer_digest = c.digest and h.state in ('active', 'reserved')
        offset 0
    ) h on true;

    -- An import waits until the counters are free, and we for it: what is newest now stays so until we commit.
    lock table departure_cabins in row exclusive mode;
    select coalesce(max(s.id), 0) into newest from schedules s;

    insert into departure_cabins (departure, cabin, places, taken)
    select distinct on (1, 2) l.departure collate "C", claims.cabins[l.claim] collate "C", l.capacity, 0
    from unnest(legs.departures, legs.claims, legs.capacities) as l (departure, claim, capacity)
    where claims.schedules[l.claim] = newest and same.holds[l.claim] is null
    order by 1, 2
    on conflict (departure, cabin) do nothing;
    select array_agg(k.taken_left order by k.counter) into cabins_left
    from (
        select k.counter, c.taken_left
        from (
            select distinct on (1) l.counter, l.departure, claims.cabins[l.claim] as cabin
            from unnest(legs.counters, legs.departures, legs.claims) as l (counter, departure, claim)
            order by 1
        ) k
        left join lateral (
            select c.places - c.taken as taken_left from departure_cabins c
            where c.departure = k.departure and c.cabin = k.cabin for no key update offset 0
        ) c on true
    ) k;
    insert into departure_classes (departure, class, authorised, taken)
    select distinct on (1, 2) r.departure collate "C", r.class collate "C", r.authorised, 0
    from unnest(rungs.departures, rungs.classes, rungs.authorised, rungs.claims)
        as r (departure, class, authorised, claim)
    where claims.schedules[r.claim] = newest and same.holds[r.claim] is null
    order by 1, 2
    on conflict (departure, class) do nothing;
    select array_agg(k.taken_left order by k.counter) into classes_left
    from (
        select k.counter, c.taken_left
        from (
            select distinct on (1) r.counter, r.departure, r.class
            from unnest(rungs.counters, rungs.departures, rungs.classes) as r (counter, departure, class)
            order by 1
        ) k
        left join lateral (
            select c.authorised - c.taken as taken_left from departure_classes c
            where c.departure = k.departure and c.class = k.class for no key update offset 0
        ) c on true
    ) k;

    for i in 1 .. claims.number loop
        caller := i;
        hold := null;
        departure := null;
        class := null;
        last_leg := first_leg - 1 + claims.legs[i];
        last_rung := first_rung - 1;
        while rungs.claims[last_rung + 1] = i loop
            last_rung := last_rung + 1;
        end loop;
        if same.lives[i] then
            outcome := 'same';
            hold := same.holds[i];
        elsif same.holds[i] is not null or claims.visitors[i] <> all (counted) then
            -- A hold of the same offer whose time is over is in the way until it is ended.
            outcome := 'too_many';
        else
            outcome := 'taken';
            for j in first_leg .. last_leg loop
                if outcome = 'taken'
                    and coalesce(cabins_left[legs.counters[j]], legs.capacities[j]) < claims.seats[i] then
                    outcome := 'sold_out';
                    missing := j;
                end if;
            end loop;
            for k in first_rung .. last_rung loop
                if outcome = 'taken'
                    and coalesce(classes_left[rungs.counters[k]], rungs.authorised[k]) < claims.seats[i] then
                    outcome := 'class_closed';
                    missing := rungs.legs[k];
                end if;
            end loop;
            if outcome <> 'taken' then
                departure := legs.departures[missing];
                class := case outcome when 'class_closed' then legs.classes[missing] end;
            elsif claims.schedules[i] <> newest then
                outcome := 'new_schedule';
            else
                hold := claims.holds[i];
                won := won || i;
                for j in first_leg .. last_leg loop
                    cabins_left[legs.counters[j]] := cabins_left[legs.counters[j]] - claims.seats[i];
                end loop;
                for k in first_rung .. last_rung loop
                    classes_left[rungs.counters[k]] := classes_left[rungs.counters[k]] - claims.seats[i];
                end loop;
            end if;
        end if;
        if outcome <> 'taken' and claims.visitors[i] = any (counted) then
            lost := lost || i;
        end if;
        first_leg := last_leg + 1;
        first_rung := last_rung + 1;
        return next;
    end loop;

    if cardinality(lost) > 0 then
        update visitors v set places = v.places - claims.places[i] from unnest(lost) i where v.id = claims.visitors[i];
    end if;
    if cardinality(won) = 0 then
        return;
    end if;
    insert into holds (id, visitor, expires_at, places, offer, quote, total_minor, currency, offer_digest, created_at)
    select claims.holds[i], claims.visitors[i], now_is + make_interval(secs => p_hold_secs), claims.places[i],
        claims.offers[i], claims.quotes[i], claims.totals[i], claims.currencies[i], claims.digests[i], now_is
    from unnest(won) i;
    insert into hold_legs (hold_id, leg, departure, cabin, class, places, sold)
    select claims.holds[l.claim], l.leg, l.departure, claims.cabins[l.claim], l.class, claims.seats[l.claim], l.sold
    from unnest(legs.claims, legs.legs, legs.departures, legs.classes, legs.sold)
        as l (claim, leg, departure, class, sold)
    where l.claim = any (won);
    insert into hold_travellers (hold_id, ordinal, kind)
    select claims.holds[i], t.ordinal - 1, t.kind
    from unnest(won) i
    cross join lateral jsonb_array_elements_text(claims.kinds[i]) with ordinality as t (kind, ordinal);
    -- A key that has an answer already makes the call fail by its constraint; done again alone, its claim tells.
    insert into idempotency (caller, operation, key, fingerprint, answer, hold_id)
    select k.key ->> 'caller', k.key ->> 'operation', k.key ->> 'key', decode(k.key ->> 'fingerprint', 'hex'),
        k.key -> 'answer', claims.holds[i]
    from unnest(won) i cross join lateral (select claims.keys[i] as key offset 0) k
    where jsonb_typeof(k.key) = 'object';
    -- These rows are there and locked by us.
    insert into departure_cabins as c (departure, cabin, places, taken)
    select l.departure, claims.cabins[l.claim], sum(claims.seats[l.claim]), sum(claims.seats[l.claim])
    from unnest(legs.claims, legs.departures) as l (claim, departure)
    where l.claim = any (won) group by 1, 2
    on conflict (departure, cabin) do update set taken = c.taken + excluded.taken;
    insert into departure_classes as c (departure, class, authorised, taken)
    select r.departure, r.class, sum(claims.seats[r.claim]), sum(claims.seats[r.claim])
    from unnest(rungs.claims, rungs.departures, rungs.classes) as r (claim, departure, class)
    where r.claim = any (won) group by 1, 2
    on conflict (departure, class) do update set taken = c.taken + excluded.taken;
end $$;
