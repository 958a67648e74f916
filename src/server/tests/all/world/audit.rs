use super::World;

impl World {
    /// The invariants that the database can be asked for, each as a question whose answer must be nought.
    pub async fn audit(&self) {
        for (question, sql) in AUDIT {
            assert_eq!(self.count(sql).await, 0, "{question}");
        }
    }
}

const AUDIT: [(&str, &str); 36] = [
    (
        "promotion codes whose uses differ from the bookings that are being or were made with them",
        "select count(*) from promotions p where p.uses <> (
            select count(*) from holds h where h.promotion = p.code and h.state in ('active', 'reserved', 'converted'))",
    ),
    (
        "tickets of what others sell without an order that is paid there",
        "select count(*) from bookings b join holds h on h.id = b.hold_id left join supplier_orders o on o.id = h.id
        where h.supplier is not null and b.state in ('ticketed', 'part_cancelled', 'unpaid')
            and o.state is distinct from 'ticketed'",
    ),
    (
        "orders that are paid at a supplier, and whose booking is over",
        "select count(*) from supplier_orders o join bookings b on b.hold_id = o.id
        where o.state in ('confirming', 'unknown', 'ticketed')
            and b.state not in ('confirming', 'unknown', 'ticketed', 'unpaid') and not o.unwanted",
    ),
    (
        "pending bookings of holds that are over without a void",
        "select count(*) from bookings b join holds h on h.id = b.hold_id
        where b.state = 'pending' and h.state not in ('active', 'reserved')
            and not exists (select from outbox o where o.booking_id = b.id and o.step = 'void')",
    ),
    (
        "holds that were given up and yet booked",
        "select count(*) from holds h where h.state = 'released' and (
            exists (select from holds again where again.retake_of = h.id)
            or exists (select from bookings b where b.hold_id = h.id and b.ticketed_at is not null))",
    ),
    (
        "cabin counters that differ from what live holds and valid coupons add up to",
        "select count(*) from departure_cabins k where k.taken <> (
                select coalesce(sum(l.places), 0) from hold_legs l join holds h on h.id = l.hold_id
                where l.departure = k.departure and l.cabin = k.cabin and h.state in ('active', 'reserved')) + (
                select count(*) from coupons c join tickets t on t.number = c.ticket
                where c.departure = k.departure and c.cabin = k.cabin and c.state <> 'cancelled' and t.kind <> 'INF')",
    ),
    (
        "class counters that differ from what live holds and valid coupons in and below the class add up to",
        "select count(*) from departure_classes k where k.taken <> (
                select coalesce(sum(l.places), 0) from hold_legs l join holds h on h.id = l.hold_id
                where l.departure = k.departure and k.class = any(class_and_above(l.class)) and h.state in ('active', 'reserved')) + (
                select count(*) from coupons c join tickets t on t.number = c.ticket
                where c.departure = k.departure and k.class = any(class_and_above(c.class))
                    and c.state <> 'cancelled' and t.kind <> 'INF')",
    ),
    (
        "coupons and live holds that no counter counts",
        "select count(*) from (
            select c.departure, c.cabin from coupons c where c.state <> 'cancelled'
            union select l.departure, l.cabin from hold_legs l join holds h on h.id = l.hold_id
            where h.state in ('active', 'reserved')) taken
        -- What others sell stands under their names, and they count it.
        where position('/' in taken.departure) = 0 and not exists (
            select from departure_cabins k where k.departure = taken.departure and k.cabin = taken.cabin)",
    ),
    (
        "coupons and live holds that a class which they count in does not count",
        "select count(*) from (
            select c.departure, c.class from coupons c where c.state <> 'cancelled'
            union select l.departure, l.class from hold_legs l join holds h on h.id = l.hold_id
            where h.state in ('active', 'reserved')) taken
        cross join unnest(class_and_above(taken.class)) as above (class)
        where position('/' in taken.departure) = 0 and not exists (
            select from departure_classes k where k.departure = taken.departure and k.class = above.class)",
    ),
    (
        "places left on departures that were called off and seen to",
        "select count(*) from departure_cabins k join departures_cancelled d on d.departure = k.departure
        where d.done_at is not null and k.places <> k.taken",
    ),
    (
        "seats owned by a hold that is over, or in a state that is not their hold's",
        "select count(*) from seats s join holds h on h.id = s.hold_id
        where (s.state, h.state) not in (('held', 'active'), ('reserved', 'reserved'), ('booked', 'converted'))",
    ),
    (
        "booked seats without an open coupon",
        "select count(*) from seats s where s.state = 'booked' and not exists (
            select from coupons c join tickets t on t.number = c.ticket join bookings b on b.id = t.booking_id
            where c.departure = s.departure and c.seat = s.seat and c.state <> 'cancelled' and b.hold_id = s.hold_id)",
    ),
    (
        "open coupons whose seat is not theirs",
        "select count(*) from coupons c join tickets t on t.number = c.ticket join bookings b on b.id = t.booking_id
        where c.state = 'open' and c.seat is not null and not exists (
            select from seats s where s.departure = c.departure and s.seat = c.seat and s.state = 'booked'
                and s.hold_id = b.hold_id and s.traveller = t.ordinal)",
    ),
    (
        "travellers with more than one seat on a leg",
        "select count(*) from (select from seats where hold_id is not null
            group by hold_id, departure, traveller having count(*) > 1) t",
    ),
    (
        "visitors whose count differs from their live holds",
        "select count(*) from visitors v where v.places <> (
            select coalesce(sum(places), 0) from holds h
            where v.id in (h.visitor, h.account) and h.state in ('active', 'reserved'))",
    ),
    (
        "payments captured for bookings that were never ticketed",
        "select count(*) from payments p join bookings b on b.id = p.booking_id
        where p.state in ('captured', 'part_refunded', 'refunded') and b.pnr is null",
    ),
    (
        "ticketed bookings neither captured, nor queued to be, nor unpaid",
        "select count(*) from bookings b join payments p on p.booking_id = b.id
        where b.ticketed_at is not null
            and p.state not in ('captured', 'part_refunded', 'refunded', 'capture_failed')
            and not exists (select from outbox o where o.booking_id = b.id and o.step = 'capture' and o.state <> 'done')",
    ),
    (
        "balances that are not what their entries add up to",
        "select count(*) from balances b where b.balance_minor <> (
            select coalesce(sum(e.amount_minor), 0) from balance_entries e
            where e.token_id = b.token_id and e.currency = b.currency)",
    ),
    (
        "bookings that have another sum from a balance than the balance has given",
        "select count(*) from bookings b where (
                select coalesce(sum(l.amount_minor), 0) from ledger l
                where l.booking_id = b.id and l.account = 'balance') <> (
                select coalesce(-sum(e.amount_minor), 0) from balance_entries e where e.booking_id = b.id)",
    ),
    (
        "bookings paid from a balance without tickets, or the other way round",
        "select count(*) from payments p join bookings b on b.id = p.booking_id
        where p.token_id is not null and (b.ticketed_at is not null) <> exists (
            select from balance_entries e where e.booking_id = p.booking_id and e.step = 'paid'
                and e.token_id = p.token_id and e.amount_minor = -p.amount_minor and e.currency = p.currency)",
    ),
    (
        "bookings that wait to be paid without their seats, or that are over with them",
        "select count(*) from bookings b join orders o on o.booking_id = b.id join holds h on h.id = b.hold_id
        where (b.state = 'awaiting_payment') <> (h.state = 'reserved')",
    ),
    (
        "orders whose payment is not in the state of their booking",
        "select count(*) from orders o join bookings b on b.id = o.booking_id join payments p on p.booking_id = b.id
        where (p.state = 'open') <> (b.state = 'awaiting_payment') or (o.paid_at is null) <> (b.ticketed_at is null)",
    ),
    (
        "bookings whose ledger does not add up",
        "select count(*) from (select booking_id from ledger group by booking_id, currency having sum(amount_minor) <> 0) b",
    ),
    (
        "bookings whose valid coupons are worth another sum than the ledger says",
        "select count(*) from bookings b where (
                select coalesce(sum(-l.amount_minor), 0) from ledger l
                where l.booking_id = b.id and l.account = 'tickets') <> (
                select coalesce(sum(c.fare_minor + c.tax_minor + c.seat_minor), 0) from tickets t join coupons c on c.ticket = t.number
                where t.booking_id = b.id and c.state <> 'cancelled')",
    ),
    (
        "payments of another sum than the fare and the seats",
        "select count(*) from payments p join bookings b on b.id = p.booking_id join holds h on h.id = b.hold_id
        where b.ticketed_at is not null and p.amount_minor <> h.total_minor + (
            select coalesce(sum(c.amount_minor), 0) from seat_charges c where c.hold_id = h.id)",
    ),
    (
        "seats that were charged and are another coupon's, or none's",
        "select count(*) from seat_charges s join bookings b on b.hold_id = s.hold_id
        where b.ticketed_at is not null and not exists (
            select from tickets t join coupons c on c.ticket = t.number
            where t.booking_id = b.id and t.ordinal = s.traveller and c.departure = s.departure and c.seat = s.seat
                and c.seat_minor = s.amount_minor)",
    ),
    (
        "bookings that kept another sum than their cancellations say",
        "select count(*) from bookings b join payments p on p.booking_id = b.id
        where p.state <> 'capture_failed' and (
                select coalesce(sum(-l.amount_minor), 0) from ledger l
                where l.booking_id = b.id and l.account = 'fees') <> (
                select coalesce(sum(c.fee_minor), 0) from cancellations c
                where c.booking_id = b.id and c.state <> 'quoted')",
    ),
    (
        "bookings whose refunds are another sum than the ledger says",
        "select count(*) from bookings b where (
                select coalesce(sum(-l.amount_minor), 0) from ledger l
                where l.booking_id = b.id and l.account in ('refund_queued', 'refunded', 'paid_otherwise')) <> (
                select coalesce(sum(r.amount_minor), 0) from refunds r
                where r.booking_id = b.id and r.state <> 'dropped' and r.paid_by is distinct from 'dispute')",
    ),
    (
        "bookings that owe something and are neither unpaid nor disputed",
        "select count(*) from bookings b where b.state <> 'unpaid'
            and not exists (select from payments p where p.booking_id = b.id and p.state = 'capture_failed')
            and not exists (select from cases k where k.booking_id = b.id and k.kind = 'dispute')
            and (select coalesce(sum(l.amount_minor), 0) from ledger l
                where l.booking_id = b.id and l.account = 'receivable') <> 0",
    ),
    (
        "bookings whose disputes took another sum than the ledger says",
        "select count(*) from bookings b where (
                select coalesce(sum(-l.amount_minor), 0) from ledger l
                where l.booking_id = b.id and l.account = 'disputed') <> (
                select coalesce(sum(d.amount_minor), 0) from disputes d where d.booking_id = b.id and d.state <> 'won')",
    ),
    (
        "bookings with more paid by disputes than the bank has decided for the cardholder",
        "select count(*) from bookings b where (
                select coalesce(sum(r.amount_minor), 0) from refunds r
                where r.booking_id = b.id and r.paid_by = 'dispute') > (
                select coalesce(sum(d.amount_minor), 0) from disputes d where d.booking_id = b.id and d.state = 'lost')",
    ),
    (
        "bookings that give back more than was paid",
        "select count(*) from payments p where p.amount_minor < (
            select coalesce(sum(r.amount_minor), 0) from refunds r
            where r.booking_id = p.booking_id and r.state <> 'dropped')",
    ),
    (
        "confirmed cancellations without the refund that they promised, or without its errand",
        "select count(*) from cancellations c where c.state <> 'quoted' and c.refund_minor > 0 and not exists (
            select from refunds r join outbox o on o.step = 'refund' and o.subject = r.id::text
            where r.cancellation_id = c.id and r.amount_minor = c.refund_minor and r.currency = c.currency
            union all
            select from balance_entries e where e.booking_id = c.booking_id and e.step = 'refunded:' || c.id
                and e.amount_minor = c.refund_minor and e.currency = c.currency)",
    ),
    (
        "cancellations that do not add up to the value of their coupons",
        "select count(*) from cancellations c where c.reason <> 'unpaid' and (c.refund_minor + c.fee_minor, c.refund_minor) <> (
            select sum(k.fare_minor + k.tax_minor + k.seat_minor), sum(g.refund_minor)
            from cancellation_coupons g join coupons k on k.ticket = g.ticket and k.leg = g.leg
            where g.cancellation_id = c.id)",
    ),
    (
        "coupons that are cancelled otherwise than by one confirmed cancellation",
        "select count(*) from coupons k where (k.state = 'cancelled')::int <> (
            select count(*) from cancellation_coupons g join cancellations c on c.id = g.cancellation_id
            where g.ticket = k.ticket and g.leg = k.leg and c.state <> 'quoted')",
    ),
    (
        "bookings in a state that is not that of their coupons",
        "select count(*) from bookings b join lateral (
            select bool_or(c.state = 'cancelled') as some, bool_and(c.state = 'cancelled') as every
            from tickets t join coupons c on c.ticket = t.number where t.booking_id = b.id) k on k.some is not null
        where b.state <> 'unpaid'
            and b.state <> case when k.every then 'cancelled' when k.some then 'part_cancelled' else 'ticketed' end",
    ),
];
