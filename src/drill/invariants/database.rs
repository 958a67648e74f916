use sqlx::PgPool;

use super::{AuditError, Broken, ledger};

/// Each question names those that break its rule.
pub(super) const QUESTIONS: &[(&str, &str)] = &[
    (
        "invariant 1: a seat belongs to a live hold or a converted one, in the state that goes with it",
        "select format('%s %s is %s of hold %s, which is %s', s.departure, s.seat, s.state, h.id, h.state)
        from seats s join holds h on h.id = s.hold_id
        where (s.state, h.state) not in (('held', 'active'), ('reserved', 'reserved'), ('booked', 'converted'))",
    ),
    (
        "invariant 1: a traveller has one seat a leg",
        "select format('hold %s traveller %s on %s', hold_id, traveller, departure)
        from seats where hold_id is not null group by hold_id, traveller, departure having count(*) > 1",
    ),
    (
        "invariant 1: a seat is sold once",
        "select format('%s %s by %s coupons', departure, seat, count(*))
        from coupons where state = 'open' and seat is not null group by departure, seat having count(*) > 1",
    ),
    (
        "invariant 1: what a coupon names is booked for it",
        "select format('coupon %s/%s of booking %s: %s %s is not its own', c.ticket, c.leg, b.id, c.departure, c.seat)
        from coupons c join tickets t on t.number = c.ticket join bookings b on b.id = t.booking_id
        where c.state = 'open' and c.seat is not null and not exists (
            select from seats s where s.departure = c.departure and s.seat = c.seat and s.state = 'booked'
                and s.hold_id = b.hold_id and s.traveller = t.ordinal)",
    ),
    (
        "invariant 1: what is booked is named by a coupon",
        "select format('%s %s of hold %s', s.departure, s.seat, s.hold_id) from seats s
        where s.state = 'booked' and not exists (
            select from coupons c join tickets t on t.number = c.ticket join bookings b on b.id = t.booking_id
            where c.state = 'open' and c.departure = s.departure and c.seat = s.seat and b.hold_id = s.hold_id)",
    ),
    (
        "invariant 1: a cabin's counter is what live holds and valid coupons add up to",
        "select format('%s %s: %s taken, %s owned', departure, cabin, taken, owned) from (
            select c.departure, c.cabin, c.taken, (
                select coalesce(sum(l.places), 0) from hold_legs l join holds h on h.id = l.hold_id
                where l.departure = c.departure and l.cabin = c.cabin and h.state in ('active', 'reserved')) + (
                select count(*) from coupons k join tickets t on t.number = k.ticket
                where k.departure = c.departure and k.cabin = c.cabin and k.state = 'open' and t.kind <> 'INF') as owned
            from departure_cabins c) counted
        where taken <> owned",
    ),
    (
        "invariant 1: a class's counter is what live holds and valid coupons in it and below add up to",
        "select format('%s %s: %s taken, %s owned', departure, class, taken, owned) from (
            select c.departure, c.class, c.taken, (
                select coalesce(sum(l.places), 0) from hold_legs l join holds h on h.id = l.hold_id
                where l.departure = c.departure and c.class = any(class_and_above(l.class)) and h.state in ('active', 'reserved')) + (
                select count(*) from coupons k join tickets t on t.number = k.ticket
                where k.departure = c.departure and c.class = any(class_and_above(k.class))
                    and k.state = 'open' and t.kind <> 'INF') as owned
            from departure_classes c) counted
        where taken <> owned",
    ),
    (
        "invariant 1: what coupons and live holds take is counted",
        "select format('%s %s of hold %s', t.departure, t.cabin, t.hold_id) from (
            select c.departure, c.cabin, b.hold_id from coupons c
                join tickets k on k.number = c.ticket join bookings b on b.id = k.booking_id
            where c.state = 'open' and k.kind <> 'INF'
            union select l.departure, l.cabin, h.id from hold_legs l join holds h on h.id = l.hold_id
            where h.state in ('active', 'reserved')) t
        where not exists (
            select from departure_cabins k where k.departure = t.departure and k.cabin = t.cabin)
        union all
        select format('%s %s of hold %s in %s', t.departure, t.class, t.hold_id, above.class) from (
            select c.departure, c.class, b.hold_id from coupons c
                join tickets k on k.number = c.ticket join bookings b on b.id = k.booking_id
            where c.state = 'open' and k.kind <> 'INF'
            union select l.departure, l.class, h.id from hold_legs l join holds h on h.id = l.hold_id
            where h.state in ('active', 'reserved')) t
        cross join unnest(class_and_above(t.class)) as above (class)
        where not exists (
            select from departure_classes k where k.departure = t.departure and k.class = above.class)",
    ),
    (
        "invariant 1: a cabin or class has no more takers than places",
        "select format('%s %s: %s of %s', departure, cabin, taken, places) from departure_cabins where taken > places
        union all
        select format('%s %s: %s of %s', departure, class, taken, authorised)
        from departure_classes where taken > authorised",
    ),
    (
        "invariant 1: a visitor's count is what its live holds add up to",
        "select format('visitor %s: %s counted', v.id, v.places) from visitors v
        where v.kind = 'visitor' and v.places <> (
            select coalesce(sum(h.places), 0) from holds h
            where h.visitor = v.id and h.state in ('active', 'reserved'))",
    ),
    (
        "invariant 3: a capture is asked for with the ticket, and only with it",
        "select format('booking %s is %s', b.id, b.state) from bookings b
        where (b.pnr is not null) <> exists (
            select from outbox o where o.booking_id = b.id and o.kind = 'money' and o.step = 'capture')",
    ),
    (
        "invariant 3: money is captured only for what is or was ticketed",
        "select format('booking %s is %s, its payment %s', b.id, b.state, p.state)
        from payments p join bookings b on b.id = p.booking_id
        where p.state in ('captured', 'part_refunded', 'refunded')
            and b.state not in ('ticketed', 'part_cancelled', 'cancelled')",
    ),
    (
        "invariant 3: what is ticketed is paid, when nothing is queued any more",
        "select format('booking %s is %s, its payment %s', b.id, b.state, p.state)
        from bookings b left join payments p on p.booking_id = b.id
        where b.state in ('ticketed', 'part_cancelled')
            and (p.state in ('captured', 'part_refunded', 'refunded')) is not true",
    ),
    (
        "invariant 3: a hold is converted if and only if its booking was ticketed",
        "select format('hold %s is %s, booking %s is %s', h.id, h.state, b.id, b.state)
        from holds h left join bookings b on b.hold_id = h.id
        where (h.state = 'converted') <> coalesce(b.pnr is not null, false)",
    ),
    (
        "invariant 3: everyone of a booking has one ticket",
        "select format('booking %s', b.id) from bookings b where b.pnr is not null and (
            select count(*) from tickets t where t.booking_id = b.id) <> (
            select count(*) from hold_travellers t where t.hold_id = b.hold_id)",
    ),
    (
        "invariant 4: one booking for each hold, one hold for each offer",
        "select format('hold %s', hold_id) from bookings group by hold_id having count(*) > 1
        union all
        select format('visitor %s', visitor) from holds where state in ('active', 'reserved')
        group by visitor, offer_digest having count(*) > 1",
    ),
    (
        "invariant 5: what is paid is what the hold was frozen at, and its seats",
        "select format('booking %s: %s and %s frozen, %s paid', b.id, h.total_minor, s.minor, p.amount_minor)
        from payments p join bookings b on b.id = p.booking_id join holds h on h.id = b.hold_id
        cross join lateral (
            select coalesce(sum(c.amount_minor), 0) as minor from seat_charges c where c.hold_id = h.id) s
        where (p.amount_minor, p.currency) <> (h.total_minor + s.minor, h.currency)",
    ),
    (
        "invariant 5: what was charged for a seat is on the coupon that has the seat",
        "select format('hold %s: %s for %s', s.hold_id, s.amount_minor, s.seat)
        from seat_charges s join bookings b on b.hold_id = s.hold_id
        where b.pnr is not null and not exists (
            select from tickets t join coupons c on c.ticket = t.number
            where t.booking_id = b.id and t.ordinal = s.traveller and c.departure = s.departure and c.seat = s.seat
                and c.seat_minor = s.amount_minor)",
    ),
    (
        "invariant 7: a traveller is written to of tickets, of each cancellation and of each refund",
        "select format('booking %s: no letter %s %s', told.booking_id, told.step, told.subject) from (
            select id as booking_id, 'tickets' as step, '' as subject from bookings where pnr is not null
            union all select booking_id, 'cancelled', id::text from cancellations where state <> 'quoted'
            union all select booking_id, 'refunded', id::text from refunds where state = 'succeeded') told
        where not exists (
            select from outbox o where o.booking_id = told.booking_id and o.kind = 'mail' and o.step = told.step
                and o.subject = told.subject)",
    ),
    (
        "invariant 7: nothing is parked",
        "select format('outbox %s %s of booking %s: %s', id, step, booking_id, last_error)
        from outbox where state = 'parked'",
    ),
    (
        "staff have nothing to look at",
        "select format('case %s %s of booking %s', kind, reference, booking_id) from cases where state = 'open'",
    ),
];

pub(super) async fn ask(pool: &PgPool) -> Result<Vec<Broken>, AuditError> {
    let mut broken = Vec::new();
    for (rule, sql) in QUESTIONS.iter().chain(ledger::QUESTIONS) {
        let offenders: Vec<String> = sqlx::query_scalar(*sql).fetch_all(pool).await?;
        broken.extend(Broken::new(rule, offenders));
    }
    Ok(broken)
}
