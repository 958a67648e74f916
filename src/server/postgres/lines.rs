//! Connections of their own for calls that answer many callers. A pool asks each connection that comes back to it whether
//! it is alive, which for a call as short as theirs doubles the cost.

use std::{
    sync::{Mutex, PoisonError},
    time::Instant,
};

use sqlx::{Connection as _, Error, PgConnection, postgres::PgConnectOptions};
use tokio::{sync::Semaphore, time::timeout};

use super::pool::{sign_of_life, within};
use crate::patience;

/// Open at once at most.
const MOST: usize = 12;

/// As many as were ever busy at once; the one used last is taken first.
#[derive(Debug)]
pub(super) struct Lines {
    options: PgConnectOptions,
    places: Semaphore,
    idle: Mutex<Vec<(PgConnection, Instant)>>,
}

impl Lines {
    pub(super) fn new(options: PgConnectOptions) -> Self {
        let options = options.options([
            ("statement_timeout", patience::BATCH_STATEMENT.as_millis()),
            ("lock_timeout", patience::BATCH_LOCK.as_millis()),
        ]);
        Self { options, places: Semaphore::new(MOST), idle: Mutex::default() }
    }

    /// What one statement answers. A connection of which it is not certain that it is as it was is cut.
    pub(super) async fn answer<T>(
        &self,
        statement: impl AsyncFnOnce(&mut PgConnection) -> Result<T, Error>,
    ) -> Result<T, Error> {
        // Nothing was sent yet, so nothing was done. The semaphore is never closed.
        let Ok(Ok(_place)) = timeout(patience::CONNECTION, self.places.acquire()).await else {
            return Err(Error::PoolTimedOut);
        };
        // Boxed, since every function that asks has this future in its own.
        let mut connection = Box::pin(self.connection()).await?;
        let answer = Box::pin(within(patience::BATCH_ANSWER, statement(&mut connection))).await;
        if answer.as_ref().err().is_none_or(leaves_it_whole) {
            self.idle().push((connection, Instant::now()));
        } else {
            // Where Postgres was stopped, none of them is better.
            self.idle().clear();
        }
        answer
    }

    async fn connection(&self) -> Result<PgConnection, Error> {
        let last_used = self.idle().pop();
        if let Some((mut connection, used_at)) = last_used {
            if used_at.elapsed() < patience::SIGN_OF_LIFE || sign_of_life(&mut connection).await.is_ok() {
                return Ok(connection);
            }
            // The others were used before it: none will be better.
            self.idle().clear();
        }
        // Nothing was sent yet, so nothing was done.
        let connecting = within(patience::CONNECTION, PgConnection::connect_with(&self.options));
        connecting.await.map_err(|_| Error::PoolTimedOut)
    }

    /// Cuts those that nobody uses.
    pub(super) fn close(&self) {
        self.idle().clear();
    }

    // Nothing panics while it is locked.
    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<(PgConnection, Instant)>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A statement that Postgres refused leaves its connection as it was, unless Postgres was told to stop (class 57P).
fn leaves_it_whole(error: &Error) -> bool {
    matches!(error, Error::Database(refusal) if !refusal.code().is_some_and(|code| code.starts_with("57P")))
}
