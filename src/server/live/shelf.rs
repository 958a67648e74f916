//! Pictures kept in Redis, so that a server that begins to watch, and whoever only polls, need not ask Postgres each.
//!
//! A kept picture may be old: versions only grow, so it takes nothing back, and the checker compares it with Postgres at
//! once. It is gone after a beat or so unless somebody who watches keeps it again.

use std::sync::Arc;

use domain::{
    departure::DepartureId,
    live::{Frame, SeatChange},
};
use uuid::Uuid;

use super::{checker::BEAT, told::Told};
use crate::{patience, redis_link::RedisLink};

/// After a failure Redis is left alone for a while.
const PAUSE: std::time::Duration = std::time::Duration::from_secs(1);
/// Pictures that are kept with one round trip.
const AT_ONCE: usize = 100;
/// Somewhat longer than what passes until it is kept again.
const TTL_SECS: u64 = BEAT.as_secs() + 1;

/// Clones share one connection.
#[derive(Clone)]
pub(super) struct Shelf {
    redis: Arc<RedisLink>,
    realm: Uuid,
}

impl Shelf {
    /// `realm` tells this site's pictures from those of others in the same Redis.
    pub fn new(redis: redis::Client, realm: Uuid) -> Self {
        Self { redis: Arc::new(RedisLink::new(redis, patience::SHARED_ANSWER, PAUSE)), realm }
    }

    /// The picture as somebody kept it within the last seconds; none where nobody did, or Redis is away or slow.
    pub async fn picture(&self, departure: DepartureId) -> Option<Vec<SeatChange>> {
        let (kept,) = self.redis.ask::<(Option<Vec<u8>>,)>(redis::pipe().get(self.key(departure))).await?;
        match Frame::decode(&kept?) {
            Ok(Frame::Snapshot(touched)) => Some(touched),
            // Of another version of the program, or not ours at all: as good as none.
            Ok(_) | Err(_) => None,
        }
    }

    /// Keeps whole pictures, each told as a snapshot, for a few seconds. What cannot be kept is read from Postgres.
    pub async fn keep(&self, pictures: &[(DepartureId, Arc<Told>)]) {
        for some in pictures.chunks(AT_ONCE) {
            let mut keeping = redis::pipe();
            for (departure, snapshot) in some {
                let frame = snapshot.frame();
                keeping.set_ex(self.key(*departure), frame.as_ref(), TTL_SECS).ignore();
            }
            if self.redis.ask::<()>(&keeping).await.is_none() {
                return;
            }
        }
    }

    fn key(&self, departure: DepartureId) -> String {
        format!("picture:{}:{departure}", self.realm)
    }
}
