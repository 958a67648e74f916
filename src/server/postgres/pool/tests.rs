use std::{future::Future, pin::pin};

use futures_util::poll;
use sqlx::{
    AssertSqlSafe, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use super::{Pool, options};

/// More looks than a transaction needs to begin.
const LOOKS: usize = 12;

/// One connection, through which everything goes, and another that sees what was committed.
struct Written {
    one: PgPool,
    seen_by: PgPool,
}

impl Written {
    async fn open(connect: PgConnectOptions) -> Self {
        let one = options(1).connect_with(connect.clone()).await.unwrap();
        let seen_by = PgPoolOptions::new().max_connections(1).connect_with(connect).await.unwrap();
        sqlx::query("create table if not exists written (n int)").execute(&one).await.unwrap();
        Self { one, seen_by }
    }

    /// Looks `looks` times whether something began and gives it up, then writes. Whether others see what was written.
    async fn is_seen<T>(&self, looks: usize, beginning: impl Future<Output = T>) -> bool {
        while self.one.num_idle() == 0 {
            tokio::task::yield_now().await;
        }
        {
            let mut beginning = pin!(beginning);
            for _ in 0..looks {
                if poll!(&mut beginning).is_ready() {
                    break;
                }
            }
        }
        let write = format!("insert into written values ({looks})");
        sqlx::query(AssertSqlSafe(write)).execute(&self.one).await.unwrap();
        let found = sqlx::query_scalar("select count(*) from written where n = $1")
            .bind(i32::try_from(looks).unwrap())
            .fetch_one(&self.seen_by);
        found.await.unwrap_or(0i64) == 1
    }
}

#[sqlx::test]
async fn whoever_is_cut_off_while_a_transaction_begins_leaves_none(
    _: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let written = Written::open(connect).await;
    let pool = Pool::new(written.one.clone());
    for looks in 0..LOOKS {
        assert!(written.is_seen(looks, pool.begin()).await, "cut off after {looks} looks");
    }
}

#[sqlx::test]
async fn what_is_written_after_that_can_be_lost_when_the_transaction_is_sqlx_s_own(
    _: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let mut lost = false;
    for looks in 0..LOOKS {
        let written = Written::open(connect.clone()).await;
        lost |= !written.is_seen(looks, written.one.begin()).await;
        written.one.close().await;
    }
    assert!(lost, "sqlx ends them by itself now: ours may be its own again");
}
