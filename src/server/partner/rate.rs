//! How often each token may ask: so many requests in each minute of the clock, at all servers together while Redis is
//! there, at each of them without it.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, PoisonError},
};

use axum::http::{HeaderMap, HeaderValue};
use jiff::{Timestamp, fmt::rfc2822};
use redis::Pipeline;
use uuid::Uuid;

use crate::{patience, redis_link::RedisLink};

const WINDOW_SECS: i64 = 60;

/// Counts by key in the minute that runs; those of minutes that are over are forgotten.
#[derive(Debug)]
pub struct Minute<K>(Mutex<(i64, HashMap<K, u32>)>);

impl<K> Default for Minute<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash> Minute<K> {
    /// Counts one more; how many there are in this minute with it.
    pub fn count(&self, key: K, now: Timestamp) -> u32 {
        let mut minute = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if minute.0 != window(now) {
            *minute = (window(now), HashMap::new());
        }
        let counted = minute.1.entry(key).or_default();
        *counted = counted.saturating_add(1);
        *counted
    }

    /// How many there are in this minute.
    pub fn counted(&self, key: &K, now: Timestamp) -> u32 {
        let minute = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if minute.0 == window(now) { minute.1.get(key).copied().unwrap_or_default() } else { 0 }
    }
}

fn window(now: Timestamp) -> i64 {
    now.as_second().div_euclid(WINDOW_SECS)
}

/// When the next minute begins.
fn resets_at(now: Timestamp) -> Timestamp {
    Timestamp::from_second((window(now) + 1) * WINDOW_SECS).unwrap_or(now)
}

/// Whole seconds until the next minute, at least one.
pub fn wait_secs(now: Timestamp) -> u16 {
    u16::try_from(resets_at(now).as_second() - now.as_second()).unwrap_or(1).max(1)
}

/// Requests of each token in the minute that runs.
pub struct Rates {
    here: Minute<Uuid>,
    everywhere: RedisLink,
    realm: Uuid,
}

impl std::fmt::Debug for Rates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Rates")
    }
}

/// What is left of a token's minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    pub limit: u32,
    pub remaining: u32,
    pub resets_at: Timestamp,
    pub is_over: bool,
}

impl Rates {
    /// `realm` names what is kept in Redis for this site.
    pub fn new(realm: Uuid, redis: redis::Client) -> Self {
        let everywhere = RedisLink::new(redis, patience::SHARED_ANSWER, patience::REDIS);
        Self { here: Minute::default(), everywhere, realm }
    }

    /// Counts a request.
    pub async fn count(&self, token: Uuid, limit: u32, now: Timestamp) -> Allowance {
        let here = self.here.count(token, now);
        // What is refused here need not be counted elsewhere.
        let used = if here > limit { here } else { here.max(self.count_everywhere(token, now).await) };
        Allowance::of(limit, used, now)
    }

    /// Nought where Redis is away.
    async fn count_everywhere(&self, token: Uuid, now: Timestamp) -> u32 {
        let key = format!("rate:{}:{token}:{}", self.realm, window(now));
        let mut commands = Pipeline::new();
        commands.incr(&key, 1).expire(&key, 2 * WINDOW_SECS).ignore();
        self.everywhere.ask::<(u32,)>(&commands).await.map_or(0, |(used,)| used)
    }
}

impl Allowance {
    fn of(limit: u32, used: u32, now: Timestamp) -> Self {
        let remaining = limit.saturating_sub(used);
        Self { limit, remaining, resets_at: resets_at(now), is_over: used > limit }
    }

    pub fn tell(&self, headers: &mut HeaderMap) {
        headers.insert("ratelimit-limit", HeaderValue::from(self.limit));
        headers.insert("ratelimit-remaining", HeaderValue::from(self.remaining));
        // As HTTP writes dates: `Sun, 22 Nov 2026 23:59:00 GMT`.
        let reset = rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&self.resets_at);
        if let Some(value) = reset.ok().and_then(|text| HeaderValue::from_str(&text).ok()) {
            headers.insert("ratelimit-reset", value);
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;
    use jiff::{SignedDuration, Timestamp};

    use super::{Allowance, Minute, wait_secs};

    #[test]
    fn a_minute_has_so_many_requests_and_the_next_one_as_many_again() {
        let (minute, token) = (Minute::default(), 1);
        let now = Timestamp::from_second(1_795_356_030).unwrap();
        let left: Vec<(u32, bool)> = (0..4)
            .map(|_| Allowance::of(3, minute.count(token, now), now))
            .map(|allowance| (allowance.remaining, allowance.is_over))
            .collect();
        assert_eq!(left, [(2, false), (1, false), (0, false), (0, true)]);
        assert_eq!((minute.counted(&1, now), minute.count(2, now)), (4, 1), "each has its own");
        let later = now + SignedDuration::from_secs(i64::from(wait_secs(now)));
        assert_eq!(minute.counted(&1, later), 0);
        assert_eq!(minute.count(token, later), 1);
        assert_eq!(minute.0.lock().unwrap().1.len(), 1, "what is over is forgotten");
    }

    #[test]
    fn the_headers_say_when_it_starts_anew() {
        let now = Timestamp::from_second(1_795_356_030).unwrap();
        let mut headers = HeaderMap::new();
        Allowance::of(3, 1, now).tell(&mut headers);
        assert_eq!(headers["ratelimit-limit"], "3");
        assert_eq!(headers["ratelimit-remaining"], "2");
        assert!(headers["ratelimit-reset"].to_str().unwrap().ends_with(" GMT"));
    }
}
