use std::{collections::BTreeSet, sync::Arc};

use app::{
    answers::{Contact, Settled, TravellerEntry, TripView},
    ports::{Caller, CancelError, Checkout as _, HoldError, Key, Seats as _, TripError, Trips, Visitor},
};
use domain::{
    booking::BookingState,
    cabin::Cabin,
    cancelling::{CouponKey, Refusal, Why},
    coupon::CouponState,
    fare::FareBrand,
    hold::HoldState,
    live::SeatPicture,
    pnr::Pnr,
    refund::{CancellationState, RefundState},
    seat::SeatState,
    traveller::Party,
};
use server::{cancelling::see_to, jobs::go_on_cancelling};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::{
    live,
    world::{ORIGIN, World, departure, visitor},
};

const GOOD_CARD: &str = "4242424242424242";
const A_DAY_LATER: i32 = 25 * 60;

/// Pays for a hold whose travellers are named.
async fn pay(world: &World, ada: Visitor, hold: domain::hold::HoldId) -> Pnr {
    world.site.paying.start(ada.into(), hold).await.unwrap();
    let payment = world.postgres.payment_of(ada.0, hold).await.unwrap().unwrap();
    world.sandbox.pay_by_card(&payment.intent.unwrap(), GOOD_CARD).unwrap();
    match world.site.paying.settle(ada, hold).await.unwrap() {
        Settled::Ticketed { pnr } => pnr,
        other => panic!("not ticketed: {other:?}"),
    }
}

/// So many adults on these flights, ticketed.
async fn booked(world: &World, flights: &[&str], adults: u8) -> (Visitor, Pnr) {
    let ada = visitor();
    let hold = world.choose(ada, flights, adults).await.unwrap();
    world.name(ada, hold, &vec!["Moreno"; usize::from(adults)]).await;
    (ada, pay(world, ada, hold).await)
}

fn trips(world: &World) -> &dyn Trips {
    world.site.ports.trips.as_ref()
}

async fn trip(world: &World, ada: Visitor, pnr: Pnr) -> TripView {
    trips(world).trip(ada, pnr).await.unwrap()
}

/// The coupon of a traveller on a leg.
fn key(trip: &TripView, traveller: usize, leg: u8) -> CouponKey {
    CouponKey { ticket: trip.travellers[traveller].ticket, leg }
}

fn every_open(trip: &TripView) -> Vec<CouponKey> {
    let of = |t: &app::answers::TripTraveller| {
        let ticket = t.ticket;
        let open = t.coupons.iter().filter(|c| c.may_cancel);
        open.map(move |c| CouponKey { ticket, leg: u8::try_from(c.leg).unwrap() }).collect::<Vec<_>>()
    };
    trip.travellers.iter().flat_map(of).collect()
}

async fn taken(world: &World, flight: &str) -> i64 {
    let sql = format!("select taken::bigint from departure_cabins where departure = '{}'", departure(flight));
    world.count(&sql).await
}

/// The ledger's sum on an account, as a positive number where it is owed.
async fn owed(world: &World, account: &str) -> i64 {
    let sql =
        format!("select coalesce(sum(-amount_minor), 0)::bigint from ledger where account = '{account}'");
    world.count(&sql).await
}

#[sqlx::test(migrations = "../../migrations")]
async fn one_leg_of_one_traveller_is_given_back_and_then_the_rest(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let (ada, pnr) = booked(&world, &["Q1100", "Q1200"], 2).await;
    world.pass(A_DAY_LATER).await;
    let before = trip(&world, ada, pnr).await;
    let first = key(&before, 0, 1);
    let seat = before.travellers[0].coupons[1].seat.unwrap();
    let version = "select version::bigint from seats where seat = ";
    let version = format!("{version}'{seat}' and departure = '{}'", departure("Q1200"));
    let was = world.count(&version).await;

    let quote = trips(&world).quote_cancellation(ada.into(), pnr, &[first]).await.unwrap();
    let (of, told) = trips(&world).cancellation(ada, quote).await.unwrap();
    assert_eq!((of, told.state, told.quoted_for_min), (pnr, CancellationState::Quoted, Some(30)));
    let value = before.travellers[0].coupons[1].value;
    assert_eq!((told.refund.minor, told.kept.minor), (value.tax_minor, value.fare_minor));
    assert_eq!(told.shares[0].why, Why::TaxesAlone);
    assert_eq!(taken(&world, "Q1200").await, 2, "a quote cancels nothing");
    world.audit().await;

    for _ in 0..2 {
        assert_eq!(trips(&world).confirm_cancellation(ada.into(), quote).await.unwrap(), pnr);
    }
    assert_eq!((taken(&world, "Q1100").await, taken(&world, "Q1200").await), (2, 1));
    assert_eq!(world.count(&version).await, was + 1);
    let after = trip(&world, ada, pnr).await;
    assert_eq!(after.state, BookingState::PartCancelled);
    assert_eq!(after.travellers[0].coupons[1].state, CouponState::Cancelled);
    assert_eq!(after.cancellations[0].refund_state, Some(RefundState::Queued));
    assert_eq!(owed(&world, "fees").await, value.fare_minor);
    assert_eq!(owed(&world, "refund_queued").await, value.tax_minor);
    let queued = format!("select count(*) from outbox where step = 'cancelled' and subject = '{quote}'");
    assert_eq!(world.count(&queued).await, 1);
    world.audit().await;

    let rest = every_open(&after);
    assert_eq!(rest.len(), 3);
    let quote = trips(&world).quote_cancellation(ada.into(), pnr, &rest).await.unwrap();
    trips(&world).confirm_cancellation(ada.into(), quote).await.unwrap();
    let after = trip(&world, ada, pnr).await;
    assert_eq!((after.state, after.may_cancel()), (BookingState::Cancelled, false));
    assert_eq!((taken(&world, "Q1100").await, taken(&world, "Q1200").await), (0, 0));
    assert_eq!(world.count("select count(*) from seats where state <> 'available'").await, 0);
    assert_eq!(owed(&world, "tickets").await, 0);
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_seat_that_was_given_back_is_sold_again(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let (ada, pnr) = booked(&world, &["Q1200"], 1).await;
    let before = trip(&world, ada, pnr).await;
    let seat = before.travellers[0].coupons[0].seat.unwrap();
    let quote = trips(&world).quote_cancellation(ada.into(), pnr, &every_open(&before)).await.unwrap();
    let (_, told) = trips(&world).cancellation(ada, quote).await.unwrap();
    assert_eq!((told.refund, told.kept.minor), (before.total, 0), "bought a month ahead, a moment ago");
    assert_eq!(told.shares[0].why, Why::FreeDay);
    trips(&world).confirm_cancellation(ada.into(), quote).await.unwrap();

    let bob = visitor();
    let hold = world.choose(bob, &["Q1200"], 1).await.unwrap();
    world.pick(bob, hold, "Q1200", 0, &seat.to_string(), 0).await.unwrap();
    world.name(bob, hold, &["Byron"]).await;
    pay(&world, bob, hold).await;
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_seat_that_is_given_back_turns_free_before_everyones_eyes(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let (ada, pnr) = booked(&world, &["Q1200"], 1).await;
    let before = trip(&world, ada, pnr).await;
    let seat = before.travellers[0].coupons[0].seat.unwrap();
    let mut socket = live::watch(&live::address(&world).await, "Q1200", ORIGIN).await.unwrap();
    let mut picture = SeatPicture::default();
    live::until(&mut socket, &mut picture, |p| p.state(seat) == SeatState::Booked).await;
    let quote = trips(&world).quote_cancellation(ada.into(), pnr, &every_open(&before)).await.unwrap();
    trips(&world).confirm_cancellation(ada.into(), quote).await.unwrap();
    live::until(&mut socket, &mut picture, |p| p.state(seat) == SeatState::Available).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_refundable_fare_comes_back_whole_by_the_rules_that_it_was_sold_with(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let ada = visitor();
    let mut offer = world.unsigned_offer(&["Q1200"], Party::new(1, 0, 0).unwrap());
    let legs = offer.departures().filter_map(|id| world.site.timetable.current().departure(&id)).collect();
    let bounds = [domain::search::Itinerary::new(legs).unwrap()];
    let airports = world.site.timetable.airports();
    offer.brand = FareBrand::Flex;
    offer.total =
        domain::fare::price(&bounds, Cabin::Economy, FareBrand::Flex, offer.party, airports).unwrap().total;
    let hold = world.site.seating.choose(ada.into(), &world.site.signing.offer_token(&offer)).await.unwrap();
    world.name(ada, hold, &["Moreno"]).await;
    let pnr = pay(&world, ada, hold).await;
    world.pass(A_DAY_LATER).await;
    let before = trip(&world, ada, pnr).await;
    let quote = trips(&world).quote_cancellation(ada.into(), pnr, &every_open(&before)).await.unwrap();
    let (_, told) = trips(&world).cancellation(ada, quote).await.unwrap();
    assert_eq!((told.refund, told.shares[0].why), (before.total, Why::Refundable));

    // A brand that would change its rules does not change what was sold.
    sqlx::query("update tickets set terms = jsonb_set(terms, '{refundable}', 'false')")
        .execute(&world.pool)
        .await
        .unwrap();
    let quote = trips(&world).quote_cancellation(ada.into(), pnr, &every_open(&before)).await.unwrap();
    let (_, told) = trips(&world).cancellation(ada, quote).await.unwrap();
    assert_eq!(told.shares[0].why, Why::TaxesAlone);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_stale_quote_is_refused_with_a_fresh_one(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let (ada, pnr) = booked(&world, &["Q1200"], 2).await;
    let before = trip(&world, ada, pnr).await;
    let (one, two) = (key(&before, 0, 0), key(&before, 1, 0));
    let quote = trips(&world).quote_cancellation(ada.into(), pnr, &[one]).await.unwrap();
    world.pass(30).await;
    let Err(CancelError::Requoted(fresh)) = trips(&world).confirm_cancellation(ada.into(), quote).await
    else {
        panic!("an expired quote was confirmed")
    };
    assert_eq!(taken(&world, "Q1200").await, 2);
    let (_, told) = trips(&world).cancellation(ada, fresh).await.unwrap();
    assert_eq!((told.state, told.shares[0].key), (CancellationState::Quoted, one));

    let both = trips(&world).quote_cancellation(ada.into(), pnr, &[one, two]).await.unwrap();
    trips(&world).confirm_cancellation(ada.into(), fresh).await.unwrap();
    let late = trips(&world).confirm_cancellation(ada.into(), both).await;
    assert!(
        matches!(late, Err(CancelError::Refused(Refusal::AlreadyCancelled(lost))) if lost == one),
        "{late:?}"
    );
    let again = trips(&world).quote_cancellation(ada.into(), pnr, &[one]).await;
    assert!(matches!(again, Err(CancelError::Refused(Refusal::AlreadyCancelled(_)))), "{again:?}");
    assert_eq!(taken(&world, "Q1200").await, 1, "all of a quote is cancelled or nothing");
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_was_quoted_is_honoured_and_more_is_quoted_anew(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let (ada, pnr) = booked(&world, &["Q1200"], 2).await;
    let before = trip(&world, ada, pnr).await;
    world.pass(24 * 60 - 10).await;
    let free = trips(&world).quote_cancellation(ada.into(), pnr, &[key(&before, 0, 0)]).await.unwrap();
    world.pass(20).await;
    trips(&world).confirm_cancellation(ada.into(), free).await.unwrap();
    assert_eq!(owed(&world, "fees").await, 0, "the free day was on when it was quoted");

    let quote = trips(&world).quote_cancellation(ada.into(), pnr, &[key(&before, 1, 0)]).await.unwrap();
    world.postgres.call_off(departure("Q1200"), "fog").await.unwrap();
    let Err(CancelError::Requoted(fresh)) = trips(&world).confirm_cancellation(ada.into(), quote).await
    else {
        panic!("less came back than is due")
    };
    let (_, told) = trips(&world).cancellation(ada, fresh).await.unwrap();
    assert_eq!((told.shares[0].why, told.kept.minor), (Why::CalledOff, 0));
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn confirming_many_times_at_once_and_by_two_quotes_gives_back_once(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = Arc::new(World::open(options).await);
    let (ada, pnr) = booked(&world, &["Q1100", "Q1200"], 1).await;
    let before = trip(&world, ada, pnr).await;
    let mut quotes = Vec::new();
    for _ in 0..2 {
        quotes.push(trips(&world).quote_cancellation(ada.into(), pnr, &every_open(&before)).await.unwrap());
    }
    let mut crowd = JoinSet::new();
    for i in 0..20 {
        let (world, quote) = (world.clone(), quotes[i % 2]);
        crowd.spawn(async move { (quote, trips(&world).confirm_cancellation(ada.into(), quote).await) });
    }
    let answers = crowd.join_all().await;
    let won: BTreeSet<Uuid> = answers.iter().filter(|(_, a)| a.is_ok()).map(|(quote, _)| *quote).collect();
    assert_eq!(won.len(), 1, "{answers:?}");
    assert_eq!(answers.iter().filter(|(_, answer)| answer.is_ok()).count(), 10);
    assert_eq!(world.count("select count(*) from refunds").await, 1);
    assert_eq!(taken(&world, "Q1200").await, 0);
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_same_key_quotes_and_confirms_once(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let (ada, pnr) = booked(&world, &["Q1100", "Q1200"], 1).await;
    let before = trip(&world, ada, pnr).await;
    let caller = |key: &str| Caller { visitor: ada, key: Some(Key::parse(key).unwrap()) };
    let mut quotes = BTreeSet::new();
    for _ in 0..2 {
        let chosen = [key(&before, 0, 1)];
        quotes.insert(trips(&world).quote_cancellation(caller("one"), pnr, &chosen).await.unwrap());
    }
    let quote = *quotes.first().unwrap();
    assert_eq!(quotes.len(), 1);
    let other = trips(&world).quote_cancellation(caller("one"), pnr, &[key(&before, 0, 0)]).await;
    assert!(matches!(other, Err(CancelError::Trip(TripError::KeyReused))), "{other:?}");
    for _ in 0..2 {
        assert_eq!(trips(&world).confirm_cancellation(caller("two"), quote).await, Ok(pnr));
    }
    // A refusal stays one under its key.
    for _ in 0..2 {
        let late = trips(&world).quote_cancellation(caller("three"), pnr, &[key(&before, 0, 1)]).await;
        assert!(matches!(late, Err(CancelError::Refused(Refusal::AlreadyCancelled(_)))), "{late:?}");
    }
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn cancelling_while_others_book_the_same_departure_keeps_every_count(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = Arc::new(World::open(options).await);
    let mut sold = Vec::new();
    for _ in 0..8 {
        sold.push(booked(&world, &["Q1300", "Q1200"], 2).await);
    }
    let mut crowd = JoinSet::new();
    for (ada, pnr) in sold {
        let cancels = world.clone();
        crowd.spawn(async move {
            let before = trip(&cancels, ada, pnr).await;
            for leg in [1, 0] {
                let keys = [key(&before, 0, leg), key(&before, 1, leg)];
                let quote = trips(&cancels).quote_cancellation(ada.into(), pnr, &keys).await.unwrap();
                trips(&cancels).confirm_cancellation(ada.into(), quote).await.unwrap();
            }
        });
        let books = world.clone();
        crowd.spawn(async move {
            let bob = visitor();
            let hold = books.choose(bob, &["Q1300", "Q1200"], 1).await.unwrap();
            books.site.seating.release(bob.into(), hold).await.unwrap();
        });
    }
    crowd.join_all().await;
    assert_eq!((taken(&world, "Q1300").await, taken(&world, "Q1200").await), (0, 0));
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn only_who_may_see_a_trip_may_cancel_it(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let (ada, pnr) = booked(&world, &["Q1200"], 1).await;
    let keys = every_open(&trip(&world, ada, pnr).await);
    let quote = trips(&world).quote_cancellation(ada.into(), pnr, &keys).await.unwrap();
    let eve = visitor();
    let missing = CancelError::Trip(TripError::NotFound).to_string();
    let asked = trips(&world).quote_cancellation(eve.into(), pnr, &keys).await.unwrap_err();
    assert_eq!(asked.to_string(), missing);
    assert!(matches!(trips(&world).cancellation(eve, quote).await, Err(TripError::NotFound)));
    let confirmed = trips(&world).confirm_cancellation(eve.into(), quote).await.unwrap_err();
    assert_eq!(confirmed.to_string(), missing);
    assert_eq!(taken(&world, "Q1200").await, 1);

    // A ticket of somebody else's is not in the booking.
    let (bob, other) = booked(&world, &["Q1200"], 1).await;
    let stolen = trips(&world).quote_cancellation(bob.into(), other, &keys).await;
    assert!(matches!(stolen, Err(CancelError::Refused(Refusal::Unknown(_)))), "{stolen:?}");

    trips(&world).open(eve.into(), pnr.as_str(), "Moreno").await.unwrap();
    assert_eq!(trips(&world).confirm_cancellation(eve.into(), quote).await.unwrap(), pnr);
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_infant_leaves_with_its_adult_and_takes_no_place_along(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let ada = visitor();
    let offer = world.unsigned_offer(&["Q1200"], Party::new(1, 0, 1).unwrap());
    let hold = world.site.seating.choose(ada.into(), &world.site.signing.offer_token(&offer)).await.unwrap();
    let named = |birth_date: String| TravellerEntry {
        given_name: "Ada".into(),
        surname: "Moreno".into(),
        birth_date,
    };
    let people = vec![named("1985-04-30".into()), named(crate::world::today().to_string())];
    let contact = Contact { email: "ada@example.com".into(), phone: String::new() };
    world.site.seating.name_travellers(ada.into(), hold, people, contact).await.unwrap();
    let pnr = pay(&world, ada, hold).await;
    let before = trip(&world, ada, pnr).await;
    let alone = trips(&world).quote_cancellation(ada.into(), pnr, &[key(&before, 0, 0)]).await;
    assert!(matches!(alone, Err(CancelError::Refused(Refusal::InfantWithoutAdult(0)))), "{alone:?}");

    for (chosen, left) in [(key(&before, 1, 0), 1), (key(&before, 0, 0), 0)] {
        let quote = trips(&world).quote_cancellation(ada.into(), pnr, &[chosen]).await.unwrap();
        trips(&world).confirm_cancellation(ada.into(), quote).await.unwrap();
        assert_eq!(taken(&world, "Q1200").await, left);
        world.audit().await;
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_departure_called_off_gives_everyone_back_in_full_and_sells_nothing(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let (ada, booking) = booked(&world, &["Q1100", "Q1200"], 2).await;
    let (bob, other) = booked(&world, &["Q1200"], 1).await;
    let (carol, elsewhere) = booked(&world, &["Q1300"], 1).await;
    let eve = visitor();
    let choosing = world.choose(eve, &["Q1200"], 1).await.unwrap();
    let dan = visitor();
    let paying = world.choose(dan, &["Q1200"], 1).await.unwrap();
    world.name(dan, paying, &["Moreno"]).await;
    world.site.paying.start(dan.into(), paying).await.unwrap();

    let off = departure("Q1200");
    assert!(world.postgres.call_off(off, "fog").await.unwrap());
    let refused = world.choose(visitor(), &["Q1200"], 1).await;
    assert!(matches!(&refused, Err(HoldError::NotSold(why)) if why.contains("called it off")), "{refused:?}");
    let left = world.postgres.places_left(&[off], Cabin::Economy).await.unwrap();
    assert_eq!(left[&off], 0);

    // Cut off after the first booking; the job goes on.
    let first = world.postgres.bookings_on(off).await.unwrap()[0];
    assert!(world.postgres.give_back_called_off(first, off).await.unwrap().is_some());
    assert!(world.postgres.give_back_called_off(first, off).await.unwrap().is_none(), "once");
    world.audit().await;
    go_on_cancelling(&world.site).await;
    assert_eq!(world.count("select count(*) from departures_cancelled where done_at is null").await, 0);
    let seen = see_to(&world.postgres, off, |_| {}).await.unwrap();
    assert_eq!((seen.holds, seen.bookings, seen.done), (0, 0, true), "nobody is seen to twice");
    assert!(!world.postgres.call_off(off, "fog").await.unwrap());

    for (who, pnr) in [(ada, booking), (bob, other)] {
        let after = trip(&world, who, pnr).await;
        assert_eq!(after.state, BookingState::Cancelled, "the whole bound is of no use");
        assert_eq!(after.cancellations[0].refund, after.total);
        assert_eq!(after.cancellations[0].refund_state, Some(RefundState::Queued));
    }
    assert_eq!(trip(&world, carol, elsewhere).await.state, BookingState::Ticketed);
    assert!(matches!(world.view(eve, choosing).await, Err(HoldError::Ended(HoldState::Released))));
    assert_eq!(world.count("select count(*) from outbox where step = 'void'").await, 1);
    assert_eq!((taken(&world, "Q1200").await, taken(&world, "Q1100").await), (0, 0));
    assert!(world.choose(visitor(), &["Q1200"], 1).await.is_err());
    world.audit().await;
}

/// The capture failed for good.
async fn cannot_be_charged(world: &World, pnr: Pnr) {
    let sql = "update payments p set state = 'capture_failed' from bookings b
        where b.id = p.booking_id and b.pnr = $1 and p.state = 'authorised'";
    sqlx::query(sql).bind(pnr.as_str()).execute(&world.pool).await.unwrap();
    let sql = "insert into ledger (booking_id, step, account, amount_minor, currency)
        select p.booking_id, 'receivable', account, sign * p.amount_minor, p.currency
        from payments p join bookings b on b.id = p.booking_id,
            (values ('capture_queued', -1), ('receivable', 1)) as line (account, sign)
        where b.pnr = $1";
    sqlx::query(sql).bind(pnr.as_str()).execute(&world.pool).await.unwrap();
    let sql =
        "update bookings set state = 'unpaid' where pnr = $1 and state in ('ticketed', 'part_cancelled')";
    sqlx::query(sql).bind(pnr.as_str()).execute(&world.pool).await.unwrap();
}

#[sqlx::test(migrations = "../../migrations")]
async fn who_could_not_be_charged_loses_the_seats_and_owes_nothing(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let (ada, pnr) = booked(&world, &["Q1100", "Q1200"], 1).await;
    cannot_be_charged(&world, pnr).await;
    let late = trips(&world).quote_cancellation(ada.into(), pnr, &[]).await;
    assert!(matches!(late, Err(CancelError::NotNow(BookingState::Unpaid))), "{late:?}");
    for _ in 0..2 {
        go_on_cancelling(&world.site).await;
        let after = trip(&world, ada, pnr).await;
        assert_eq!((after.state, after.cancellations.len()), (BookingState::Cancelled, 1));
        assert_eq!(owed(&world, "receivable").await, 0);
        assert_eq!(owed(&world, "tickets").await, 0);
        assert_eq!(world.count("select count(*) from seats where state <> 'available'").await, 0);
        assert_eq!(world.count("select count(*) from outbox where step = 'unpaid'").await, 1);
        assert_eq!(world.count("select count(*) from refunds").await, 0);
        world.audit().await;
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_was_promised_of_a_payment_that_failed_is_dropped(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let (ada, pnr) = booked(&world, &["Q1100", "Q1200"], 1).await;
    world.pass(A_DAY_LATER).await;
    let before = trip(&world, ada, pnr).await;
    let quote = trips(&world).quote_cancellation(ada.into(), pnr, &[key(&before, 0, 1)]).await.unwrap();
    trips(&world).confirm_cancellation(ada.into(), quote).await.unwrap();
    cannot_be_charged(&world, pnr).await;
    go_on_cancelling(&world.site).await;
    for account in ["tickets", "fees", "refund_queued", "receivable"] {
        assert_eq!(owed(&world, account).await, 0, "{account}");
    }
    let after = trip(&world, ada, pnr).await;
    assert_eq!(after.cancellations[0].refund_state, Some(RefundState::Dropped));
    assert_eq!(world.count("select count(*) from outbox where step = 'refund' and state <> 'done'").await, 0);

    // Cancelled whole before the capture failed: nothing is left to free, but the promise is dropped.
    let (bob, pnr) = booked(&world, &["Q1200"], 1).await;
    let quote = trips(&world)
        .quote_cancellation(bob.into(), pnr, &every_open(&trip(&world, bob, pnr).await))
        .await
        .unwrap();
    trips(&world).confirm_cancellation(bob.into(), quote).await.unwrap();
    cannot_be_charged(&world, pnr).await;
    go_on_cancelling(&world.site).await;
    assert_eq!(owed(&world, "receivable").await, 0);
    assert_eq!(world.count("select count(*) from refunds where state <> 'dropped'").await, 0);
    world.audit().await;
}
