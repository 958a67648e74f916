//! Counts for the table at the end.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

#[derive(Debug, Default)]
pub struct Tally {
    /// Travellers who set out to book.
    pub attempts: AtomicU64,
    pub bookings: AtomicU64,
    pub cancellations: AtomicU64,
    /// Seats that were picked.
    pub taken_seats: AtomicU64,
    /// Holds of which was told that they are given up.
    pub given_up: AtomicU64,
    /// Payments of which was told that they are over and nothing was charged.
    pub uncharged: AtomicU64,
    /// Picks that another traveller was faster with.
    pub lost_seats: AtomicU64,
    /// Calls without an answer, after which the traveller looked and asked again.
    pub unclear: AtomicU64,
    /// Refusals by their code.
    pub refusals: Mutex<BTreeMap<String, u64>>,
}

impl Tally {
    pub fn refused(&self, code: &str) {
        *self.refusals.lock().unwrap_or_else(PoisonError::into_inner).entry(code.to_owned()).or_default() +=
            1;
    }

    pub fn refusals(&self) -> BTreeMap<String, u64> {
        self.refusals.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

pub fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

pub fn read(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}
