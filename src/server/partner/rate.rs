//! How often each token may ask: so many requests in each minute of the clock, on each server.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use axum::http::{HeaderMap, HeaderValue};
use jiff::{Timestamp, fmt::rfc2822};
use uuid::Uuid;

const WINDOW_SECS: i64 = 60;

/// Requests of each token in the minute that runs.
#[derive(Debug, Default)]
pub struct Rates {
    counted: Mutex<HashMap<Uuid, (i64, u32)>>,
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
    /// Counts a request.
    pub fn count(&self, token: Uuid, limit: u32, now: Timestamp) -> Allowance {
        let window = now.as_second().div_euclid(WINDOW_SECS);
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = counted.entry(token).or_insert((window, 0));
        if entry.0 != window {
            *entry = (window, 0);
        }
        entry.1 = entry.1.saturating_add(1);
        let used = entry.1;
        let resets_at = Timestamp::from_second((window + 1) * WINDOW_SECS).unwrap_or(now);
        Allowance { limit, remaining: limit.saturating_sub(used), resets_at, is_over: used > limit }
    }
}

impl Allowance {
    /// Whole seconds until the next minute, at least one.
    pub fn wait_secs(&self, now: Timestamp) -> u16 {
        u16::try_from(self.resets_at.as_second() - now.as_second()).unwrap_or(1).max(1)
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
    use uuid::Uuid;

    use super::Rates;

    #[test]
    fn a_minute_has_so_many_requests_and_the_next_one_as_many_again() {
        let (rates, token) = (Rates::default(), Uuid::from_u128(1));
        let now = Timestamp::from_second(1_795_356_030).unwrap();
        let remaining: Vec<(u32, bool)> = (0..4)
            .map(|_| rates.count(token, 3, now))
            .map(|allowance| (allowance.remaining, allowance.is_over))
            .collect();
        assert_eq!(remaining, [(2, false), (1, false), (0, false), (0, true)]);
        assert!(!rates.count(Uuid::from_u128(2), 3, now).is_over, "each token has its own");
        let later = now + SignedDuration::from_secs(i64::from(rates.count(token, 3, now).wait_secs(now)));
        assert!(!rates.count(token, 3, later).is_over);
    }

    #[test]
    fn the_headers_say_when_it_starts_anew() {
        let now = Timestamp::from_second(1_795_356_030).unwrap();
        let mut headers = HeaderMap::new();
        Rates::default().count(Uuid::from_u128(1), 3, now).tell(&mut headers);
        assert_eq!(headers["ratelimit-limit"], "3");
        assert_eq!(headers["ratelimit-remaining"], "2");
        assert!(headers["ratelimit-reset"].to_str().unwrap().ends_with(" GMT"));
    }
}
