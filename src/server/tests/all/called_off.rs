//! Departures that the airline does not fly: nothing is sold on them, and nobody on them loses money or waits for others.

use std::collections::BTreeSet;

use app::{
    answers::{Contact, Settled, TravellerEntry, TripView},
    ports::{Checkout as _, HoldError, Seats as _, Trips, Visitor},
};
use domain::{
    booking::BookingState,
    cabin::{Cabin, Configuration},
    cancelling::{CouponKey, Why},
    coupon::CouponState,
    pnr::Pnr,
    search::Itinerary,
    traveller::Party,
};
use jiff::{
    ToSpan as _,
    civil::{Date, date},
};
use server::{jobs::go_on_cancelling, postgres::Into};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::world::{World, departure, schedule, today, visitor};

const A_DAY_LATER: i32 = 25 * 60;

fn trips(world: &World) -> &dyn Trips {
    world.site.ports.trips.as_ref()
}

async fn trip(world: &World, ada: Visitor, pnr: Pnr) -> TripView {
    trips(world).trip(ada, pnr).await.unwrap()
}

async fn booked(world: &World, flights: &[&str]) -> (Visitor, Pnr) {
    let ada = visitor();
    let hold = world.choose(ada, flights, 1).await.unwrap();
    (ada, world.ticket(ada, hold).await)
}

fn every_coupon(trip: &TripView) -> Vec<CouponKey> {
    let ticket = trip.travellers[0].ticket;
    let legs = trip.travellers[0].coupons.iter();
    legs.map(|c| CouponKey { ticket, leg: u8::try_from(c.leg).unwrap() }).collect()
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_place_that_comes_back_on_a_departure_called_off_is_not_sold_again(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let ada = visitor();
    let hold = world.choose(ada, &["Q1200"], 2).await.unwrap();
    world.postgres.call_off(departure("Q1200"), "fog").await.unwrap();
    world.site.seating.release(ada.into(), hold).await.unwrap();
    let sold = world.choose(visitor(), &["Q1200"], 1).await;
    assert!(matches!(&sold, Err(HoldError::NotSold(why)) if why.contains("called it off")), "{sold:?}");
    go_on_cancelling(&world.site).await;
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_new_schedule_with_another_cabin_does_not_open_a_departure_called_off(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    world.postgres.call_off(departure("Q1300"), "fog").await.unwrap();
    go_on_cancelling(&world.site).await;
    let mut legs = schedule();
    for leg in legs.iter_mut().filter(|leg| leg.flight.to_string() == "Q1300") {
        leg.configuration = Configuration::parse("J12Y64").unwrap();
    }
    let carriers: BTreeSet<_> = legs.iter().map(|leg| leg.flight.carrier).collect();
    world.postgres.import("business", &carriers, &legs, today(), Into::Whatever, |_| true).await.unwrap();
    world.site.timetable.renew().await.unwrap();

    for cabin in [Cabin::Economy, Cabin::Business] {
        let mut offer = world.unsigned_offer(&["Q1300"], Party::new(1, 0, 0).unwrap());
        let legs =
            offer.departures().filter_map(|id| world.site.timetable.current().departure(&id)).collect();
        let bounds = [Itinerary::new(legs).unwrap()];
        offer.cabin = cabin;
        offer.total = world.quote(&offer, &bounds).total;
        let token = world.site.signing.offer_token(&offer);
        let sold = world.site.seating.choose(visitor().into(), &token).await;
        assert!(matches!(&sold, Err(HoldError::NotSold(_))), "{cabin:?}: {sold:?}");
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn one_hold_that_cannot_be_ended_keeps_nobody_from_their_money(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let eve = visitor();
    world.choose(eve, &["Q1300"], 1).await.unwrap();
    let (ada, same_departure) = booked(&world, &["Q1300"]).await;
    let (bob, later) = booked(&world, &["Q1200"]).await;
    // A count that is wrong: giving her place back is refused by `visitor_places_counted`.
    sqlx::query("update visitors set places = 0 where id = $1")
        .bind(eve.0)
        .execute(&world.pool)
        .await
        .unwrap();
    for flight in ["Q1300", "Q1200"] {
        world.postgres.call_off(departure(flight), "fog").await.unwrap();
    }
    go_on_cancelling(&world.site).await;
    assert_eq!(trip(&world, ada, same_departure).await.state, BookingState::Cancelled);
    assert_eq!(trip(&world, bob, later).await.state, BookingState::Cancelled);
    let open = world.count("select count(*) from departures_cancelled where done_at is null").await;
    assert_eq!(open, 1, "it is gone on with until the hold is over");
}

#[sqlx::test(migrations = "../../migrations")]
async fn who_cancels_faster_than_the_airline_sees_to_them_loses_nothing(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let (ada, pnr) = booked(&world, &["Q1100", "Q1200"]).await;
    world.pass(A_DAY_LATER).await;
    let before = trip(&world, ada, pnr).await;
    world.postgres.call_off(departure("Q1200"), "fog").await.unwrap();
    let quote = trips(&world).quote_cancellation(ada.into(), pnr, &every_coupon(&before)).await.unwrap();
    let (_, told) = trips(&world).cancellation(ada, quote).await.unwrap();
    let whys: Vec<Why> = told.shares.iter().map(|share| share.why).collect();
    assert_eq!((told.refund, whys), (before.total, vec![Why::CalledOff; 2]), "the whole bound is of no use");
    trips(&world).confirm_cancellation(ada.into(), quote).await.unwrap();
    go_on_cancelling(&world.site).await;
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_timeline_tells_the_seats_that_the_airline_gave_back(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    booked(&world, &["Q1200"]).await;
    world.postgres.call_off(departure("Q1200"), "fog").await.unwrap();
    go_on_cancelling(&world.site).await;
    let told = "select count(*) from timeline
        where what = 'cancellation confirmed' and jsonb_array_length(detail -> 'seats') = 1";
    assert_eq!(world.count(told).await, 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn who_gave_up_that_flight_before_keeps_the_others(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let ada = visitor();
    let hold = world.choose(ada, &["Q1100", "Q1200"], 2).await.unwrap();
    let pnr = world.ticket(ada, hold).await;
    let before = trip(&world, ada, pnr).await;
    let given_up = CouponKey { ticket: before.travellers[0].ticket, leg: 1 };
    let quote = trips(&world).quote_cancellation(ada.into(), pnr, &[given_up]).await.unwrap();
    trips(&world).confirm_cancellation(ada.into(), quote).await.unwrap();
    world.postgres.call_off(departure("Q1200"), "fog").await.unwrap();
    go_on_cancelling(&world.site).await;
    let after = trip(&world, ada, pnr).await;
    let states = after.travellers.iter().map(|t| t.coupons.iter().map(|c| c.state).collect::<Vec<_>>());
    assert_eq!(
        states.collect::<Vec<_>>(),
        [[CouponState::Open, CouponState::Cancelled], [CouponState::Cancelled, CouponState::Cancelled]],
        "nobody loses a flight that flies and that they meant to take alone"
    );
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_child_whose_adult_is_stranded_does_not_fly_alone(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let ada = visitor();
    let offer = world.unsigned_offer(&["Q1100", "Q1200"], Party::new(1, 1, 0).unwrap());
    let hold = world.site.seating.choose(ada.into(), &world.site.signing.offer_token(&offer)).await.unwrap();
    let named = |birth_date: Date| TravellerEntry {
        given_name: "Ada".into(),
        surname: "Moreno".into(),
        birth_date: birth_date.to_string(),
    };
    let people = vec![named(date(1985, 4, 30)), named(today().saturating_sub(5.years()))];
    let contact = Contact { email: "ada@example.com".into(), phone: String::new() };
    world.site.seating.name_travellers(ada.into(), hold, people, contact).await.unwrap();
    world.site.paying.start(ada.into(), hold).await.unwrap();
    let payment = world.postgres.payment_of(ada.0, hold).await.unwrap().unwrap();
    world.sandbox.pay_by_card(&payment.intent.unwrap(), "4242424242424242").unwrap();
    let Settled::Ticketed { pnr } = world.site.paying.settle(ada, hold).await.unwrap() else {
        panic!("not ticketed")
    };
    let before = trip(&world, ada, pnr).await;
    let given_up = CouponKey { ticket: before.travellers[1].ticket, leg: 1 };
    let quote = trips(&world).quote_cancellation(ada.into(), pnr, &[given_up]).await.unwrap();
    trips(&world).confirm_cancellation(ada.into(), quote).await.unwrap();
    world.postgres.call_off(departure("Q1200"), "fog").await.unwrap();
    go_on_cancelling(&world.site).await;
    assert_eq!(trip(&world, ada, pnr).await.state, BookingState::Cancelled, "the child's first flight too");
    world.audit().await;
}
