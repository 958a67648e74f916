use std::{fmt::Debug, sync::Arc, time::Duration};

use server::postgres::EndAs;
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::{
    sync::{Barrier, Semaphore},
    task::JoinSet,
};

use crate::world::{World, visitor};

const PAIRS: usize = 1000;
const AT_ONCE: usize = 32;

/// Asks again where a busy machine had no connection in time. A deadlock is counted all the same.
async fn patiently<T, E: Debug, F: Future<Output = Result<T, E>>>(ask: impl Fn() -> F) -> T {
    for _ in 0..10 {
        if let Ok(answer) = ask().await {
            return answer;
        }
    }
    ask().await.unwrap()
}

async fn deadlocks(pool: &PgPool) -> i64 {
    // Backends report when they are idle again; asking each connection to flush makes the sum whole.
    let mut connections = Vec::new();
    while let Some(connection) = pool.try_acquire() {
        connections.push(connection);
    }
    for connection in &mut connections {
        sqlx::query("select pg_stat_force_next_flush()").execute(&mut **connection).await.unwrap();
        sqlx::query("select 1").execute(&mut **connection).await.unwrap();
    }
    drop(connections);
    sqlx::query_scalar("select deadlocks from pg_stat_database where datname = current_database()")
        .fetch_one(pool)
        .await
        .unwrap()
}

#[sqlx::test(migrations = "../../migrations")]
async fn holds_that_cross_each_others_departures_never_deadlock(_: PgPoolOptions, options: PgConnectOptions) {
    let world = Arc::new(World::open(options).await);
    let before = deadlocks(&world.pool).await;
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    let mut crowd = JoinSet::new();
    for i in 0..2 * PAIRS {
        let (world, turns) = (world.clone(), turns.clone());
        crowd.spawn(async move {
            let _turn = turns.acquire().await.unwrap();
            let reversed = i % 2 == 1;
            let classes = ["YY", "KM", "QK", "BY", ""][i % 5];
            let flights = ["Q1100", "Q1200"];
            let hold = patiently(|| world.take_in_order(visitor(), flights, classes, reversed)).await;
            patiently(|| world.site.seating.end(hold, EndAs::Released)).await;
        });
    }
    crowd.join_all().await;
    assert_eq!(deadlocks(&world.pool).await, before);
    for counters in ["departure_cabins", "departure_classes"] {
        assert_eq!(world.count(&format!("select sum(taken)::bigint from {counters}")).await, 0);
    }
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_deadlock_would_be_seen(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    for departure in ["X", "Y"] {
        sqlx::query("insert into departure_cabins values ($1, 'Y', 10, 0)")
            .bind(departure)
            .execute(&world.pool)
            .await
            .unwrap();
    }
    let before = deadlocks(&world.pool).await;
    let both_hold_one = Arc::new(Barrier::new(2));
    let mut two = JoinSet::new();
    for order in [["X", "Y"], ["Y", "X"]] {
        let (pool, both_hold_one) = (world.pool.clone(), both_hold_one.clone());
        two.spawn(async move {
            let mut tx = pool.begin().await.unwrap();
            let sql = "update departure_cabins set taken = taken + 1 where departure = $1";
            sqlx::query(sql).bind(order[0]).execute(&mut *tx).await.unwrap();
            both_hold_one.wait().await;
            sqlx::query(sql).bind(order[1]).execute(&mut *tx).await.is_ok()
        });
    }
    let ended = tokio::time::timeout(Duration::from_secs(10), two.join_all()).await.unwrap();
    assert_eq!(ended.into_iter().filter(|done| *done).count(), 1);
    assert_eq!(deadlocks(&world.pool).await, before + 1);
}
