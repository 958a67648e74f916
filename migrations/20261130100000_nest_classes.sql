-- A cabin is sold in several classes now, and these are nested: a place sold in one counts in it and in every class above
-- it, up to the cabin. So each class caps all that is sold as cheaply or cheaper.

-- The classes that a place sold in this one counts in, dearest first, and last itself. The domain knows the same ladders
-- (`BookingClass::ladder`); a test compares them.
create function class_and_above(p_class text) returns text[] language sql immutable parallel safe as $$
    select case p_class
        when 'Y' then '{Y}' when 'B' then '{Y,B}' when 'M' then '{Y,B,M}' when 'Q' then '{Y,B,M,Q}'
        when 'K' then '{Y,B,M,Q,K}'
        when 'W' then '{W}' when 'P' then '{W,P}'
        when 'J' then '{J}' when 'C' then '{J,C}' when 'D' then '{J,C,D}'
        when 'F' then '{F}' when 'A' then '{F,A}'
    end::text[]
$$;

-- What was sold until now was sold in the top class, named by the cabin's letter, and its rows are right as they are: it
-- counts in no class below. Those have no row, which says of a class what it says of a cabin: nothing of it is taken, and
-- it may sell what is usual.
alter table departure_classes
    drop constraint class_never_oversold,
    add constraint class_counted check (taken >= 0 and authorised >= 0),
    -- Whether somebody has set what it may sell: then it outlives an import, and else follows the cabin's places.
    add column is_set boolean not null default false;

-- What may be sold can be lowered below what is: the class is closed then, and what comes back does not open it before it
-- is down to that again. So not the row is illegal, but selling more in it.
create function refuse_overselling() returns trigger language plpgsql as $$
begin
    raise exception using
        errcode = 'check_violation',
        constraint = 'class_never_oversold',
        message = format('%s of %s would have %s of %s sold', new.class, new.departure, new.taken, new.authorised);
end $$;
create trigger class_never_oversold before update of taken on departure_classes for each row
    when (new.taken > new.authorised and new.taken > old.taken) execute function refuse_overselling();
create trigger class_never_begun_oversold before insert on departure_classes for each row
    when (new.taken > new.authorised) execute function refuse_overselling();

-- Whose class has no counters would be given back nowhere.
alter table hold_legs
    add constraint hold_leg_class_of_cabin check (
        strpos(case cabin when 'Y' then 'YBMQK' when 'W' then 'WP' when 'J' then 'JCD' when 'F' then 'FA' end, class) > 0);

-- Ends a live hold whole: its seats, its counters, the counts of its visitor and account, and the payment that may be
-- under way.
-- As 'expired' only when its time is over, looked at again under the lock. Returns the seats that changed;
-- no row of `ended` means that it was over already.
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
    perform from departure_classes c join hold_legs l on l.departure = c.departure and c.class = any(class_and_above(l.class))
    where l.hold_id = p_hold order by c.departure, c.class collate "C" for no key update of c;
    update departure_classes c set taken = c.taken - l.places
    from hold_legs l where l.hold_id = p_hold and l.departure = c.departure and c.class = any(class_and_above(l.class));

    select array_agg(l.departure) into legs from hold_legs l where l.hold_id = p_hold;
    perform from seats s where s.departure = any(legs) and s.hold_id = p_hold
    order by s.departure, s.seat for no key update;
    if pending is not null and p_state = 'expired' then
        -- Its payment may have been authorised at the last moment: then the same seats are taken again.
        insert into hold_seats_lost (hold_id, departure, seat, traveller)
        select p_hold, s.departure, s.seat, s.traveller from seats s
        where s.departure = any(legs) and s.hold_id = p_hold;
    end if;
    return query
    update seats s set state = 'available', version = s.version + 1, hold_id = null, traveller = null
    where s.departure = any(legs) and s.hold_id = p_hold
    returning s.departure, s.seat, s.state, s.version;
end $$;
