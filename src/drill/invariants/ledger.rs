/// What each booking's books say, and what they must say: invariant 6, one question each.
pub(super) const QUESTIONS: &[(&str, &str)] = &[
    (
        "invariant 6: a booking's ledger adds up to nothing",
        "select format('booking %s: %s %s', booking_id, sum(amount_minor), currency)
        from ledger group by booking_id, currency having sum(amount_minor) <> 0",
    ),
    (
        "invariant 6: a booking's captured money stands in its ledger",
        "select format('booking %s: %s paid', p.booking_id, p.amount_minor) from payments p
        where p.state in ('captured', 'part_refunded', 'refunded') and p.amount_minor <> (
            select coalesce(sum(l.amount_minor), 0) from ledger l
            where l.booking_id = p.booking_id and l.account = 'captured')",
    ),
    (
        "invariant 6: valid coupons are worth what the ledger says",
        "select format('booking %s: %s of coupons, %s in the ledger', id, coupons, ledger) from (
            select b.id, (
                select coalesce(sum(c.fare_minor + c.tax_minor + c.seat_minor), 0) from tickets t join coupons c on c.ticket = t.number
                where t.booking_id = b.id and c.state <> 'cancelled') as coupons, (
                select coalesce(sum(-l.amount_minor), 0) from ledger l
                where l.booking_id = b.id and l.account = 'tickets') as ledger
            from bookings b) booked
        where coupons <> ledger",
    ),
    (
        "invariant 6: what was kept is what the cancellations say",
        "select format('booking %s: %s of fees, %s in the ledger', id, fees, ledger) from (
            select b.id, (
                select coalesce(sum(c.fee_minor), 0) from cancellations c
                where c.booking_id = b.id and c.state <> 'quoted') as fees, (
                select coalesce(sum(-l.amount_minor), 0) from ledger l
                where l.booking_id = b.id and l.account = 'fees') as ledger
            from bookings b) kept
        where fees <> ledger",
    ),
    (
        "invariant 6: what comes back is what the ledger says",
        "select format('booking %s: %s of refunds, %s in the ledger', id, refunds, ledger) from (
            select b.id, (
                select coalesce(sum(r.amount_minor), 0) from refunds r
                where r.booking_id = b.id and r.state <> 'dropped' and r.paid_by is distinct from 'dispute') as refunds, (
                select coalesce(sum(-l.amount_minor), 0) from ledger l
                where l.booking_id = b.id and l.account in ('refund_queued', 'refunded', 'paid_otherwise')) as ledger
            from bookings b) given_back
        where refunds <> ledger",
    ),
    (
        "invariant 6: nothing is owed when all is done",
        "select format('booking %s: %s in %s', booking_id, sum(amount_minor), account) from ledger
        where account in ('capture_queued', 'refund_queued', 'receivable', 'disputed')
        group by booking_id, account, currency having sum(amount_minor) <> 0",
    ),
    (
        "invariant 6: what comes back is what was quoted, and no more than was paid",
        "select format('booking %s: %s back, %s quoted, of %s', id, back, quoted, paid) from (
            select b.id, (select p.amount_minor from payments p where p.booking_id = b.id) as paid, (
                select coalesce(sum(r.amount_minor), 0) from refunds r
                where r.booking_id = b.id and r.state <> 'failed') as back, (
                select coalesce(sum(c.refund_minor), 0) from cancellations c
                where c.booking_id = b.id and c.state <> 'quoted') as quoted
            from bookings b) given_back
        where back <> quoted or back > coalesce(paid, 0)",
    ),
    (
        "invariant 6: a confirmed cancellation has the refund that it promised, and its errand",
        "select format('cancellation %s of booking %s: %s', c.id, c.booking_id, c.refund_minor) from cancellations c
        where c.state <> 'quoted' and c.refund_minor > 0 and not exists (
            select from refunds r join outbox o on o.step = 'refund' and o.subject = r.id::text
            where r.cancellation_id = c.id and r.amount_minor = c.refund_minor and r.currency = c.currency)",
    ),
    (
        "invariant 6: a cancellation adds up to the value of its coupons",
        "select format('cancellation %s of booking %s: %s + %s', c.id, c.booking_id, c.refund_minor, c.fee_minor)
        from cancellations c left join lateral (
            select sum(k.fare_minor + k.tax_minor + k.seat_minor) as value, sum(g.refund_minor) as back
            from cancellation_coupons g join coupons k on k.ticket = g.ticket and k.leg = g.leg
            where g.cancellation_id = c.id) k on true
        where (c.refund_minor + c.fee_minor, c.refund_minor) is distinct from (k.value, k.back)",
    ),
    (
        "invariant 6: a coupon is cancelled by one confirmed cancellation, and not otherwise",
        "select format('coupon %s/%s of booking %s is %s', k.ticket, k.leg, t.booking_id, k.state)
        from coupons k join tickets t on t.number = k.ticket
        where (k.state = 'cancelled')::int <> (
            select count(*) from cancellation_coupons g join cancellations c on c.id = g.cancellation_id
            where g.ticket = k.ticket and g.leg = k.leg and c.state <> 'quoted')",
    ),
    (
        "invariant 6: a booking is in the state of its coupons",
        "select format('booking %s is %s', b.id, b.state) from bookings b left join lateral (
            select bool_or(c.state = 'cancelled') as some, bool_and(c.state = 'cancelled') as every
            from tickets t join coupons c on c.ticket = t.number where t.booking_id = b.id) k on true
        where b.pnr is not null and b.state is distinct from
            case when k.every then 'cancelled' when k.some then 'part_cancelled' when not k.some then 'ticketed' end",
    ),
];
