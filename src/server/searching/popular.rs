//! What people search for most, over all servers and the last two days.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::{Timestamp, ToSpan as _, civil::Date, tz::TimeZone};

use super::Asked;
use crate::redis_link::RedisLink;

/// A Redis that takes longer is not waited for; nobody waits for this.
const PATIENCE: Duration = Duration::from_secs(1);
const PAUSE: Duration = Duration::from_secs(5);
/// Different searches counted between two reports; others are not counted.
const MOST_COUNTED: usize = 8192;
/// Of a day, so many are kept in Redis.
const MOST_KEPT: isize = 1000;
/// So many are worth being ready for.
const MOST_ASKED: isize = 20;
/// Who searches once may never come back.
const LEAST_TIMES: f64 = 3.0;
const DAY_KEPT_SECS: i64 = 2 * 24 * 3600;

/// Searches by name, with how often each was asked for.
type Ranked = Vec<(String, f64)>;

pub(super) struct Popular {
    realm: String,
    redis: RedisLink,
    counted: Mutex<HashMap<Asked, u32>>,
}

impl Popular {
    pub fn new(realm: &str, redis: redis::Client) -> Self {
        let redis = RedisLink::new(redis, PATIENCE, PAUSE);
        Self { realm: realm.to_owned(), redis, counted: Mutex::default() }
    }

    /// Counts a search.
    pub fn note(&self, asked: Asked) {
        let mut counted = self.lock();
        if counted.len() < MOST_COUNTED || counted.contains_key(&asked) {
            *counted.entry(asked).or_default() += 1;
        }
    }

    /// How often anything was searched for since the last report.
    pub fn searches(&self) -> u32 {
        self.lock().values().sum()
    }

    /// Reports to Redis what was counted here, and tells what is most asked for, beginning with the most. Without Redis it
    /// is what was counted here, which then stays to be reported.
    pub async fn most_asked(&self, now: Timestamp) -> Vec<Asked> {
        let counted = self.lock().clone();
        let today = now.to_zoned(TimeZone::UTC).date();
        let mut commands = redis::pipe();
        for (asked, times) in &counted {
            if let Ok(name) = serde_json::to_string(asked) {
                commands.zincr(self.day(today), name, *times).ignore();
            }
        }
        commands.expire(self.day(today), DAY_KEPT_SECS).ignore();
        commands.zremrangebyrank(self.day(today), 0, -MOST_KEPT - 1).ignore();
        for day in [today, today.saturating_sub(1.day())] {
            commands.zrevrange_withscores(self.day(day), 0, MOST_ASKED - 1);
        }
        let ranked = if let Some((today, yesterday)) = self.redis.ask::<(Ranked, Ranked)>(&commands).await {
            self.forget(&counted);
            add_up(today.into_iter().chain(yesterday).filter_map(|(name, times)| {
                // Somebody else may write to Redis too.
                Some((serde_json::from_str(&name).ok()?, times))
            }))
        } else {
            add_up(counted.iter().map(|(asked, times)| (*asked, f64::from(*times))))
        };
        ranked.into_iter().filter(|(_, times)| *times >= LEAST_TIMES).map(|(asked, _)| asked).collect()
    }

    /// Whether this server is the one that makes ready now. Without Redis each does it for itself.
    pub async fn is_our_turn(&self, turn: Duration) -> bool {
        let mut commands = redis::pipe();
        let millis = u64::try_from(turn.as_millis()).unwrap_or(u64::MAX);
        commands.cmd("SET").arg(format!("{}:warming", self.realm)).arg(1).arg("NX").arg("PX").arg(millis);
        self.redis.ask::<(Option<String>,)>(&commands).await.is_none_or(|(taken,)| taken.is_some())
    }

    /// What was searched for meanwhile is not forgotten.
    fn forget(&self, reported: &HashMap<Asked, u32>) {
        let mut counted = self.lock();
        for (asked, times) in reported {
            if let Some(left) = counted.get_mut(asked) {
                *left = left.saturating_sub(*times);
            }
        }
        counted.retain(|_, times| *times > 0);
    }

    fn day(&self, date: Date) -> String {
        format!("{}:popular:{date}", self.realm)
    }

    // What is behind this lock may be lost.
    fn lock(&self) -> MutexGuard<'_, HashMap<Asked, u32>> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Each once, the most asked for first; what is asked for as often comes in the order of its name.
fn add_up(counts: impl Iterator<Item = (Asked, f64)>) -> Vec<(Asked, f64)> {
    let mut sums: HashMap<Asked, f64> = HashMap::new();
    for (asked, times) in counts {
        *sums.entry(asked).or_default() += times;
    }
    let mut ranked: Vec<_> = sums.into_iter().collect();
    ranked.sort_by_cached_key(|(asked, _)| asked.to_string());
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
    ranked.truncate(MOST_ASKED.unsigned_abs());
    ranked
}
