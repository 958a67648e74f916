use app::ports::{Checkout as _, Seats as _, Trips, Visitor};
use domain::{
    booking::BookingState, cabin::BookingClass, cancelling::CouponKey, hold::HoldId, payment::PaymentState,
    pnr::Pnr,
};
use server::{
    jobs::{go_on_cancelling, run_errand},
    postgres::EndAs,
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::{closed, left, lefts, set, taken};
use crate::world::{World, departure, visitor};

const NOTHING: String = String::new();

#[sqlx::test(migrations = "../../migrations")]
async fn a_hold_that_ends_gives_back_in_every_class_that_it_counted_in(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    world.choose_in("B", visitor(), &["Q1300"], 1).await.unwrap();
    for end in [EndAs::Released, EndAs::Expired] {
        let hold = world.choose_in("KQ", visitor(), &["Q1300", "Q1200"], 2).await.unwrap();
        assert_eq!(taken(&world, "Q1300").await, "Y3 B3 M2 Q2 K2");
        if end == EndAs::Expired {
            world.pass(5).await;
            world.postgres.end(hold, end).await.unwrap();
            assert_eq!(taken(&world, "Q1200").await, "Y2 B2 M2 Q2", "its time is not over");
            world.pass(6).await;
        }
        world.postgres.end(hold, end).await.unwrap();
        world.postgres.end(hold, end).await.unwrap();
        assert_eq!((taken(&world, "Q1300").await, taken(&world, "Q1200").await), ("Y1 B1".into(), NOTHING));
        world.audit().await;
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn lowered_below_what_is_sold_a_class_is_closed_and_what_comes_back_does_not_open_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let ada = visitor();
    let first = world.choose_in("Q", ada, &["Q1300"], 4).await.unwrap();
    let second = world.choose_in("K", visitor(), &["Q1300"], 3).await.unwrap();
    let told = set(&world, "Q1300", "Q", "4").await.unwrap();
    assert!(told.ends_with("may sell 4; 7 sold in it and below, 0 left"), "{told}");
    assert_eq!(lefts(&world, "Q1300").await, [57, 48, 35, 0, 0]);
    assert_eq!(world.choose_in("K", visitor(), &["Q1300"], 1).await, Err(closed("Q1 300", "K")));
    world.choose_in("M", visitor(), &["Q1300"], 1).await.unwrap();

    // Three come back: four are sold of four, and one is one too many still.
    world.postgres.end(second, EndAs::Released).await.unwrap();
    assert_eq!(taken(&world, "Q1300").await, "Y5 B5 M5 Q4");
    assert_eq!(world.choose_in("Q", visitor(), &["Q1300"], 1).await, Err(closed("Q1 300", "Q")));
    // The other four: as many as it may sell are left, and no more.
    world.site.seating.release(ada.into(), first).await.unwrap();
    assert_eq!(world.choose_in("Q", visitor(), &["Q1300"], 5).await, Err(closed("Q1 300", "Q")));
    world.choose_in("K", visitor(), &["Q1300"], 4).await.unwrap();
    world.audit().await;
}

fn trips(world: &World) -> &dyn Trips {
    world.site.ports.trips.as_ref()
}

/// Two people on Q1100 in Q and Q1200 in K, ticketed.
async fn booked(world: &World) -> (Visitor, Pnr) {
    let ada = visitor();
    let hold = world.choose_in("QK", ada, &["Q1100", "Q1200"], 2).await.unwrap();
    (ada, world.ticket(ada, hold).await)
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_coupon_that_is_cancelled_gives_back_in_its_class_and_above(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let (ada, pnr) = booked(&world).await;
    // Sold is sold: a class that is lowered then takes back what comes back.
    set(&world, "Q1200", "M", "0").await.unwrap();
    let trip = trips(&world).trip(ada, pnr).await.unwrap();
    let quote = async |chosen: &[CouponKey]| {
        let quote = trips(&world).quote_cancellation(ada.into(), pnr, chosen).await.unwrap();
        trips(&world).confirm_cancellation(ada.into(), quote).await.unwrap();
    };
    let key = |traveller: usize, leg| CouponKey { ticket: trip.travellers[traveller].ticket, leg };
    quote(&[key(0, 1)]).await;
    assert_eq!(taken(&world, "Q1100").await, "Y2 B2 M2 Q2");
    assert_eq!(taken(&world, "Q1200").await, "Y1 B1 M1 Q1 K1");
    world.audit().await;
    quote(&[key(0, 0), key(1, 0), key(1, 1)]).await;
    assert_eq!((taken(&world, "Q1100").await, taken(&world, "Q1200").await), (NOTHING, NOTHING));
    let q = BookingClass::parse("Q").unwrap();
    assert_eq!(left(&world, "Q1200").await.left(q), 0, "M above it stays closed");
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_departure_called_off_gives_back_every_class_and_sells_none(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let (ada, pnr) = booked(&world).await;
    world.choose_in("M", visitor(), &["Q1200"], 3).await.unwrap();
    assert_eq!(taken(&world, "Q1200").await, "Y5 B5 M5 Q2 K2");
    world.postgres.call_off(departure("Q1200"), "fog").await.unwrap();
    go_on_cancelling(&world.site).await;
    let state = trips(&world).trip(ada, pnr).await.unwrap().state;
    assert_eq!(state, BookingState::Cancelled);
    assert_eq!((taken(&world, "Q1100").await, taken(&world, "Q1200").await), (NOTHING, NOTHING));
    assert_eq!(lefts(&world, "Q1200").await, [0; 5]);
    for classes in ["K", "Y"] {
        assert!(world.choose_in(classes, visitor(), &["Q1200"], 1).await.is_err());
    }
    world.audit().await;
}

/// Two people in Q and K who began to pay; their bank agreed at the last moment, and then their time ran out.
async fn late(world: &World) -> (Visitor, HoldId) {
    let ada = visitor();
    let hold = world.choose_in("QK", ada, &["Q1100", "Q1200"], 2).await.unwrap();
    world.name(ada, hold, &["Moreno", "Müller"]).await;
    world.site.paying.start(ada.into(), hold).await.unwrap();
    let payment = world.postgres.payment_of(ada.0, hold).await.unwrap().unwrap();
    world.sandbox.pay_by_card(&payment.intent.unwrap(), "4242424242424242").unwrap();
    world.pass(30).await;
    assert!(world.view(ada, hold).await.is_err());
    (ada, hold)
}

async fn run_errands(world: &World) {
    while run_errand(&world.site).await.unwrap() {}
}

async fn states(world: &World, ada: Visitor, hold: HoldId) -> (BookingState, PaymentState) {
    let payment = world.postgres.payment_of(ada.0, hold).await.unwrap().unwrap();
    (payment.booking_state, payment.state)
}

#[sqlx::test(migrations = "../../migrations")]
async fn places_that_are_taken_again_are_taken_in_the_same_classes(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let (ada, hold) = late(&world).await;
    assert_eq!((taken(&world, "Q1100").await, taken(&world, "Q1200").await), (NOTHING, NOTHING));
    run_errands(&world).await;
    assert_eq!(states(&world, ada, hold).await, (BookingState::Ticketed, PaymentState::Captured));
    assert_eq!(taken(&world, "Q1100").await, "Y2 B2 M2 Q2");
    assert_eq!(taken(&world, "Q1200").await, "Y2 B2 M2 Q2 K2");
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn places_are_not_taken_again_in_a_class_that_has_closed(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let (ada, hold) = late(&world).await;
    set(&world, "Q1200", "B", "1").await.unwrap();
    run_errands(&world).await;
    assert_eq!(states(&world, ada, hold).await, (BookingState::Failed, PaymentState::Voided));
    assert_eq!((taken(&world, "Q1100").await, taken(&world, "Q1200").await), (NOTHING, NOTHING));
    assert_eq!(world.count("select sum(taken)::bigint from departure_cabins").await, 0);
    world.audit().await;
}
