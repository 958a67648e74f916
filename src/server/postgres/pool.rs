//! Connections of which none waits for Postgres without bound: what is asked here is answered within
//! [`patience::ANSWER`](crate::patience), or it failed. Whoever gives up in the middle of a transaction rolls it back.

#[cfg(test)]
mod tests;

use std::{
    future::Future,
    io,
    ops::{Deref, DerefMut},
    time::Duration,
};

use futures_util::{StreamExt as _, TryStreamExt as _, future::BoxFuture, stream, stream::BoxStream};
use sqlx::{
    Describe, Either, Error, Execute, Executor, PgConnection, PgPool, Postgres, SqlStr,
    pool::PoolConnection,
    postgres::{PgPoolOptions, PgQueryResult, PgRow, PgStatement, PgTypeInfo},
};
use tokio::time::timeout;

use crate::patience;

/// The connections of a store.
#[derive(Clone, Debug)]
pub(super) struct Pool {
    pool: PgPool,
}

// Its futures are boxed where they are large, since every function of the store has some of them in its own.

/// A transaction: dropped before it is committed, it is rolled back.
///
/// It is one from before `begin` is sent. Sqlx's own is one only once that was answered: whoever is cut off in between
/// leaves a connection in the pool with a transaction that nobody ends, and what others write there is lost.
#[derive(Debug)]
pub(super) struct Tx(Session);

/// What a transaction's statements are run by.
#[derive(Debug)]
pub(super) struct Session {
    /// Until it ends.
    connection: Option<PoolConnection<Postgres>>,
    patience: Duration,
}

/// How connections are kept. One that hangs, comes back to the pool with an answer still due, or was cut off while
/// nobody used it is closed instead of being waited for.
pub(super) fn options(connections: u32) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(patience::CONNECTION)
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                if meta.idle_for >= patience::SIGN_OF_LIFE {
                    sign_of_life(connection).await?;
                }
                Ok(true)
            })
        })
        .after_release(|connection, _| {
            Box::pin(async move {
                sign_of_life(connection).await?;
                Ok(true)
            })
        })
}

pub(super) async fn sign_of_life(connection: &mut PgConnection) -> Result<(), Error> {
    within(patience::SIGN_OF_LIFE, sqlx::Connection::ping(connection)).await
}

/// An answer in time, or an error that leaves open whether it was done.
pub(super) async fn within<T>(
    patience: Duration,
    answer: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    timeout(patience, answer).await.unwrap_or_else(|_| {
        Err(Error::Io(io::Error::new(io::ErrorKind::TimedOut, "Postgres did not answer in time")))
    })
}

impl Pool {
    pub(super) fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    pub(super) async fn begin(&self) -> Result<Tx, Error> {
        let begin = async {
            let connection = Some(self.pool.acquire().await?);
            let mut tx = Tx(Session { connection, patience: patience::ANSWER });
            tx.0.say("begin").await?;
            Ok(tx)
        };
        within(patience::ANSWER, Box::pin(begin)).await
    }

    /// What one statement answers on a connection of its own. When time runs out the connection is cut, so that its
    /// place is free at once.
    async fn answer<T>(
        &self,
        statement: impl AsyncFnOnce(&mut PgConnection) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut connection = self.pool.acquire().await?;
        let answer = within(patience::ANSWER, statement(&mut connection)).await;
        if matches!(&answer, Err(Error::Io(error)) if error.kind() == io::ErrorKind::TimedOut) {
            drop(connection.detach());
        }
        answer
    }

    pub(super) async fn close(&self) {
        // What is still busy when the server stops is cut off.
        _ = timeout(patience::STOPPING, self.pool.close()).await;
    }
}

impl Tx {
    /// Waits longer for each statement than a request would.
    pub(super) fn with_patience(mut self, patience: Duration) -> Self {
        self.0.patience = patience;
        self
    }

    /// # Errors
    /// Where no answer came, it may have been committed or not.
    pub(super) async fn commit(mut self) -> Result<(), Error> {
        self.end("commit").await
    }

    /// Ends it at once, for whoever goes on to something else; dropping it ends it too.
    pub(super) async fn rollback(mut self) -> Result<(), Error> {
        self.end("rollback").await
    }

    async fn end(&mut self, how: &'static str) -> Result<(), Error> {
        self.0.say(how).await?;
        self.0.connection = None;
        Ok(())
    }
}

impl Session {
    fn connection(&mut self) -> &mut PgConnection {
        self.connection.as_mut().expect("a transaction has its connection until it ends")
    }

    async fn say(&mut self, what: &'static str) -> Result<(), Error> {
        let patience = self.patience;
        within(patience, Box::pin(self.connection().execute(what))).await.map(|_| ())
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let Some(mut connection) = self.connection.take() else { return };
        tokio::spawn(async move {
            if within(patience::SIGN_OF_LIFE, connection.execute("rollback")).await.is_err() {
                drop(connection.detach());
            }
        });
    }
}

impl Deref for Tx {
    type Target = Session;
    fn deref(&self) -> &Session {
        &self.0
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Session {
        &mut self.0
    }
}

/// What a statement answers: rows, and how many there were.
type Step = Either<PgQueryResult, PgRow>;

/// All of an answer at once, since only then it is known to be complete.
fn whole<'e>(
    answer: impl Future<Output = Result<Vec<Step>, Error>> + Send + 'e,
) -> BoxStream<'e, Result<Step, Error>> {
    stream::once(answer).map_ok(|steps| stream::iter(steps.into_iter().map(Ok))).try_flatten().boxed()
}

impl<'p> Executor<'p> for &'p Pool {
    type Database = Postgres;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, Result<Step, Error>>
    where
        'p: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        whole(self.answer(async |connection| connection.fetch_many(query).try_collect().await))
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<PgRow>, Error>>
    where
        'p: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        Box::pin(self.answer(async |connection| connection.fetch_optional(query).await))
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [PgTypeInfo],
    ) -> BoxFuture<'e, Result<PgStatement, Error>>
    where
        'p: 'e,
    {
        Box::pin(self.answer(async |connection| connection.prepare_with(sql, parameters).await))
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<Describe<Postgres>, Error>>
    where
        'p: 'e,
    {
        Box::pin(self.answer(async |connection| connection.describe(sql).await))
    }
}

impl<'t> Executor<'t> for &'t mut Session {
    type Database = Postgres;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, Result<Step, Error>>
    where
        't: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        whole(within(self.patience, self.connection().fetch_many(query).try_collect()))
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<PgRow>, Error>>
    where
        't: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        Box::pin(within(self.patience, self.connection().fetch_optional(query)))
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [PgTypeInfo],
    ) -> BoxFuture<'e, Result<PgStatement, Error>>
    where
        't: 'e,
    {
        Box::pin(within(self.patience, self.connection().prepare_with(sql, parameters)))
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<Describe<Postgres>, Error>>
    where
        't: 'e,
    {
        Box::pin(within(self.patience, self.connection().describe(sql)))
    }
}
