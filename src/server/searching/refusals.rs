use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use domain::departure::DepartureId;
use jiff::Timestamp;

/// Departures remembered; when there are more, all are forgotten, which costs a refusal more at worst.
const MOST: usize = 4096;

/// Departures of which somebody was just refused what a list had offered: the list is not shown again as it was.
#[derive(Clone, Debug, Default)]
pub struct Refusals(Arc<Mutex<HashMap<DepartureId, Timestamp>>>);

impl Refusals {
    pub fn note(&self, departure: DepartureId, at: Timestamp) {
        let mut refused = self.lock();
        if refused.len() >= MOST {
            refused.clear();
        }
        refused.insert(departure, at);
    }

    /// When somebody was last refused one of them.
    pub fn last_of<'a>(&self, departures: impl IntoIterator<Item = &'a DepartureId>) -> Option<Timestamp> {
        let refused = self.lock();
        if refused.is_empty() {
            return None;
        }
        departures.into_iter().filter_map(|departure| refused.get(departure)).max().copied()
    }

    // What is behind this lock may be lost.
    fn lock(&self) -> MutexGuard<'_, HashMap<DepartureId, Timestamp>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
