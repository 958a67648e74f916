//! A Redis that may be away: it is asked within a bound, and left alone for a while after it failed.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use redis::{FromRedisValue, Pipeline, aio::MultiplexedConnection};
use tokio::time::timeout;

pub(crate) struct RedisLink {
    client: redis::Client,
    /// A Redis that takes longer to answer is not waited for.
    patience: Duration,
    /// For so long nobody asks after a failure.
    pause: Duration,
    link: Mutex<Link>,
}

#[derive(Default)]
enum Link {
    #[default]
    Closed,
    Open(MultiplexedConnection),
    LeftAloneSince(Instant),
}

impl RedisLink {
    pub fn new(client: redis::Client, patience: Duration, pause: Duration) -> Self {
        Self { client, patience, pause, link: Mutex::default() }
    }

    /// The answers to these commands, in one round trip; none where Redis is away, late, or says what cannot be read.
    pub async fn ask<T: FromRedisValue>(&self, commands: &Pipeline) -> Option<T> {
        let open = match &*self.lock() {
            Link::Open(connection) => Some(connection.clone()),
            Link::LeftAloneSince(at) if at.elapsed() < self.pause => return None,
            _ => None,
        };
        let asked = timeout(self.patience, async {
            let mut connection = match open {
                Some(connection) => connection,
                None => self.connect().await?,
            };
            commands.query_async::<T>(&mut connection).await.ok()
        });
        let answer = asked.await.ok().flatten();
        if answer.is_none() {
            self.leave_alone();
        }
        answer
    }

    fn leave_alone(&self) {
        let mut link = self.lock();
        // Those who asked at the same time do not make the pause longer.
        if !matches!(&*link, Link::LeftAloneSince(at) if at.elapsed() < self.pause) {
            *link = Link::LeftAloneSince(Instant::now());
        }
    }

    async fn connect(&self) -> Option<MultiplexedConnection> {
        let connection = self.client.get_multiplexed_async_connection().await.ok()?;
        *self.lock() = Link::Open(connection.clone());
        Some(connection)
    }

    // A connection can be made again: nothing of worth is lost with a poisoned lock.
    fn lock(&self) -> MutexGuard<'_, Link> {
        self.link.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
