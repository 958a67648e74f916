//! That no question is blind: each is answered by rows that break its rule, and by none where nothing is broken.

use std::collections::BTreeSet;

use domain::{
    cabin::SeatNumber,
    departure::DepartureId,
    hold::HoldId,
    money::{Currency, Money},
};
use sqlx::{
    AssertSqlSafe, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use uuid::Uuid;

use super::{
    Broken, database, ledger,
    promises::{Booked, Coupon, Kept, Told, broken_promises},
};
use crate::{
    clock::Moment,
    ground::{GivenBack, Sale, SoldCoupon},
    history::Permits,
};

/// Two fly for 200, and one of them has given the ticket back for 40: the rest was kept.
const BOOKING: &str = "
    insert into visitors (id, places) values (gen_random_uuid(), 0);
    insert into holds (id, visitor, state, expires_at, places, offer_digest, offer, quote, total_minor, currency, ended_at)
        select gen_random_uuid(), id, 'converted', now(), 2, 'offer', '{}', '{}', 20000, 'USD', now() from visitors;
    insert into hold_legs (hold_id, leg, departure, cabin, class, places, sold)
        select id, 0, 'Q1100-1-2026-12-01', 'Y', 'Y', 2, '{}' from holds;
    insert into hold_travellers (hold_id, ordinal, kind) select id, n, 'ADT' from holds, generate_series(0, 1) n;
    insert into bookings (id, hold_id, visitor, state, pnr, ticketed_at)
        select gen_random_uuid(), id, visitor, 'part_cancelled', 'ABCDEF', now() from holds;
    insert into payments (booking_id, state, amount_minor, currency, create_key, intent_id)
        select id, 'part_refunded', 20000, 'USD', 'key', 'pi_1' from bookings;
    insert into tickets (number, booking_id, ordinal, kind, given_name, surname, birth_date, value_minor)
        select '000000000000' || n, id, n, 'ADT', 'ADA', 'TEST', '1985-04-30', 10000
        from bookings, generate_series(0, 1) n;
    insert into coupons (ticket, leg, departure, cabin, class, seat, state, fare_minor, tax_minor)
        select number, 0, 'Q1100-1-2026-12-01', 'Y', 'Y', case ordinal when 0 then '14A' else '14C' end,
            case ordinal when 0 then 'open' else 'cancelled' end, 9000, 1000 from tickets;
    insert into seats (departure, seat, state, version, hold_id, traveller)
        select 'Q1100-1-2026-12-01', '14A', 'booked', 3, id, 0 from holds;
    insert into seats (departure, seat, state, version) values ('Q1100-1-2026-12-01', '14C', 'available', 4);
    insert into departure_cabins (departure, cabin, places, taken) values ('Q1100-1-2026-12-01', 'Y', 64, 1);
    insert into departure_classes (departure, class, authorised, taken) values ('Q1100-1-2026-12-01', 'Y', 64, 1);
    insert into cancellations (id, booking_id, reason, state, refund_minor, fee_minor, currency, quoted_until,
            confirmed_at, settled_at)
        select gen_random_uuid(), id, 'traveller', 'settled', 4000, 6000, 'USD', now(), now(), now() from bookings;
    insert into cancellation_coupons (cancellation_id, ticket, leg, refund_minor)
        select id, '0000000000001', 0, 4000 from cancellations;
    insert into refunds (id, booking_id, cancellation_id, amount_minor, currency, state, stripe_id)
        select gen_random_uuid(), booking_id, id, 4000, 'USD', 'succeeded', 're_1' from cancellations;
    insert into outbox (booking_id, kind, step, state, call_key, subject)
        select id, 'money', 'capture', 'done', 'key', '' from bookings
        union all select booking_id, 'money', 'refund', 'done', 'key', id::text from refunds
        union all select id, 'mail', 'tickets', 'done', 'key', '' from bookings
        union all select booking_id, 'mail', 'cancelled', 'done', 'key', id::text from cancellations
        union all select booking_id, 'mail', 'refunded', 'done', 'key', id::text from refunds;
    insert into ledger (booking_id, step, account, amount_minor, currency)
        select id, step, account, amount, 'USD' from bookings, (values
            ('ticketed', 'tickets', -20000), ('ticketed', 'capture_queued', 20000),
            ('captured', 'capture_queued', -20000), ('captured', 'captured', 20000),
            ('cancelled', 'tickets', 10000), ('cancelled', 'fees', -6000), ('cancelled', 'refund_queued', -4000),
            ('refunded', 'refund_queued', 4000), ('refunded', 'refunded', -4000)) l (step, account, amount);
";

/// What breaks each rule.
const BREACHES: &[(&str, &str)] = &[
    (
        "invariant 1: a seat belongs to a live hold or a converted one",
        "update holds set state = 'expired'",
    ),
    (
        "invariant 1: a traveller has one seat a leg",
        "update seats set state = 'booked', hold_id = holds.id, traveller = 0 from holds",
    ),
    (
        "invariant 1: a seat is sold once",
        "update coupons set state = 'open', seat = '14A'",
    ),
    (
        "invariant 1: what a coupon names is booked for it",
        "update seats set traveller = 1 where seat = '14A'",
    ),
    (
        "invariant 1: what is booked is named by a coupon",
        "update coupons set seat = null",
    ),
    ("invariant 1: a cabin's counter", "update departure_cabins set taken = 2"),
    ("invariant 1: a class's counter", "update departure_classes set taken = 2"),
    ("invariant 1: what coupons and live holds take is counted", "delete from departure_cabins"),
    ("invariant 1: what coupons and live holds take is counted", "delete from departure_classes"),
    (
        "invariant 1: a class's counter",
        "insert into departure_classes (departure, class, authorised, taken) values ('Q1100-1-2026-12-01', 'Q', 30, 1)",
    ),
    (
        "invariant 1: a cabin or class has no more takers than places",
        "alter table departure_cabins drop constraint cabin_never_oversold; update departure_cabins set places = 0",
    ),
    ("invariant 1: a visitor's count", "update visitors set places = 1"),
    (
        "invariant 3: a capture is asked for with the ticket, and only with it",
        "delete from outbox where step = 'capture'",
    ),
    (
        "invariant 3: money is captured only for what is or was ticketed",
        "update bookings set state = 'failed', pnr = null",
    ),
    ("invariant 3: what is ticketed is paid", "update payments set state = 'voided'"),
    ("invariant 3: what is ticketed is paid", "delete from payments"),
    (
        "invariant 3: a hold is converted if and only if its booking was ticketed",
        "update bookings set state = 'failed', pnr = null",
    ),
    ("invariant 3: everyone of a booking has one ticket", "delete from tickets where ordinal = 1"),
    (
        "invariant 4: one booking for each hold, one hold for each offer",
        "alter table bookings drop constraint booking_once_per_hold;
        insert into bookings (id, hold_id, visitor) select gen_random_uuid(), id, visitor from holds",
    ),
    (
        "invariant 4: one booking for each hold, one hold for each offer",
        "drop index hold_once_per_offer;
        insert into holds (id, visitor, expires_at, places, offer_digest, offer, quote, total_minor, currency)
        select gen_random_uuid(), visitor, now(), 1, 'offer', '{}', '{}', 1, 'USD' from holds, generate_series(0, 1)",
    ),
    ("invariant 5: what is paid is what the hold was frozen at", "update holds set total_minor = 19999"),
    (
        "invariant 5: what is paid is what the hold was frozen at",
        "insert into seat_charges (hold_id, traveller, departure, seat, amount_minor)
        select id, 0, 'Q1100-1-2026-12-01', '14A', 1 from holds",
    ),
    (
        "invariant 5: what was charged for a seat",
        "insert into seat_charges (hold_id, traveller, departure, seat, amount_minor)
        select id, 0, 'Q1100-1-2026-12-01', '14A', 1 from holds",
    ),
    (
        "invariant 6: a booking's ledger adds up to nothing",
        "delete from ledger where step = 'refunded' and account = 'refunded'",
    ),
    ("invariant 6: a booking's captured money", "delete from ledger where step = 'captured'"),
    ("invariant 6: valid coupons are worth", "update coupons set fare_minor = 8999"),
    ("invariant 6: what was kept", "update cancellations set fee_minor = 5999"),
    ("invariant 6: what comes back is what the ledger says", "update refunds set amount_minor = 3999"),
    ("invariant 6: nothing is owed", "delete from ledger where step = 'refunded'"),
    (
        "invariant 6: what comes back is what was quoted, and no more than was paid",
        "update refunds set amount_minor = 4001",
    ),
    // A refund that was never written down.
    (
        "invariant 6: what comes back is what was quoted, and no more than was paid",
        "delete from refunds",
    ),
    (
        "invariant 6: what comes back is what was quoted, and no more than was paid",
        "update refunds set amount_minor = 20001; update cancellations set refund_minor = 20001",
    ),
    ("invariant 6: a confirmed cancellation has the refund", "delete from refunds"),
    (
        "invariant 6: a confirmed cancellation has the refund",
        "delete from outbox where step = 'refund'",
    ),
    ("invariant 6: a cancellation adds up", "delete from cancellation_coupons"),
    ("invariant 6: a cancellation adds up", "update cancellation_coupons set refund_minor = 3999"),
    (
        "invariant 6: a coupon is cancelled by one confirmed cancellation",
        "update coupons set state = 'cancelled'",
    ),
    (
        "invariant 6: a coupon is cancelled by one confirmed cancellation",
        "update coupons set state = 'open'",
    ),
    ("invariant 6: a booking is in the state of its coupons", "update bookings set state = 'ticketed'"),
    ("invariant 6: a booking is in the state of its coupons", "delete from coupons"),
    ("invariant 7: a traveller is written to", "delete from outbox where step = 'tickets'"),
    ("invariant 7: a traveller is written to", "delete from outbox where step = 'cancelled'"),
    ("invariant 7: a traveller is written to", "delete from outbox where step = 'refunded'"),
    ("invariant 7: nothing is parked", "update outbox set state = 'parked'"),
    (
        "staff have nothing to look at",
        "insert into cases (booking_id, kind, reference) select id, 'parked', 'x' from bookings",
    ),
];

#[sqlx::test(migrations = "../../migrations")]
async fn every_question_has_an_answer_that_breaks_its_rule(pool: PgPoolOptions, at: PgConnectOptions) {
    // One connection, so that all is asked within the transaction that is rolled back.
    let pool = pool.max_connections(1).connect_with(at).await.unwrap();
    assert_eq!(rules(&broken_by(&pool, "select 1").await), BTreeSet::new());
    let mut named = BTreeSet::new();
    for (rule, breach) in BREACHES {
        let broken = rules(&broken_by(&pool, breach).await);
        let found = broken.iter().find(|found| found.starts_with(rule));
        named
            .insert(found.unwrap_or_else(|| panic!("{rule}: {breach} is not found, but {broken:?}")).clone());
    }
    let all: BTreeSet<String> =
        database::QUESTIONS.iter().chain(ledger::QUESTIONS).map(|(rule, _)| (*rule).to_owned()).collect();
    assert_eq!(named, all, "nothing shows that the others can fail");
}

/// What is broken where that was done to the booking, past every trigger and foreign key.
async fn broken_by(pool: &PgPool, breach: &str) -> Vec<Broken> {
    let text = format!("begin; set local session_replication_role = replica; {BOOKING}; {breach}");
    sqlx::raw_sql(AssertSqlSafe(text)).execute(pool).await.unwrap();
    let broken = database::ask(pool).await.unwrap();
    sqlx::raw_sql("rollback").execute(pool).await.unwrap();
    broken
}

fn rules(broken: &[Broken]) -> BTreeSet<String> {
    broken.iter().map(|broken| broken.rule.clone()).collect()
}

const HOLD: HoldId = HoldId(Uuid::from_u128(1));
const TICKET: &str = "0000000000001";

fn dollars(minor: i64) -> Money {
    Money::new(minor, Currency::parse("USD").unwrap())
}

/// A booking that was sold for 200 with a coupon in 14A.
fn sold() -> (Told, Kept) {
    let departure = DepartureId::parse("Q1100-1-2026-12-01").unwrap();
    let shown = SoldCoupon {
        ticket: TICKET.into(),
        leg: 0,
        departure,
        seat: Some(SeatNumber::parse("14A").unwrap()),
    };
    let sale = Sale { hold: HOLD, pnr: "ABCDEF".into(), shown: dollars(20_000), coupons: vec![shown] };
    let booked = Booked {
        id: "booking".into(),
        pnr: Some("ABCDEF".into()),
        paid_minor: 20_000,
        payment: "captured".into(),
        captured_minor: 20_000,
    };
    let coupon = Coupon { departure: departure.to_string(), seat: "14A".into(), state: "open".into() };
    let kept = Kept {
        bookings: [(HOLD, booked)].into(),
        coupons: [((TICKET.to_owned(), 0), coupon)].into(),
        ..Kept::default()
    };
    (Told { sales: vec![sale], complete: vec![HOLD], ..Told::default() }, kept)
}

/// The coupon of it was agreed to be given back, and the traveller told so or not.
fn given_back(is_done: bool, cancellation: &str, coupon: &str) -> (Told, Kept) {
    let (mut told, mut kept) = sold();
    let coupons = vec![(TICKET.to_owned(), 0)];
    told.given_back = vec![GivenBack { hold: HOLD, quote: "quote".into(), coupons, is_done }];
    kept.cancellations = [("quote".to_owned(), cancellation.to_owned())].into();
    kept.coupons.values_mut().for_each(|kept| coupon.clone_into(&mut kept.state));
    (told, kept)
}

fn is_kept((told, kept): &(Told, Kept)) -> bool {
    broken_promises(told, kept).is_empty()
}

#[test]
fn who_was_told_that_nothing_is_booked_has_no_booking() {
    let told = |permits| Told { holds: [(HOLD, permits)].into(), ..Told::default() };
    let given_up = Permits { given_up: Moment(5), ..Permits::default() };
    let uncharged = Permits { uncharged: Moment(5), ..Permits::default() };
    // That its time was over is no promise: it may be taken again.
    assert!(is_kept(&(told(Permits { over: Moment(5), ..Permits::default() }), sold().1)));
    for permits in [given_up, uncharged] {
        assert!(!is_kept(&(told(permits), sold().1)), "booked");
        let (_, mut kept) = sold();
        kept.bookings.values_mut().for_each(|booked| booked.pnr = None);
        assert!(!is_kept(&(told(permits), kept)), "charged");
        let (_, mut kept) = sold();
        kept.bookings.values_mut().for_each(|booked| (booked.pnr, booked.captured_minor) = (None, 0));
        assert!(is_kept(&(told(permits), kept)), "begun, and nothing came of it");
    }
}

#[test]
fn what_was_told_to_be_cancelled_is_cancelled() {
    for (cancellation, coupon, kept) in [
        ("settled", "cancelled", true),
        ("confirmed", "cancelled", true),
        ("quoted", "cancelled", false),
        ("settled", "open", false),
        ("quoted", "open", false),
    ] {
        assert_eq!(is_kept(&given_back(true, cancellation, coupon)), kept, "{cancellation} {coupon}");
        assert!(is_kept(&given_back(false, cancellation, coupon)), "an unclear answer promises nothing");
    }
    let (told, mut kept) = given_back(true, "settled", "cancelled");
    kept.cancellations.clear();
    assert!(!is_kept(&(told, kept)));
}

#[test]
fn what_a_traveller_was_shown_is_there_and_stays() {
    assert!(is_kept(&sold()));
    let breaches: [fn(&mut Kept); 6] = [
        |kept| kept.bookings.clear(),
        |kept| kept.bookings.values_mut().for_each(|booked| booked.paid_minor += 1),
        |kept| kept.bookings.values_mut().for_each(|booked| booked.pnr = Some("GHIJKL".into())),
        |kept| kept.coupons.clear(),
        |kept| kept.coupons.values_mut().for_each(|coupon| coupon.seat = "14C".into()),
        |kept| kept.coupons.values_mut().for_each(|coupon| coupon.state = "cancelled".into()),
    ];
    for (number, breach) in breaches.iter().enumerate() {
        let (told, mut kept) = sold();
        breach(&mut kept);
        assert!(!is_kept(&(told, kept)), "breach {number}");
    }
    let (mut told, kept) = sold();
    told.sales.push(told.sales[0].clone());
    assert!(!is_kept(&(told, kept)), "one locator for two");
}

#[test]
fn what_was_told_to_be_complete_is_a_booking() {
    let (told, mut kept) = sold();
    let told = Told { complete: told.complete, ..Told::default() };
    kept.bookings.values_mut().for_each(|booked| booked.pnr = None);
    assert!(!is_kept(&(told, kept)));
}
