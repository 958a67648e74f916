//! A late authorisation between two workers: one voids it or the other takes the seats again, never both.

use std::sync::Arc;

use app::ports::{Seats as _, Visitor};
use domain::{booking::BookingState, hold::HoldId, payment::PaymentState};
use payments::IntentStatus;
use server::{
    jobs::{perform, run_next},
    postgres::{Errand, Kind},
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::{sync::Barrier, task::JoinSet};

use crate::{
    booked::{GOOD_CARD, run_errands},
    late::{late_on, states},
    world::{World, departure, visitor},
};

/// Somebody else takes a seat that was lost, so that it cannot be taken again.
async fn block(world: &World, seat: &str) -> (Visitor, HoldId) {
    let bob = visitor();
    let hold = world.choose(bob, &["Q1200"], 1).await.unwrap();
    let touched = world.postgres.touched(departure("Q1200")).await.unwrap();
    let version = touched.iter().find(|change| change.seat.to_string() == seat).unwrap().version;
    world.pick(bob, hold, "Q1200", 0, seat, version).await.unwrap();
    (bob, hold)
}

async fn leased(world: &World) -> Errand {
    world.postgres.lease_errand(Kind::Money).await.unwrap().unwrap()
}

async fn intent_of(world: &World, ada: Visitor, hold: HoldId) -> String {
    world.postgres.payment_of(ada.0, hold).await.unwrap().unwrap().intent.unwrap()
}

#[sqlx::test(migrations = "../../migrations")]
async fn once_a_void_was_begun_the_seats_are_not_taken_again(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    for (seat, is_begun) in [("30A", true), ("31A", false)] {
        let (ada, hold) = late_on(&world, seat).await;
        let (bob, his) = block(&world, seat).await;
        let slow = leased(&world).await;
        if is_begun {
            let intent = intent_of(&world, ada, hold).await;
            assert!(world.postgres.begin_void(&slow, &intent).await.unwrap());
        }
        world.site.seating.release(bob.into(), his).await.unwrap();
        world.pass(3).await;
        run_errands(&world).await;
        let expected = if is_begun {
            (BookingState::Failed, PaymentState::Voided)
        } else {
            // All is free, and nobody has begun: this shows what beginning is there for.
            (BookingState::Ticketed, PaymentState::Captured)
        };
        assert_eq!(states(&world, ada, hold).await, expected);
        world.audit().await;
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_worker_that_outlived_its_lease_voids_nothing(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let (ada, hold) = late_on(&world, "30A").await;
    let intent = intent_of(&world, ada, hold).await;
    let slow = leased(&world).await;
    world.pass(3).await;
    assert!(!world.postgres.begin_void(&slow, &intent).await.unwrap(), "its time is over");
    assert!(run_next(&world.site, Kind::Money).await.unwrap());
    assert_eq!(states(&world, ada, hold).await, (BookingState::Ticketed, PaymentState::Authorised));
    assert!(!world.postgres.begin_void(&slow, &intent).await.unwrap(), "the seats were taken again");
    perform(&world.site, &slow).await.unwrap();
    run_errands(&world).await;
    assert_eq!(states(&world, ada, hold).await, (BookingState::Ticketed, PaymentState::Captured));
    assert_eq!(world.count("select count(*) from cases").await, 0);
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_booking_can_be_ticketed_with_a_dead_payment_when_a_void_is_asked_for_without_being_begun(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let (ada, hold) = late_on(&world, "30A").await;
    let intent = intent_of(&world, ada, hold).await;
    let slow = leased(&world).await;
    world.pass(3).await;
    assert!(run_next(&world.site, Kind::Money).await.unwrap());
    // Planted: what the slow worker would do next.
    let call = world.stripe().cancel(&slow.call_key, &intent).await.unwrap();
    assert_eq!(call.status, IntentStatus::Canceled);
    for _ in 0..2 {
        world.pass(1).await;
        run_errands(&world).await;
    }
    assert_eq!(states(&world, ada, hold).await, (BookingState::Unpaid, PaymentState::CaptureFailed));
}

#[sqlx::test(migrations = "../../migrations")]
async fn of_workers_that_void_and_workers_that_take_the_seats_again_one_kind_wins(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    const WORKERS: usize = 6;
    let world = Arc::new(World::open(options).await);
    for seat in ["30A", "31A", "32A", "36A", "37A"] {
        let (ada, hold) = late_on(&world, seat).await;
        let (bob, his) = block(&world, seat).await;
        let errand = leased(&world).await;
        let start = Arc::new(Barrier::new(WORKERS + 1));
        let mut crowd = JoinSet::new();
        for _ in 0..WORKERS {
            let (world, errand, start) = (world.clone(), errand.clone(), start.clone());
            crowd.spawn(async move {
                start.wait().await;
                perform(&world.site, &errand).await.unwrap();
            });
        }
        let (frees, start) = (world.clone(), start.clone());
        crowd.spawn(async move {
            start.wait().await;
            frees.site.seating.release(bob.into(), his).await.unwrap();
        });
        crowd.join_all().await;
        world.pass(3).await;
        run_errands(&world).await;
        let (booking, payment) = states(&world, ada, hold).await;
        let at_stripe = world.stripe().retrieve(&intent_of(&world, ada, hold).await).await.unwrap().status;
        let ends = [
            (BookingState::Ticketed, PaymentState::Captured, IntentStatus::Succeeded),
            (BookingState::Failed, PaymentState::Voided, IntentStatus::Canceled),
        ];
        let end = (booking, payment, at_stripe);
        assert!(ends.contains(&end), "{end:?}");
    }
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_capture_by_a_worker_that_outlived_its_lease_takes_the_money_once(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let booked = crate::booked::booked(&world, GOOD_CARD).await;
    let slow = leased(&world).await;
    world.pass(3).await;
    run_errands(&world).await;
    let before = booked.at_stripe(&world).await;
    perform(&world.site, &slow).await.unwrap();
    assert_eq!(booked.at_stripe(&world).await, before);
    assert_eq!(booked.balance(&world, "captured").await, booked.total_minor);
    world.audit().await;
}
