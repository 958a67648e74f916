//! Many at once for the same thing, and the same against a planted variant without guard, which must be seen to oversell.

use std::sync::Arc;

use app::ports::{HoldError, Visitor};
use domain::{cabin::BookingClass, hold::HoldId};
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::{sync::Barrier, task::JoinSet};

use crate::world::{World, departure, visitor};

const CROWD: usize = 200;
/// The planted variants have as many as there is a connection for each: whoever waits for one would fail on a busy
/// machine, and prove nothing.
const FEW: usize = 20;
const SEAT: &str = "30A";

/// Lets all contenders try at once; how many believe that they have won.
pub async fn winners<T, F>(contenders: Vec<T>, attempt: impl Fn(T) -> F) -> usize
where
    F: Future<Output = bool> + Send + 'static,
{
    let start = Arc::new(Barrier::new(contenders.len()));
    let mut crowd = JoinSet::new();
    for contender in contenders {
        let (start, attempt) = (start.clone(), attempt(contender));
        crowd.spawn(async move {
            start.wait().await;
            attempt.await
        });
    }
    crowd.join_all().await.into_iter().filter(|won| *won).count()
}

async fn holds(world: &World, count: usize) -> Vec<(Visitor, HoldId)> {
    let mut holds = Vec::new();
    for _ in 0..count {
        let visitor = visitor();
        holds.push((visitor, world.choose(visitor, &["Q1200"], 1).await.unwrap()));
    }
    holds
}

#[sqlx::test(migrations = "../../migrations")]
async fn of_two_hundred_picks_of_one_seat_exactly_one_wins(_: PgPoolOptions, options: PgConnectOptions) {
    let world = Arc::new(World::open(options).await);
    let contenders = holds(&world, CROWD).await;
    let pick = |(visitor, hold)| {
        let world = world.clone();
        async move { world.pick(visitor, hold, "Q1200", 0, SEAT, 0).await.is_ok() }
    };
    assert_eq!(winners(contenders, pick).await, 1);
    assert_eq!(world.count("select count(*) from seats").await, 1);
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_seat_race_can_fail_when_nothing_guards_the_write(_: PgPoolOptions, options: PgConnectOptions) {
    let world = Arc::new(World::open(options).await);
    // The schema would refuse the planted write: what is shown here is what it is there for.
    sqlx::raw_sql("drop trigger seat_moves on seats").execute(&world.pool).await.unwrap();
    let contenders = holds(&world, FEW).await;
    let between = Arc::new(Barrier::new(FEW));
    let pick = |(_, hold)| {
        let (pool, between) = (world.pool.clone(), between.clone());
        async move { planted_pick(&pool, hold, &between).await }
    };
    let winners = winners(contenders, pick).await;
    assert_eq!(winners, FEW, "the planted race must be lost every time");
}

/// Reads, waits until all have read, then writes what it believes.
async fn planted_pick(pool: &PgPool, hold: HoldId, between: &Barrier) -> bool {
    let id = departure("Q1200").to_string();
    let taken: Option<String> = sqlx::query_scalar(
        "select state from seats where departure = $1 and seat = $2 and state <> 'available'",
    )
    .bind(&id)
    .bind(SEAT)
    .fetch_optional(pool)
    .await
    .unwrap();
    between.wait().await;
    if taken.is_some() {
        return false;
    }
    sqlx::query(
        "insert into seats as s (departure, seat, state, version, hold_id, traveller) values ($1, $2, 'held', 1, $3, 0)
        on conflict (departure, seat) do update set hold_id = excluded.hold_id, version = s.version + 1",
    )
    .bind(&id)
    .bind(SEAT)
    .bind(hold.0)
    .execute(pool)
    .await
    .is_ok()
}

fn visitors(count: usize) -> Vec<Visitor> {
    (0..count).map(|_| visitor()).collect()
}

/// Leaves three places in economy of the flight.
async fn leave_three(world: &World) {
    for table in [
        "departure_cabins (departure, cabin, places, taken)",
        "departure_classes (departure, class, authorised, taken)",
    ] {
        let sql = format!("insert into {table} values ($1, 'Y', 3, 0)");
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(departure("Q1200").to_string())
            .execute(&world.pool)
            .await
            .unwrap();
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn of_two_hundred_requests_for_the_last_three_places_exactly_three_win(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = Arc::new(World::open(options).await);
    leave_three(&world).await;
    let take = |visitor| {
        let world = world.clone();
        async move { world.choose(visitor, &["Q1200"], 1).await.is_ok() }
    };
    assert_eq!(winners(visitors(CROWD), take).await, 3);
    assert_eq!(world.count("select count(*) from holds").await, 3);
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_capacity_race_can_fail_when_nothing_guards_the_write(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = Arc::new(World::open(options).await);
    leave_three(&world).await;
    let between = Arc::new(Barrier::new(FEW));
    let take = |visitor| {
        let (pool, between) = (world.pool.clone(), between.clone());
        async move { planted_take(&pool, visitor, &between).await }
    };
    let winners = winners(visitors(FEW), take).await;
    assert_eq!(winners, FEW, "the planted race must be lost every time");
}

/// Reads the counter, waits until all have read, then writes one more than it read: every constraint is content.
async fn planted_take(pool: &PgPool, visitor: Visitor, between: &Barrier) -> bool {
    let id = departure("Q1200").to_string();
    let taken: i32 = sqlx::query_scalar("select taken from departure_cabins where departure = $1")
        .bind(&id)
        .fetch_one(pool)
        .await
        .unwrap();
    between.wait().await;
    if taken >= 3 {
        return false;
    }
    sqlx::query("insert into visitors (id) values ($1)").bind(visitor.0).execute(pool).await.unwrap();
    sqlx::query("update departure_cabins set taken = $2 where departure = $1")
        .bind(&id)
        .bind(taken + 1)
        .execute(pool)
        .await
        .is_ok()
}

/// Leaves three places in Q of the flight, and so in K, which is below it.
async fn leave_three_in_q(world: &World) {
    let q = BookingClass::parse("Q").unwrap();
    world.postgres.authorise(departure("Q1200"), q, Some(3), 288).await.unwrap();
}

#[sqlx::test(migrations = "../../migrations")]
async fn of_two_hundred_requests_for_the_last_three_places_of_a_class_exactly_three_win(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = Arc::new(World::open(options).await);
    leave_three_in_q(&world).await;
    let contenders: Vec<_> = visitors(CROWD).into_iter().zip(["Q", "K"].into_iter().cycle()).collect();
    let take = |(visitor, class)| {
        let world = world.clone();
        async move { world.choose_in(class, visitor, &["Q1200"], 1).await.is_ok() }
    };
    assert_eq!(winners(contenders, take).await, 3);
    let late = world.choose_in("K", visitor(), &["Q1200"], 1).await;
    assert!(matches!(late, Err(HoldError::ClassClosed { .. })), "{late:?}");
    assert_eq!(world.count("select taken::bigint from departure_classes where class = 'Q'").await, 3);
    assert_eq!(world.count("select taken::bigint from departure_cabins").await, 3);
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_class_race_can_fail_when_nothing_guards_the_write(_: PgPoolOptions, options: PgConnectOptions) {
    let world = Arc::new(World::open(options).await);
    leave_three_in_q(&world).await;
    let between = Arc::new(Barrier::new(FEW));
    let take = |_| {
        let (pool, between) = (world.pool.clone(), between.clone());
        async move { planted_take_of_class(&pool, &between).await }
    };
    assert_eq!(winners(visitors(FEW), take).await, FEW, "the planted race must be lost every time");
}

/// Reads what the class has left, waits until all have read, then counts one more than it read.
async fn planted_take_of_class(pool: &PgPool, between: &Barrier) -> bool {
    let id = departure("Q1200").to_string();
    let (taken, authorised): (i32, i32) = sqlx::query_as(
        "select taken, authorised from departure_classes where departure = $1 and class = 'Q'",
    )
    .bind(&id)
    .fetch_one(pool)
    .await
    .unwrap();
    between.wait().await;
    if taken >= authorised {
        return false;
    }
    sqlx::query("update departure_classes set taken = $2 where departure = $1 and class = 'Q'")
        .bind(&id)
        .bind(taken + 1)
        .execute(pool)
        .await
        .is_ok()
}

#[sqlx::test(migrations = "../../migrations")]
async fn no_seat_leaks_when_holds_end_while_their_visitors_pick(_: PgPoolOptions, options: PgConnectOptions) {
    let world = Arc::new(World::open(options).await);
    let mut crowd = JoinSet::new();
    for row in 0..60_u8 {
        let visitor = visitor();
        let hold = world.choose(visitor, &["Q1200"], 1).await.unwrap();
        let seat = ["30A", "30B", "30C", "31A", "31B", "31C"][usize::from(row % 6)];
        let picker = world.clone();
        crowd.spawn(async move {
            let _ = picker.pick(visitor, hold, "Q1200", 0, seat, 0).await;
        });
        let ender = world.clone();
        crowd.spawn(async move {
            ender.site.seating.end(hold, server::postgres::EndAs::Released).await.unwrap();
        });
    }
    crowd.join_all().await;
    assert_eq!(world.count("select count(*) from seats where state <> 'available'").await, 0);
    world.audit().await;
}
