use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::Entry;

/// What this server knows by itself; of more answers than it has room for the oldest go.
pub(super) struct Shelf<V> {
    answers: Mutex<HashMap<String, Arc<Entry<V>>>>,
    most: usize,
}

impl<V> Shelf<V> {
    pub fn holding(most: usize) -> Self {
        Self { answers: Mutex::default(), most }
    }

    pub fn get(&self, key: &str) -> Option<Arc<Entry<V>>> {
        self.lock().get(key).cloned()
    }

    pub fn put(&self, key: &str, entry: Entry<V>) -> Arc<Entry<V>> {
        let entry = Arc::new(entry);
        let mut kept = self.lock();
        if kept.len() >= self.most {
            // A quarter at once, so that this is rare.
            let mut ages: Vec<_> = kept.values().map(|entry| entry.checked_at).collect();
            let limit = *ages.select_nth_unstable(self.most / 4).1;
            kept.retain(|_, entry| entry.checked_at > limit);
        }
        kept.insert(key.to_owned(), entry.clone());
        entry
    }

    // What is behind this lock may be lost.
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<Entry<V>>>> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::{SignedDuration, Timestamp};

    use super::{super::Fresh, Entry, Shelf};

    const MOST: usize = 100;

    #[test]
    fn a_full_shelf_forgets_the_oldest_answers() {
        let shelf = Shelf::holding(MOST);
        let begin = Timestamp::from_second(1_795_000_000).unwrap();
        for n in 0..10 * MOST {
            let at = begin + SignedDuration::from_secs(i64::try_from(n).unwrap());
            shelf.put(&n.to_string(), Entry::new(Fresh { value: n, keeps: Duration::from_secs(1) }, "", at));
            assert!(shelf.lock().len() <= MOST);
        }
        assert!(shelf.get("0").is_none());
        assert_eq!(shelf.get(&(10 * MOST - 1).to_string()).unwrap().value, 10 * MOST - 1);
        assert!(shelf.lock().len() >= MOST / 2, "no more than needed are forgotten");
    }
}
