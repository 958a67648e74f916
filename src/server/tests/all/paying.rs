use app::{
    answers::Settled,
    ports::{Checkout as _, CheckoutError, HoldError, PickError, Seats as _, TripError, Visitor},
};
use domain::{booking::BookingState, hold::HoldId, payment::PaymentState};
use server::{
    jobs::{handle_events, run_errand},
    postgres::PaymentRow,
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use stripe_sandbox::Faults;

use crate::world::{World, visitor};

const GOOD_CARD: &str = "4242424242424242";
const DECLINED_CARD: &str = "4000000000000002";
const ASKING_CARD: &str = "4000002760003184";

/// A hold for two on two legs, with everyone named and one seat picked.
async fn ready(world: &World) -> (Visitor, HoldId) {
    let ada = visitor();
    let hold = world.choose(ada, &["Q1100", "Q1200"], 2).await.unwrap();
    world.name(ada, hold, &["Moreno", "Müller"]).await;
    world.pick(ada, hold, "Q1200", 0, "30A", 0).await.unwrap();
    (ada, hold)
}

async fn payment(world: &World, visitor: Visitor, hold: HoldId) -> PaymentRow {
    world.postgres.payment_of(visitor.0, hold).await.unwrap().unwrap()
}

async fn started(world: &World) -> (Visitor, HoldId, String) {
    let (ada, hold) = ready(world).await;
    world.site.paying.start(ada.into(), hold).await.unwrap();
    let intent = payment(world, ada, hold).await.intent.unwrap();
    (ada, hold, intent)
}

/// Started, and the bank keeps the amount aside.
async fn authorised(world: &World) -> (Visitor, HoldId) {
    let (ada, hold, intent) = started(world).await;
    assert_eq!(world.sandbox.pay_by_card(&intent, GOOD_CARD).unwrap(), "requires_capture");
    (ada, hold)
}

async fn run_errands(world: &World) {
    while run_errand(&world.site).await.unwrap() {}
}

#[sqlx::test(migrations = "../../migrations")]
async fn paying_turns_a_hold_into_tickets_and_then_the_money_is_captured(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let (ada, hold) = ready(&world).await;
    world.site.paying.start(ada.into(), hold).await.unwrap();
    let form = world.site.paying.card(ada, hold).await.unwrap();
    world.site.paying.start(ada.into(), hold).await.unwrap();
    assert_eq!(world.site.paying.card(ada, hold).await.unwrap(), form, "starting twice is one payment");
    assert_eq!(world.count("select count(*) from seats where state = 'reserved'").await, 4);
    let locked = world.pick(ada, hold, "Q1200", 0, "40A", 0).await;
    assert!(matches!(locked, Err(PickError::Hold(HoldError::Locked))), "{locked:?}");
    let intent = payment(&world, ada, hold).await.intent.unwrap();
    assert!(matches!(world.site.paying.settle(ada, hold).await.unwrap(), Settled::Open { attempts_left: 3 }));

    assert_eq!(world.sandbox.pay_by_card(&intent, GOOD_CARD).unwrap(), "requires_capture");
    let Settled::Ticketed { pnr } = world.site.paying.settle(ada, hold).await.unwrap() else {
        panic!("not ticketed")
    };
    assert_eq!(world.site.paying.settle(ada, hold).await.unwrap(), Settled::Ticketed { pnr });
    let paid = payment(&world, ada, hold).await;
    assert_eq!((paid.booking_state, paid.state), (BookingState::Ticketed, PaymentState::Authorised));
    world.audit().await;

    run_errands(&world).await;
    assert_eq!(payment(&world, ada, hold).await.state, PaymentState::Captured);
    assert_eq!(world.count("select count(*) from ledger").await, 4);
    assert_eq!(world.count("select count(*) from seats where state = 'booked'").await, 4);
    let trip = world.site.ports.trips.trip(ada, pnr).await.unwrap();
    assert_eq!(trip.travellers.len(), 2);
    let second = trip.travellers[1].coupons[1].seat.unwrap();
    assert_eq!(second.to_string(), "30B", "who chose no seat sits beside who did");
    assert_eq!(trip.travellers[0].coupons.len(), 2);
    assert!(trip.travellers[0].ticket.to_string().starts_with("000"));
    assert_eq!(trip.card.as_deref(), Some("visa 4242"));
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_declined_card_keeps_the_seats_and_the_third_gives_them_back(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let (ada, hold, intent) = started(&world).await;
    for attempts_left in [2, 1] {
        world.sandbox.pay_by_card(&intent, DECLINED_CARD).unwrap_err();
        for _ in 0..2 {
            let settled = world.site.paying.settle(ada, hold).await.unwrap();
            assert!(
                matches!(settled, Settled::Declined { attempts_left: left, .. } if left == attempts_left),
                "{settled:?}"
            );
        }
        assert_eq!(world.count("select count(*) from seats where state = 'reserved'").await, 4);
    }
    world.sandbox.pay_by_card(&intent, DECLINED_CARD).unwrap_err();
    assert!(matches!(world.site.paying.settle(ada, hold).await.unwrap(), Settled::Failed { .. }));
    assert_eq!(world.count("select count(*) from seats where state <> 'available'").await, 0);
    assert_eq!(
        payment(&world, ada, hold).await.booking_state,
        BookingState::Pending,
        "failed once the void is confirmed"
    );
    run_errands(&world).await;
    let over = payment(&world, ada, hold).await;
    assert_eq!((over.booking_state, over.state), (BookingState::Failed, PaymentState::Voided));
    assert!(world.sandbox.pay_by_card(&intent, GOOD_CARD).is_err(), "a voided payment takes no card");
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_authorisation_of_a_hold_that_expired_but_was_not_ended_is_ticketed(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let (ada, hold) = authorised(&world).await;
    world.pass(30).await;
    assert!(matches!(world.site.paying.settle(ada, hold).await.unwrap(), Settled::Ticketed { .. }));
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn several_tries_between_two_looks_count_one_by_one(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let (ada, hold, intent) = started(&world).await;
    // What the webhooks of two failed attempts told; the intent itself shows the last one alone.
    world.sandbox.pay_by_card(&intent, DECLINED_CARD).unwrap_err();
    world.sandbox.pay_by_card(&intent, DECLINED_CARD).unwrap_err();
    for (id, attempt) in [("evt_1", "ch_of_the_first"), ("evt_1", "ch_of_the_first")] {
        world.postgres.keep_event(id, "IntentFailed", Some(&intent), Some(attempt)).await.unwrap();
        handle_events(&world.site).await.unwrap();
    }
    assert_eq!(payment(&world, ada, hold).await.attempts, 2);
    world.postgres.keep_event("evt_3", "IntentFailed", Some(&intent), Some("ch_of_the_third")).await.unwrap();
    handle_events(&world.site).await.unwrap();
    assert!(matches!(world.site.paying.settle(ada, hold).await.unwrap(), Settled::Failed { .. }));
    assert_eq!(world.count("select count(*) from seats where state <> 'available'").await, 0);
    run_errands(&world).await;
    assert_eq!(payment(&world, ada, hold).await.booking_state, BookingState::Failed);
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_failed_authentication_is_an_attempt(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let (ada, hold, intent) = started(&world).await;
    for attempts_left in [2, 1] {
        assert_eq!(world.sandbox.pay_by_card(&intent, ASKING_CARD).unwrap(), "requires_action");
        assert!(matches!(world.site.paying.settle(ada, hold).await.unwrap(), Settled::Open { .. }));
        world.sandbox.authenticate(&intent, false).ok();
        for _ in 0..2 {
            let settled = world.site.paying.settle(ada, hold).await.unwrap();
            assert!(
                matches!(settled, Settled::Declined { attempts_left: left, .. } if left == attempts_left),
                "{settled:?}"
            );
        }
    }
    world.sandbox.pay_by_card(&intent, GOOD_CARD).unwrap();
    assert!(matches!(world.site.paying.settle(ada, hold).await.unwrap(), Settled::Ticketed { .. }));
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_amount_that_differs_from_the_booking_is_never_ticketed(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let (ada, hold, intent) = started(&world).await;
    sqlx::query("update payments set amount_minor = amount_minor + 1").execute(&world.pool).await.unwrap();
    world.sandbox.pay_by_card(&intent, GOOD_CARD).unwrap();
    assert!(matches!(world.site.paying.settle(ada, hold).await.unwrap(), Settled::Failed { .. }));
    run_errands(&world).await;
    assert_eq!(payment(&world, ada, hold).await.booking_state, BookingState::Failed);
    assert_eq!(world.count("select count(*) from tickets").await, 0);
    assert_eq!(
        world.count("select count(*) from cases where kind = 'amount_differs' and state = 'open'").await,
        1
    );
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_capture_whose_answer_is_lost_is_looked_up_and_taken_once(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let (ada, hold) = authorised(&world).await;
    world.site.paying.settle(ada, hold).await.unwrap();
    world.sandbox.set_faults(Faults { fail_after: 1, ..Faults::default() });
    run_errands(&world).await;
    assert_eq!(payment(&world, ada, hold).await.state, PaymentState::Authorised, "the answer was a 500");
    world.pass(2).await;
    run_errands(&world).await;
    assert_eq!(payment(&world, ada, hold).await.state, PaymentState::Captured);
    assert_eq!(world.count("select count(*) from outbox where state <> 'done'").await, 0);
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_intent_whose_creation_stayed_unclear_is_found_again(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let (ada, hold) = ready(&world).await;
    world.sandbox.set_faults(Faults { fail_after: 1, ..Faults::default() });
    world.site.paying.start(ada.into(), hold).await.unwrap();
    let found = payment(&world, ada, hold).await.intent.unwrap();
    world.sandbox.pay_by_card(&found, GOOD_CARD).unwrap();
    assert!(matches!(world.site.paying.settle(ada, hold).await.unwrap(), Settled::Ticketed { .. }));
}

#[sqlx::test(migrations = "../../migrations")]
async fn when_stripe_is_down_the_seats_are_kept_and_trying_again_works(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let (ada, hold) = ready(&world).await;
    world.sandbox.set_faults(Faults { fail_before: 1, ..Faults::default() });
    assert!(matches!(world.site.paying.start(ada.into(), hold).await, Err(CheckoutError::ProviderAway)));
    assert_eq!(world.count("select count(*) from seats where state = 'reserved'").await, 4);
    world.site.paying.start(ada.into(), hold).await.unwrap();
}

#[sqlx::test(migrations = "../../migrations")]
async fn giving_up_while_paying_voids_the_payment(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let (ada, hold) = authorised(&world).await;
    world.site.seating.release(ada.into(), hold).await.unwrap();
    run_errands(&world).await;
    assert_eq!(payment(&world, ada, hold).await.booking_state, BookingState::Failed);
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn nobody_pays_before_everyone_is_named(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let ada = visitor();
    let hold = world.choose(ada, &["Q1200"], 1).await.unwrap();
    assert!(matches!(world.site.paying.start(ada.into(), hold).await, Err(CheckoutError::TravellersMissing)));
    assert_eq!(world.count("select count(*) from bookings").await, 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn settling_many_times_at_once_issues_one_set_of_tickets(_: PgPoolOptions, options: PgConnectOptions) {
    let world = std::sync::Arc::new(World::open(options).await);
    let (ada, hold) = authorised(&world).await;
    let mut crowd = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let world = world.clone();
        crowd.spawn(async move { world.site.paying.settle(ada, hold).await.unwrap() });
    }
    let answers = crowd.join_all().await;
    assert!(answers.windows(2).all(|two| two[0] == two[1]), "{answers:?}");
    assert_eq!(world.count("select count(*) from tickets").await, 2);
    assert_eq!(world.count("select count(*) from outbox").await, 2, "a capture and a letter");
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_trip_opens_to_who_knows_pnr_and_surname(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let (ada, hold) = authorised(&world).await;
    let Settled::Ticketed { pnr } = world.site.paying.settle(ada, hold).await.unwrap() else {
        panic!("not ticketed")
    };
    let trips = &world.site.ports.trips;
    let bob = visitor();
    assert!(matches!(trips.trip(bob, pnr).await, Err(TripError::NotFound)));
    assert!(matches!(trips.open(bob.into(), pnr.as_str(), "Smith").await, Err(TripError::NotFound)));
    assert!(matches!(trips.open(bob.into(), "ZZZZZZ", "Moreno").await, Err(TripError::NotFound)));
    assert_eq!(trips.open(bob.into(), &pnr.as_str().to_lowercase(), " muller ").await.unwrap(), pnr);
    assert!(trips.trip(bob, pnr).await.is_ok());
    let eve = visitor();
    for _ in 0..9 {
        assert!(matches!(trips.open(eve.into(), pnr.as_str(), "Guess").await, Err(TripError::NotFound)));
    }
    assert!(matches!(trips.open(eve.into(), pnr.as_str(), "Moreno").await, Err(TripError::TooManyTries)));
    world.pass(11).await;
    assert!(trips.open(eve.into(), pnr.as_str(), "Moreno").await.is_ok());
}

#[sqlx::test(migrations = "../../migrations")]
async fn giving_up_in_one_tab_while_another_starts_to_pay_loses_no_void(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = std::sync::Arc::new(World::open(options).await);
    let mut tabs = tokio::task::JoinSet::new();
    for _ in 0..40 {
        let ada = visitor();
        let hold = world.choose(ada, &["Q1200"], 1).await.unwrap();
        world.name(ada, hold, &["Moreno"]).await;
        let paying = world.clone();
        tabs.spawn(async move { _ = paying.site.paying.start(ada.into(), hold).await });
        let leaving = world.clone();
        tabs.spawn(async move { leaving.site.seating.release(ada.into(), hold).await.unwrap() });
    }
    tabs.join_all().await;
    world.audit().await;
    run_errands(&world).await;
    world.pass(5).await;
    run_errands(&world).await;
    assert_eq!(world.count("select count(*) from bookings where state <> 'failed'").await, 0);
    assert_eq!(world.count("select sum(taken)::bigint from departure_cabins").await, 0);
}
