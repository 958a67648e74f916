//! Spares the batches picks that have no hope: what was found taken a moment ago is looked at before it is asked for.
//!
//! After a refusal by a live owner, and after a grant of a seat that was refused to somebody a moment ago, the seat's
//! version is kept in Redis for two seconds, for all servers. Whoever asks for such a seat at an older version is refused
//! if a plain read says that it is taken still. So a Redis that is away, empty or wrong costs a read, and decides
//! nothing; and it never grants.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use domain::{cabin::SeatNumber, departure::DepartureId, live::SeatChange, seat::SeatState};
use tokio::{sync::mpsc, task::JoinSet};

use crate::{
    postgres::{Pick, PickAnswer, Postgres, StoreError},
    redis_link::RedisLink,
};

/// What is known of a seat is worth so much time.
const MEMORY: Duration = Duration::from_secs(2);
/// A Redis that takes longer is not asked for.
const PATIENCE: Duration = Duration::from_millis(25);
/// After a failure Redis is left alone for a while.
const PAUSE: Duration = Duration::from_secs(1);
/// Seats remembered as fought for; when there are more, all are forgotten, which costs speed alone.
const MOST_FOUGHT_FOR: usize = 16_384;
const BACKLOG: usize = 4096;

#[derive(Clone)]
pub(super) struct Gate {
    postgres: Postgres,
    redis: Arc<RedisLink>,
    notes: mpsc::Sender<(DepartureId, SeatChange)>,
    /// Seats for which somebody was refused here, and when. For others nobody is asked before a pick.
    fought_for: Arc<Mutex<HashMap<(DepartureId, SeatNumber), Instant>>>,
}

impl Gate {
    /// Starts the task that tells Redis; it ends with the `tasks`.
    pub fn start(postgres: Postgres, redis: redis::Client, tasks: &mut JoinSet<()>) -> Self {
        let redis = Arc::new(RedisLink::new(redis, PATIENCE, PAUSE));
        let (notes, incoming) = mpsc::channel(BACKLOG);
        tasks.spawn(tell(redis.clone(), incoming));
        Self { postgres, redis, notes, fought_for: Arc::default() }
    }

    /// The seat as it is, where this pick can only be refused; none where it must be tried.
    pub async fn hopeless(&self, pick: &Pick) -> Result<Option<SeatChange>, StoreError> {
        let fought_since = lock(&self.fought_for).get(&(pick.departure, pick.seat)).copied();
        let is_wanted = fought_since.is_some_and(|at| at.elapsed() < MEMORY);
        if !is_wanted || self.seen_taken(pick).await.is_none_or(|taken| taken <= pick.version) {
            return Ok(None);
        }
        self.postgres.taken_by_another(pick).await
    }

    /// Remembers what a pick has shown.
    pub fn learn(&self, pick: &Pick, answer: &PickAnswer) {
        match answer {
            PickAnswer::Refused { now, expired: None } if now.state != SeatState::Available => {
                let mut fought_for = lock(&self.fought_for);
                if fought_for.len() >= MOST_FOUGHT_FOR {
                    fought_for.clear();
                }
                fought_for.insert((pick.departure, pick.seat), Instant::now());
                drop(fought_for);
                self.note(pick.departure, *now);
            }
            // Where nobody fights, nobody would read it.
            PickAnswer::Picked(changes) => {
                let fought_for = lock(&self.fought_for);
                let noted = changes.iter().filter(|c| fought_for.contains_key(&(pick.departure, c.seat)));
                noted.for_each(|change| self.note(pick.departure, *change));
            }
            _ => {}
        }
    }

    /// The version at which a seat was seen taken within the last seconds, if Redis says so in time.
    async fn seen_taken(&self, pick: &Pick) -> Option<u32> {
        let key = key(pick.departure, &pick.seat.to_string());
        let (version,) = self.redis.ask::<(Option<u32>,)>(redis::pipe().get(key)).await?;
        version
    }

    /// A note that finds no room is lost: it would have spared time, no more.
    fn note(&self, departure: DepartureId, seat: SeatChange) {
        let _ = self.notes.try_send((departure, seat));
    }
}

fn key(departure: DepartureId, seat: &str) -> String {
    format!("taken:{departure}:{seat}")
}

async fn tell(redis: Arc<RedisLink>, mut noted: mpsc::Receiver<(DepartureId, SeatChange)>) {
    let mut waiting = Vec::new();
    while noted.recv_many(&mut waiting, 256).await > 0 {
        let mut pipe = redis::pipe();
        for (departure, change) in waiting.drain(..) {
            let key = key(departure, &change.seat.to_string());
            if change.state == SeatState::Available {
                pipe.cmd("DEL").arg(key).ignore();
            } else {
                pipe.cmd("SET").arg(key).arg(change.version).arg("EX").arg(MEMORY.as_secs()).ignore();
            }
        }
        redis.ask::<()>(&pipe).await;
    }
}

// What is behind these locks is a memory that may be lost.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
