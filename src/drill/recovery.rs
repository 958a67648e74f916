//! How long it takes after each fault until bookings succeed again.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::{clock::Moment, fault::Fault};

/// What became of the faults of one kind.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// How often something really met it.
    pub struck: u64,
    /// From the end of the fault to the first booking that was asked for after it.
    pub recoveries: Vec<Duration>,
}

#[derive(Debug, Default)]
pub struct Recovery {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    records: BTreeMap<Fault, Record>,
    waiting: Vec<(Fault, Option<usize>, Moment)>,
}

impl Recovery {
    /// A fault is over; it met something that many times.
    pub fn over(&self, fault: Fault, server: Option<usize>, struck: u64, at: Moment) {
        let mut state = self.lock();
        state.records.entry(fault).or_default().struck += struck;
        if struck > 0 {
            state.waiting.push((fault, server, at));
        }
    }

    /// A booking was asked for at one moment and made at another, by that server.
    pub fn booked(&self, server: usize, asked: Moment, made: Moment) {
        let mut state = self.lock();
        let waiting = std::mem::take(&mut state.waiting);
        for (fault, of, over) in waiting {
            if asked >= over && of.is_none_or(|of| of == server) {
                state.records.entry(fault).or_default().recoveries.push(made.since(over));
            } else {
                state.waiting.push((fault, of, over));
            }
        }
    }

    pub fn records(&self) -> BTreeMap<Fault, Record> {
        self.lock().records.clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
