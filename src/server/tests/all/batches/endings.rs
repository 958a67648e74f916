use app::ports::Visitor;
use domain::hold::HoldId;
use sqlx::{
    AssertSqlSafe, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use super::hold;
use crate::world::{World, departure};

/// Lets `second` run while `first` holds its locks uncommitted, and commits once `second` waits for them or is done.
async fn overlap(world: &World, first: &str, second: &str) {
    let mut tx = world.pool.begin().await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(first.to_owned())).execute(&mut *tx).await.unwrap();
    let (pool, second) = (world.pool.clone(), second.to_owned());
    let running =
        tokio::spawn(async move { sqlx::raw_sql(AssertSqlSafe(second)).execute(&pool).await.unwrap() });
    while !running.is_finished() && !somebody_waits(&world.pool).await {
        tokio::task::yield_now().await;
    }
    tx.commit().await.unwrap();
    running.await.unwrap();
}

async fn somebody_waits(pool: &PgPool) -> bool {
    sqlx::query_scalar(
        "select exists (select from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock')",
    )
    .fetch_one(pool)
    .await
    .unwrap()
}

const LEAKED: &str =
    "select count(*) from seats s join holds h on h.id = s.hold_id where h.state = 'released'";

fn batched_pick(visitor: Visitor, hold: HoldId) -> String {
    format!(
        "select * from pick_seats(array['{}'::uuid], array['{}'::uuid], array['{}'], array[0::smallint],
            array['30A'], array[0], array[null::text])",
        visitor.0,
        hold.0,
        departure("Q1200")
    )
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_pick_and_an_ending_that_overlap_leave_no_seat(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let (ada, first) = hold(&world).await;
    overlap(&world, &batched_pick(ada, first), &format!("select end_hold('{}', 'released')", first.0)).await;
    assert_eq!(world.count(LEAKED).await, 0);
    let (bob, second) = hold(&world).await;
    overlap(&world, &format!("select end_hold('{}', 'released')", second.0), &batched_pick(bob, second))
        .await;
    assert_eq!(world.count(LEAKED).await, 0);
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_ending_that_locks_and_reads_in_one_statement_would_leak(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let (ada, first) = hold(&world).await;
    let planted = format!(
        "with claim as (select id from holds where id = '{id}' for no key update),
            ended as (update holds h set state = 'released', ended_at = sky_now() from claim c where h.id = c.id)
        update seats s set state = 'available', version = version + 1, hold_id = null, traveller = null
        from claim c where s.departure = '{departure}' and s.hold_id = c.id",
        id = first.0,
        departure = departure("Q1200")
    );
    overlap(&world, &batched_pick(ada, first), &planted).await;
    assert_eq!(world.count(LEAKED).await, 1, "its snapshot is older than its lock");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_pick_that_does_not_lock_its_hold_would_leak(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let (_, first) = hold(&world).await;
    let planted = format!(
        "insert into seats (departure, seat, state, version, hold_id, traveller)
        select '{}', '30A', 'held', 1, id, 0 from holds where id = '{}' and state = 'active'",
        departure("Q1200"),
        first.0
    );
    // Without the foreign key, which locks the hold's row a little: for a pick that only reads.
    sqlx::raw_sql("alter table seats drop constraint if exists seats_hold_id_fkey")
        .execute(&world.pool)
        .await
        .unwrap();
    overlap(&world, &format!("select end_hold('{}', 'released')", first.0), &planted).await;
    assert_eq!(world.count(LEAKED).await, 1);
}
