//! Idempotency keys as Stripe has them. Source: <https://docs.stripe.com/api/idempotent_requests>.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::error::ApiError;

/// How long an answer is kept under its key.
const KEPT_SECS: i64 = 24 * 60 * 60;
/// How often those that are too old are thrown away: never at each call, since there may be many.
const CLEARED_EVERY_SECS: i64 = 60 * 60;

/// An answer as it went out.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Answer {
    pub status: u16,
    pub body: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Kept {
    request: String,
    answer: Answer,
    at_unix: i64,
}

/// The keys of the last 24 hours, and those of calls under way.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Keys {
    kept: HashMap<String, Kept>,
    #[serde(skip)]
    cleared_unix: i64,
    #[serde(skip)]
    under_way: HashSet<String>,
}

impl Keys {
    /// The kept answer to the same `request` under `key`. None means: this call is the first and is now under way,
    /// until [`Keys::finish`].
    ///
    /// # Errors
    /// The key belongs to another request, or to one that is still under way.
    pub fn begin(&mut self, key: &str, request: &str, now_unix: i64) -> Result<Option<Answer>, ApiError> {
        let is_kept = |kept: &Kept| now_unix - kept.at_unix < KEPT_SECS;
        if now_unix - self.cleared_unix >= CLEARED_EVERY_SECS {
            self.cleared_unix = now_unix;
            self.kept.retain(|_, kept| is_kept(kept));
        }
        if let Some(kept) = self.kept.get(key).filter(|kept| is_kept(kept)) {
            return if kept.request == request {
                Ok(Some(kept.answer.clone()))
            } else {
                Err(ApiError::key_for_other_parameters(key))
            };
        }
        if !self.under_way.insert(key.to_owned()) {
            return Err(ApiError::key_in_use(key));
        }
        Ok(None)
    }

    /// Ends the call under way; its answer is kept unless there is none worth keeping.
    pub fn finish(&mut self, key: &str, request: String, answer: Option<Answer>, now_unix: i64) {
        self.under_way.remove(key);
        if let Some(answer) = answer {
            self.kept.insert(key.to_owned(), Kept { request, answer, at_unix: now_unix });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer() -> Answer {
        Answer { status: 500, body: "{}".to_owned() }
    }

    #[test]
    fn an_answer_is_replayed_for_exactly_24_hours() {
        let mut keys = Keys::default();
        assert!(keys.begin("k", "a", 0).unwrap().is_none());
        keys.finish("k", "a".to_owned(), Some(answer()), 0);
        assert_eq!(keys.begin("k", "a", KEPT_SECS - 1).unwrap().unwrap().status, 500);
        assert!(keys.begin("k", "a", KEPT_SECS).unwrap().is_none());
    }

    #[test]
    fn a_key_belongs_to_its_request() {
        let mut keys = Keys::default();
        assert!(keys.begin("k", "a", 0).unwrap().is_none());
        keys.finish("k", "a".to_owned(), Some(answer()), 0);
        assert_eq!(keys.begin("k", "b", 1).unwrap_err().told.kind, "idempotency_error");
    }

    #[test]
    fn a_call_under_way_refuses_a_second_one() {
        let mut keys = Keys::default();
        assert!(keys.begin("k", "a", 0).unwrap().is_none());
        assert_eq!(keys.begin("k", "a", 0).unwrap_err().status, 409);
        keys.finish("k", "a".to_owned(), None, 0);
        assert!(keys.begin("k", "a", 0).unwrap().is_none());
    }
}
