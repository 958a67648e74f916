use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// An answer that has just come.
#[derive(Clone, Debug)]
pub struct Fresh<V> {
    pub value: V,
    /// For how long it is good, a tenth more or less.
    pub keeps: Duration,
}

/// An answer that is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Entry<V> {
    pub value: V,
    /// What happened before it is in it; what happened later may not be.
    pub checked_at: Timestamp,
    /// From here on it is past its time, and renewed where somebody wants it.
    pub good_until: Timestamp,
}

/// What would do.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    pub now: Timestamp,
    /// When it must be good still.
    pub good_at: Timestamp,
    /// It must have been checked after this.
    pub since: Option<Timestamp>,
}

impl<V> Entry<V> {
    /// An answer to what was asked under this key at that time.
    pub(super) fn new(fresh: Fresh<V>, key: &str, asked_at: Timestamp) -> Self {
        let good_until = asked_at.saturating_add(jittered(fresh.keeps, key, asked_at));
        Self {
            value: fresh.value,
            checked_at: asked_at,
            // A time beyond all time is no time at all.
            good_until: good_until.unwrap_or(asked_at),
        }
    }

    fn good_for(&self) -> SignedDuration {
        self.good_until.duration_since(self.checked_at)
    }

    /// How long it may be shown from when it was checked: three times as long as it is good.
    pub(super) fn shown_for(&self) -> Duration {
        Duration::try_from(self.good_for()).unwrap_or_default() * 3
    }
}

impl Wanted {
    pub fn is_met_by<V>(&self, entry: &Entry<V>) -> bool {
        self.good_at < entry.good_until && self.is_known_late_enough(entry)
    }

    /// Good, or past its time by twice as long at most.
    pub fn may_be_shown<V>(&self, entry: &Entry<V>) -> bool {
        let age = Duration::try_from(self.now.duration_since(entry.checked_at)).unwrap_or_default();
        age < entry.shown_for() && self.is_known_late_enough(entry)
    }

    fn is_known_late_enough<V>(&self, entry: &Entry<V>) -> bool {
        self.since.is_none_or(|since| since < entry.checked_at)
    }
}

/// From nine to eleven tenths: another part for another key and time.
fn jittered(keeps: Duration, key: &str, at: Timestamp) -> SignedDuration {
    let mut hasher = DefaultHasher::new();
    (key, at.as_nanosecond()).hash(&mut hasher);
    let per_mille = 900 + u32::try_from(hasher.finish() % 201).unwrap_or_default();
    SignedDuration::try_from(keeps * per_mille / 1000).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::{collections::HashSet, time::Duration};

    use jiff::{SignedDuration, Timestamp};

    use super::{Entry, Fresh, Wanted};

    const KEEPS: Duration = Duration::from_mins(5);

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_second(1_795_000_000 + secs).unwrap()
    }

    fn entry(key: &str) -> Entry<()> {
        Entry::new(Fresh { value: (), keeps: KEEPS }, key, at(0))
    }

    fn wanted(now: i64, since: Option<i64>) -> Wanted {
        Wanted { now: at(now), good_at: at(now), since: since.map(at) }
    }

    #[test]
    fn answers_that_came_together_are_not_renewed_together() {
        let ends: HashSet<_> = (0..1000).map(|n| entry(&n.to_string()).good_until).collect();
        assert!(ends.len() > 100, "only {} ends", ends.len());
        let (first, last) = (ends.iter().min().unwrap(), ends.iter().max().unwrap());
        assert!(*first >= at(270) && *last <= at(330), "a tenth at most: {first} to {last}");
        assert!(last.duration_since(*first) > SignedDuration::from_secs(50));
    }

    #[test]
    fn an_answer_is_good_then_shown_for_twice_as_long_and_then_forgotten() {
        let entry = entry("BOS-LAX");
        let good = entry.good_for().as_secs();
        for (now, is_good, is_shown) in
            [(0, true, true), (good - 1, true, true), (good + 1, false, true), (3 * good + 3, false, false)]
        {
            assert_eq!(wanted(now, None).is_met_by(&entry), is_good, "{now} s");
            assert_eq!(wanted(now, None).may_be_shown(&entry), is_shown, "{now} s");
        }
    }

    #[test]
    fn an_answer_from_before_something_happened_is_as_good_as_none() {
        let entry = entry("BOS-LAX");
        assert!(wanted(10, Some(-1)).is_met_by(&entry));
        for happened in [0, 5] {
            let wanted = wanted(10, Some(happened));
            assert!(!wanted.is_met_by(&entry) && !wanted.may_be_shown(&entry), "{happened} s");
        }
    }
}
