//! What suppliers answered a while ago, so that few searches ask them: they are slow and count each question.
//!
//! An answer is good for as long as whoever gave it says, a tenth more or less, so that what was asked together is not
//! renewed together. For twice as long again it is still shown, while one asking renews it. Of all who miss the same
//! answer one asks, and the others wait for it: on this server by its flight, among servers by a short lock in Redis.
//! Answers lie in Redis for all servers and in memory here; without Redis each server asks for itself. What failed is
//! not kept.

mod entry;
mod flights;
mod shared;
mod shelf;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};
use tokio::time::{Instant, sleep};

pub use entry::{Entry, Fresh};

use crate::patience;
use entry::Wanted;
use flights::{Flights, Joined};
use shared::Shared;
use shelf::Shelf;

/// Between looks at what another server, which is asking, has found.
const LOOK_AGAIN: Duration = Duration::from_millis(25);

pub struct Cache<V>(Arc<Parts<V>>);

struct Parts<V> {
    shelf: Shelf<V>,
    shared: Shared,
    flights: Flights<Arc<Entry<V>>>,
    anothers: Duration,
    asked: AtomicU64,
}

/// How much is kept, and how long one server waits for what another asks.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Answers in memory.
    pub most: usize,
    /// For what another server is just finding out.
    pub anothers: Duration,
    /// The right to ask alone, of a server that may have died with it.
    pub lock: Duration,
}

impl Bounds {
    /// Where the question is one to our own database, and its answer a list of numbers.
    const OF_PLACES: Self =
        Self { most: 4096, anothers: patience::ANOTHERS_SEARCH, lock: patience::SEARCH_LOCK };
}

/// Nobody could tell now. Whoever was asked has logged why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no answer")]
pub struct NoAnswer;

/// What is known, and since when.
#[derive(Debug)]
pub struct Answer<V> {
    pub entry: Arc<Entry<V>>,
    /// It is past its time, and is being asked for again.
    pub is_renewing: bool,
}

impl<V: Serialize + DeserializeOwned + Send + Sync + 'static> Cache<V> {
    /// `realm` tells what is kept here in Redis from what others keep there; a Redis that takes longer than `patience`
    /// to answer is not waited for.
    pub fn new(realm: &str, redis: redis::Client, patience: Duration) -> Self {
        Self::within(Bounds::OF_PLACES, realm, redis, patience)
    }

    /// The same within other bounds.
    pub fn within(bounds: Bounds, realm: &str, redis: redis::Client, patience: Duration) -> Self {
        Self(Arc::new(Parts {
            shelf: Shelf::holding(bounds.most),
            shared: Shared::new(realm, redis, patience, bounds.lock),
            flights: Flights::default(),
            anothers: bounds.anothers,
            asked: AtomicU64::new(0),
        }))
    }

    /// What is known under a key, if it was checked after `since`. Where nothing is, `ask` is called by one of all who
    /// want to know.
    pub async fn get<A, F>(
        &self,
        key: &str,
        now: Timestamp,
        since: Option<Timestamp>,
        ask: A,
    ) -> Result<Answer<V>, NoAnswer>
    where
        A: Fn() -> F + Clone + Send + 'static,
        F: Future<Output = Result<Fresh<V>, NoAnswer>> + Send + 'static,
    {
        let wanted = Wanted { now, good_at: now, since };
        if let Some(entry) = self.0.shelf.get(key).filter(|entry| wanted.may_be_shown(entry)) {
            let is_renewing = !wanted.is_met_by(&entry);
            if is_renewing {
                // Nobody waits for it: it flies on by itself.
                drop(self.fly(key, wanted, ask));
            }
            return Ok(Answer { entry, is_renewing });
        }
        loop {
            let flight = self.fly(key, wanted, ask.clone());
            let entry = flight.outcome.await?;
            // Another's may have begun before what we know of happened, or be content with what was known before.
            if flight.is_begun || wanted.is_met_by(&entry) {
                return Ok(Answer { entry, is_renewing: false });
            }
        }
    }

    /// Sees to it that an answer will be good at `good_at`.
    pub async fn renew<A, F>(
        &self,
        key: &str,
        now: Timestamp,
        good_at: Timestamp,
        ask: A,
    ) -> Result<(), NoAnswer>
    where
        A: Fn() -> F + Send + 'static,
        F: Future<Output = Result<Fresh<V>, NoAnswer>> + Send + 'static,
    {
        let wanted = Wanted { now, good_at, since: None };
        if !self.0.shelf.get(key).is_some_and(|entry| wanted.is_met_by(&entry)) {
            self.fly(key, wanted, ask).outcome.await?;
        }
        Ok(())
    }

    /// How often this server has asked anyone.
    pub fn asked(&self) -> u64 {
        self.0.asked.load(Ordering::Relaxed)
    }

    /// Whether somebody waits for an answer here.
    pub fn is_asking(&self) -> bool {
        !self.0.flights.is_empty()
    }

    /// One flight for all who want the same; it ends even where all of them have gone.
    fn fly<A, F>(
        &self,
        key: &str,
        wanted: Wanted,
        ask: A,
    ) -> Joined<impl Future<Output = Result<Arc<Entry<V>>, NoAnswer>> + use<V, A, F>>
    where
        A: Fn() -> F + Send + 'static,
        F: Future<Output = Result<Fresh<V>, NoAnswer>> + Send + 'static,
    {
        let (parts, name) = (self.0.clone(), key.to_owned());
        self.0.flights.join(key, move || async move { parts.find_out(&name, wanted, ask).await })
    }
}

impl<V: Serialize + DeserializeOwned + Send + Sync + 'static> Parts<V> {
    async fn find_out<F>(
        &self,
        key: &str,
        wanted: Wanted,
        ask: impl Fn() -> F + Send,
    ) -> Result<Arc<Entry<V>>, NoAnswer>
    where
        F: Future<Output = Result<Fresh<V>, NoAnswer>> + Send,
    {
        // Whoever found nothing may have joined just after another flight had landed.
        if let Some(entry) = self.shelf.get(key).filter(|entry| wanted.is_met_by(entry)) {
            return Ok(entry);
        }
        let is_met = move |entry: &Entry<V>| wanted.is_met_by(entry);
        if let Some(entry) = self.shared.get(key).await.filter(is_met) {
            return Ok(self.shelf.put(key, entry));
        }
        let began = Instant::now();
        let lock = loop {
            let claim = self.shared.claim(key).await;
            if let Some(entry) = claim.entry.filter(is_met) {
                self.shared.let_go(key, claim.lock).await;
                return Ok(self.shelf.put(key, entry));
            }
            // The lock spares questions and guards nothing: without an answer in time we ask too.
            if !claim.is_anothers || began.elapsed() >= self.anothers {
                break claim.lock;
            }
            sleep(LOOK_AGAIN).await;
        };
        self.asked.fetch_add(1, Ordering::Relaxed);
        let Ok(fresh) = ask().await else {
            self.shared.let_go(key, lock).await;
            return Err(NoAnswer);
        };
        let entry = Entry::new(fresh, key, wanted.now);
        self.shared.put(key, &entry, lock).await;
        Ok(self.shelf.put(key, entry))
    }
}

impl<V> Clone for Cache<V> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<V> std::fmt::Debug for Cache<V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Cache")
    }
}
