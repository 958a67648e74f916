use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};

use super::Day;

/// The days built so far, each once: who asks for one that another is building waits for it.
#[derive(Debug, Default)]
pub(super) struct Days {
    by_date: Mutex<BTreeMap<Date, Arc<OnceLock<Arc<Day>>>>>,
}

impl Days {
    pub fn get(&self, date: Date, now: Timestamp, build: impl FnOnce() -> Day) -> Arc<Day> {
        let place = {
            let mut by_date = self.by_date.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(day) = by_date.get(&date) {
                day.clone()
            } else {
                // A day of travel can begin on the date before yesterday's UTC date at the most.
                let past = now.to_zoned(TimeZone::UTC).date().saturating_sub(3.days());
                by_date.retain(|date, _| *date >= past);
                by_date.entry(date).or_default().clone()
            }
        };
        place.get_or_init(|| Arc::new(build())).clone()
    }
}
