//! Opening a trip with its locator and a surname: what a stranger learns by guessing.

use std::sync::Arc;

use app::ports::{TripError, Trips};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::task::JoinSet;

use crate::world::{World, visitor};

fn trips(world: &World) -> &dyn Trips {
    world.site.ports.trips.as_ref()
}

#[sqlx::test(migrations = "../../migrations")]
async fn wrong_tries_do_not_tell_whether_a_locator_exists(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let pnr = world.ticketed(visitor()).await;
    let nobodys = if pnr.as_str() == "ZZZZZZ" { "ZZZZZY" } else { "ZZZZZZ" };
    let eve = visitor();
    let mut answers = Vec::new();
    for locator in [pnr.as_str(), nobodys] {
        let mut told = Vec::new();
        for _ in 0..12 {
            told.push(trips(&world).open(eve.into(), locator, "Guess").await);
        }
        answers.push(told);
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0].last(), Some(&Err(TripError::TooManyTries)));
}

#[sqlx::test(migrations = "../../migrations")]
async fn guessing_many_times_at_once_gives_no_more_tries(_: PgPoolOptions, options: PgConnectOptions) {
    let world = Arc::new(World::open(options).await);
    let pnr = world.ticketed(visitor()).await;
    let mut crowd = JoinSet::new();
    for _ in 0..60 {
        let world = world.clone();
        crowd.spawn(async move { trips(&world).open(visitor().into(), pnr.as_str(), "Guess").await });
    }
    let answers = crowd.join_all().await;
    let looked = answers.iter().filter(|answer| **answer == Err(TripError::NotFound)).count();
    assert_eq!(looked, 10, "{answers:?}");
}

#[sqlx::test(migrations = "../../migrations")]
async fn wrong_tries_are_forgotten_once_they_count_no_more(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let eve = visitor();
    for _ in 0..3 {
        _ = trips(&world).open(eve.into(), "ZZZZZZ", "Guess").await;
    }
    world.postgres.forget_tries().await.unwrap();
    assert_eq!(world.count("select count(*) from trip_tries").await, 3);
    world.pass(10).await;
    world.postgres.forget_tries().await.unwrap();
    assert_eq!(world.count("select count(*) from trip_tries").await, 0);
}
