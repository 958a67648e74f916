use std::sync::Arc;

use server::{
    jobs::run_next,
    postgres::{Kind, Step},
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::task::JoinSet;

use crate::{
    booked::{Booked, GOOD_CARD, booked, ledgers_add_up, run_errands},
    world::World,
};

/// Queues letters that need nothing but the booking.
async fn queue_letters(world: &World, booked: &Booked, count: i32) {
    sqlx::query(
        "insert into outbox (booking_id, kind, step, subject, call_key)
        select $1, 'mail', 'unpaid', 'test ' || n, '' from generate_series(1, $2) n",
    )
    .bind(booked.booking)
    .bind(count)
    .execute(&world.pool)
    .await
    .unwrap();
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_hundred_errands_are_each_done_once_and_in_the_order_of_their_lane(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = Arc::new(World::open(options).await);
    let other_server = world.another_site().await;
    for _ in 0..5 {
        let booked = booked(&world, GOOD_CARD).await;
        queue_letters(&world, &booked, 20).await;
    }
    let mut workers = JoinSet::new();
    for n in 0..16 {
        let site = if n % 2 == 0 { world.site.clone() } else { other_server.clone() };
        let world = world.clone();
        workers.spawn(async move {
            // A worker that finds nothing may only have found every lane in the hands of the others.
            while run_next(&site, Kind::Mail).await.unwrap()
                || world.count("select count(*) from outbox where kind = 'mail' and state = 'queued'").await
                    > 0
            {}
        });
    }
    workers.join_all().await;
    assert_eq!(world.count("select count(*) from outbox where kind = 'mail'").await, 105);
    assert_eq!(
        world
            .count("select count(*) from outbox where kind = 'mail' and (state <> 'done' or attempts <> 1)")
            .await,
        0,
        "each is done, at its first try"
    );
    assert_eq!(
        world
            .count(
                "select count(*) from outbox a join outbox b
                    on a.booking_id = b.booking_id and a.kind = b.kind and a.id < b.id
                where a.kind = 'mail' and a.done_at > b.done_at"
            )
            .await,
        0,
        "none overtakes another of its lane"
    );
    assert_eq!(std::fs::read_dir(&world.letters).unwrap().count(), 105);
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_errand_whose_worker_died_comes_back_after_its_lease(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let booked = booked(&world, GOOD_CARD).await;
    let leased = world.postgres.lease_errand(Kind::Money).await.unwrap().unwrap();
    assert_eq!((leased.step, leased.attempt), (Step::Capture, 1));
    run_errands(&world).await;
    assert_eq!(booked.balance(&world, "captured").await, 0, "nobody else gets it meanwhile");
    world.pass(3).await;
    run_errands(&world).await;
    assert_eq!(booked.balance(&world, "captured").await, booked.total_minor);
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_worker_that_was_thought_dead_does_not_change_the_key_of_the_next(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    booked(&world, GOOD_CARD).await;
    let slow = world.postgres.lease_errand(Kind::Money).await.unwrap().unwrap();
    world.pass(3).await;
    let next = world.postgres.lease_errand(Kind::Money).await.unwrap().unwrap();
    assert_eq!((slow.id, slow.attempt + 1), (next.id, next.attempt));
    world.postgres.put_off(&slow, "late", Some("another key")).await.unwrap();
    world.postgres.park(&slow, "late").await.unwrap();
    assert_eq!(
        world.count("select count(*) from outbox where call_key = 'another key' or state = 'parked'").await,
        0
    );
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_worker_from_before_a_retry_by_hand_is_not_taken_for_the_next(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    booked(&world, GOOD_CARD).await;
    let mut slow = Vec::new();
    for _ in 0..2 {
        slow.push(world.postgres.lease_errand(Kind::Money).await.unwrap().unwrap());
        world.pass(3).await;
    }
    world.postgres.park(&slow[1], "a test").await.unwrap();
    assert!(world.postgres.retry_errand(slow[1].id).await.unwrap());
    let next = world.postgres.lease_errand(Kind::Money).await.unwrap().unwrap();
    assert!(world.postgres.is_leased(&next).await.unwrap());
    for slow in &slow {
        assert!(!world.postgres.is_leased(slow).await.unwrap(), "try {}", slow.attempt);
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_parked_money_step_stops_its_lane_and_no_other(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let (stopped, other) = (booked(&world, GOOD_CARD).await, booked(&world, GOOD_CARD).await);
    let refund = stopped.give_back(&world, 5_000).await;
    let errand = world.postgres.lease_errand(Kind::Money).await.unwrap().unwrap();
    assert_eq!(errand.booking, stopped.booking);
    world.postgres.park(&errand, "a test").await.unwrap();
    run_errands(&world).await;
    assert_eq!(other.balance(&world, "captured").await, other.total_minor);
    assert_eq!(stopped.balance(&world, "refunded").await, 0, "the refund {refund} waits for the capture");

    assert!(world.postgres.retry_errand(errand.id).await.unwrap());
    assert!(!world.postgres.retry_errand(errand.id).await.unwrap(), "it is parked no more");
    run_errands(&world).await;
    assert_eq!(stopped.balance(&world, "captured").await, stopped.total_minor);
    assert_eq!(stopped.balance(&world, "refunded").await, -5_000);
    ledgers_add_up(&world).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn errands_that_always_fail_do_not_starve_others(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let bad = booked(&world, GOOD_CARD).await;
    sqlx::query("update payments set intent_id = 'pi_unknown'").execute(&world.pool).await.unwrap();
    run_errands(&world).await;
    let good = booked(&world, GOOD_CARD).await;
    run_errands(&world).await;
    assert_eq!(good.balance(&world, "captured").await, good.total_minor);
    for _ in 0..15 {
        world.pass(6).await;
        run_errands(&world).await;
    }
    assert_eq!(bad.balance(&world, "captured").await, 0);
    let cases = world.postgres.open_cases().await.unwrap();
    assert_eq!(cases.len(), 1, "what keeps failing is shown: {cases:?}");
    assert_eq!((cases[0].kind.as_str(), cases[0].booking), ("parked", Some(bad.booking)));
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_errand_is_done_without_waiting_for_the_next_look(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let mut jobs = JoinSet::new();
    server::jobs::start(&world.site, &mut jobs);
    let booked = booked(&world, GOOD_CARD).await;
    let wait = async {
        while booked.balance(&world, "captured").await == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), wait).await.expect("it is captured by itself");
}
