//! Redis may spare a hopeless pick its way; it decides nothing.

use std::env;

use app::ports::PickError;
use redis::AsyncCommands as _;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::world::{World, departure, visitor};

fn key(seat: &str) -> String {
    format!("taken:{}:{seat}", departure("Q1200"))
}

async fn redis() -> redis::aio::MultiplexedConnection {
    let client = redis::Client::open(env::var("REDIS_URL").unwrap()).unwrap();
    client.get_multiplexed_async_connection().await.unwrap()
}

/// A world in which 30A is taken and somebody was refused it: from then on Redis is asked.
async fn fought_for(options: PgConnectOptions) -> World {
    let world = World::open(options).await;
    let (ada, bob) = (visitor(), visitor());
    let first = world.choose(ada, &["Q1200"], 1).await.unwrap();
    let second = world.choose(bob, &["Q1200"], 1).await.unwrap();
    world.pick(ada, first, "Q1200", 0, "30A", 0).await.unwrap();
    let refused = world.pick(bob, second, "Q1200", 0, "30A", 0).await;
    assert!(matches!(refused, Err(PickError::Taken { .. })), "{refused:?}");
    world
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_redis_that_lies_keeps_nobody_from_a_free_seat(_: PgPoolOptions, options: PgConnectOptions) {
    let world = fought_for(options).await;
    let mut redis = redis().await;
    for (seat, lie) in [("31A", "999999"), ("31B", "-1"), ("31C", "no number"), ("31D", "")] {
        redis.set_ex::<_, _, ()>(key(seat), lie, 60).await.unwrap();
        let cy = visitor();
        let hold = world.choose(cy, &["Q1200"], 1).await.unwrap();
        let picked = world.pick(cy, hold, "Q1200", 0, seat, 0).await.unwrap();
        assert_eq!(picked.changes.len(), 1, "{seat}: {lie}");
        redis.del::<_, ()>(key(seat)).await.unwrap();
    }
    // Nor does it give anybody a seat that is taken.
    redis.del::<_, ()>(key("30A")).await.unwrap();
    let dan = visitor();
    let hold = world.choose(dan, &["Q1200"], 1).await.unwrap();
    assert!(matches!(world.pick(dan, hold, "Q1200", 0, "30A", 0).await, Err(PickError::Taken { .. })));
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_is_hopeless_is_refused_without_a_batch_and_what_is_free_again_is_not(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let (ada, bob) = (visitor(), visitor());
    let first = world.choose(ada, &["Q1200"], 2).await.unwrap();
    let second = world.choose(bob, &["Q1200"], 1).await.unwrap();
    world.pick(ada, first, "Q1200", 0, "30A", 0).await.unwrap();
    world.pick(bob, second, "Q1200", 0, "30A", 0).await.unwrap_err();
    let mut redis = redis().await;
    while redis.get::<_, Option<u32>>(key("30A")).await.unwrap().is_none() {
        tokio::task::yield_now().await;
    }
    // A pick locks its hold; one that is refused by the gate does not, and so does not wait for this lock.
    let mut tx = world.pool.begin().await.unwrap();
    sqlx::query("select from holds where id = $1 for update").bind(second.0).execute(&mut *tx).await.unwrap();
    let refused = world.pick(bob, second, "Q1200", 0, "30A", 0).await;
    assert!(matches!(refused, Err(PickError::Taken { .. })), "{refused:?}");
    tx.rollback().await.unwrap();
    world.pick(ada, first, "Q1200", 0, "32A", 0).await.unwrap();
    // Even if the note were there still: a read decides.
    redis.set_ex::<_, _, ()>(key("30A"), 1, 2).await.unwrap();
    world.pick(bob, second, "Q1200", 0, "30A", 0).await.unwrap();
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_redis_that_is_away_or_empty_changes_no_answer(_: PgPoolOptions, options: PgConnectOptions) {
    // A listener that never answers stands for a Redis that is frozen.
    let frozen = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let urls = [format!("redis://{}", frozen.local_addr().unwrap()), "redis://127.0.0.1:1".into()];
    for (i, url) in urls.into_iter().enumerate() {
        let world = World::open_with_redis(options.clone(), url).await;
        let (ada, bob) = (visitor(), visitor());
        let first = world.choose(ada, &["Q1200"], 1).await.unwrap();
        let second = world.choose(bob, &["Q1200"], 1).await.unwrap();
        let (taken, free) = (format!("{}A", 30 + i), format!("{}C", 30 + i));
        world.pick(ada, first, "Q1200", 0, &taken, 0).await.unwrap();
        for _ in 0..3 {
            let refused = world.pick(bob, second, "Q1200", 0, &taken, 0).await;
            assert!(matches!(refused, Err(PickError::Taken { .. })), "{refused:?}");
        }
        world.pick(bob, second, "Q1200", 0, &free, 0).await.unwrap();
        world.audit().await;
    }
}
