-- What an outside supplier offers is chosen, paid for and given back as our own is, except that its places are the
-- supplier's to count. An order there is named by the hold that it is made for, so that a hold has one at most.
alter table holds
    -- Null is our own. No stroke, since the name stands before the departures of its legs.
    add column supplier text constraint hold_supplier_named check (supplier ~ '^[^/]+$'),
    -- What it offered, flights and price; no personal data.
    add column outside jsonb,
    add constraint hold_outside_whole check ((supplier is null) = (outside is null));

-- A supplier's offer is ordered once, whoever of ours saw it.
create unique index outside_offer_once on holds (supplier, md5(outside ->> 'id')) where supplier is not null;

-- Flights of others have no places and no seats here, though one may be called as one of ours is: their legs and coupons
-- stand under their supplier's name, `Other Air/B6523-1-2026-12-22`, and nothing that is counted may. So whatever goes from
-- legs or coupons to counters and seats finds none for them.
alter table departure_cabins add constraint cabin_is_ours check (position('/' in departure) = 0);
alter table departure_classes add constraint class_is_ours check (position('/' in departure) = 0);
alter table seats add constraint seat_is_ours check (position('/' in departure) = 0);

-- Looked at when all legs are there.
create function keep_outside_legs_apart() returns trigger language plpgsql as $$
begin
    if exists (
        select from hold_legs l
        where l.hold_id = new.id and not starts_with(l.departure, new.supplier || '/')
    ) then
        raise exception using errcode = 'check_violation', constraint = 'outside_legs_apart',
            message = 'a leg of an outside hold stands under its supplier''s name';
    end if;
    return null;
end $$;
create constraint trigger outside_legs_apart after insert on holds deferrable initially deferred for each row
    when (new.supplier is not null) execute function keep_outside_legs_apart();

-- And no hold of ours has a leg that nobody counts.
create function refuse_uncounted_leg() returns trigger language plpgsql as $$
begin
    if not exists (
        select from holds h where h.id = new.hold_id and starts_with(new.departure, h.supplier || '/')
    ) then
        raise exception using errcode = 'check_violation', constraint = 'own_legs_counted',
            message = 'a leg under a supplier''s name is of a hold of that supplier';
    end if;
    return new;
end $$;
create trigger own_legs_counted before insert on hold_legs for each row
    when (position('/' in new.departure) > 0) execute function refuse_uncounted_leg();

-- Whether somebody still wants an order. What is held or paid at a supplier and wanted by nobody is given back there.
alter table supplier_orders add column unwanted boolean not null default false;
drop index supplier_orders_to_find_out;
create index supplier_orders_to_find_out on supplier_orders (leased_until)
    where state in ('asked', 'confirming', 'unknown') or (unwanted and state in ('held', 'ticketed'));

create function leave_supplier_order() returns trigger language plpgsql as $$
declare
    hold uuid := case tg_table_name when 'holds' then to_jsonb(new) ->> 'id' else to_jsonb(new) ->> 'hold_id' end;
begin
    -- Who is asking for it at the moment is waited for.
    update supplier_orders o set unwanted = true,
        leased_until = case o.state when 'asked' then o.leased_until else sky_now() end
    where o.id = hold and not o.unwanted;
    return null;
end $$;
create trigger hold_leaves_supplier_order after update of state on holds for each row
    when (new.supplier is not null and new.state in ('released', 'expired') and old.state in ('active', 'reserved'))
    execute function leave_supplier_order();
create trigger booking_leaves_supplier_order after update of state on bookings for each row
    when (new.state = 'cancelled' and old.state <> 'cancelled') execute function leave_supplier_order();

-- No tickets of ours without an order that is paid there.
create function refuse_unbought_ticket() returns trigger language plpgsql as $$
begin
    if not exists (select from supplier_orders o where o.id = new.id and o.state = 'ticketed') then
        raise exception using errcode = 'check_violation', constraint = 'outside_ticketed_when_bought',
            message = 'an outside hold is ticketed once its order is paid at the supplier';
    end if;
    return new;
end $$;
create trigger outside_ticketed_when_bought before update of state on holds for each row
    when (new.supplier is not null and new.state = 'converted' and old.state <> 'converted')
    execute function refuse_unbought_ticket();

-- What a supplier is asked to confirm is neither given up nor over before it has answered.
create function refuse_end_before_answer() returns trigger language plpgsql as $$
begin
    if exists (select from bookings b where b.hold_id = new.id and b.state in ('confirming', 'unknown')) then
        raise exception using errcode = 'check_violation', constraint = 'outside_hold_waits_for_answer',
            message = 'the supplier has not answered yet';
    end if;
    return new;
end $$;
create trigger outside_hold_waits_for_answer before update of state on holds for each row
    when (new.supplier is not null and new.state in ('released', 'expired') and old.state = 'reserved')
    execute function refuse_end_before_answer();

-- Money goes back unused only once it is certain that nothing was bought for it.
create function refuse_uncertain_void() returns trigger language plpgsql as $$
begin
    if exists (
        select from bookings b join supplier_orders o on o.id = b.hold_id
        where b.id = new.booking_id and o.state in ('confirming', 'unknown', 'ticketed')
    ) then
        raise exception using errcode = 'check_violation', constraint = 'outside_void_certain',
            message = 'the supplier may have been paid for it';
    end if;
    return new;
end $$;
create trigger outside_void_certain before update of state on payments for each row
    when (new.state in ('voiding', 'voided') and old.state <> new.state)
    execute function refuse_uncertain_void();

-- Confirming at the supplier, and the letter to whom it refused.
alter table outbox
    drop constraint outbox_step_known,
    add constraint outbox_step_known check (
        (kind = 'money' and step in ('capture', 'void', 'refund'))
        or (kind = 'mail'
            and step in ('tickets', 'cancelled', 'refunded', 'unpaid', 'failed', 'on_hold', 'lapsed', 'refused'))
        or (kind = 'partner' and step in ('cancel', 'status', 'webhook', 'confirm')));
