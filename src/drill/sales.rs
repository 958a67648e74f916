//! What is on sale now: few flights at a time, the next ones when those are sold out.

use std::sync::{Mutex, PoisonError};

use crate::timetable::{Stage, Timetable};

/// Stages on sale at once. The fewer, the harder the fight.
const OPEN: usize = 2;
/// Refusals in a row after which a stage counts as sold out.
const SOLD_OUT_AFTER: u32 = 12;

#[derive(Debug)]
pub struct Sales {
    timetable: Timetable,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    open: Vec<(usize, u32)>,
    next: usize,
}

impl Sales {
    pub fn new(timetable: Timetable) -> Self {
        let open = (0..OPEN).map(|number| (number, 0)).collect();
        Self { timetable, state: Mutex::new(State { open, next: OPEN }) }
    }

    /// A stage to buy on: mostly one on sale now, sometimes one sold out before, where places may have come free.
    pub fn choose(&self, rng: &mut fastrand::Rng) -> (usize, Stage) {
        let state = self.lock();
        let (mut number, _) = state.open[rng.usize(..state.open.len())];
        if rng.f32() < 0.1 {
            number = rng.usize(number.saturating_sub(8)..=number);
        }
        (number, self.timetable.stage(number))
    }

    /// The stage of that number, on sale now or not.
    pub fn stage(&self, number: usize) -> Stage {
        self.timetable.stage(number)
    }

    /// A traveller found no place there.
    pub fn refused(&self, number: usize) {
        let mut state = self.lock();
        let next = state.next;
        let Some(entry) = state.open.iter_mut().find(|(open, _)| *open == number) else { return };
        entry.1 += 1;
        if entry.1 >= SOLD_OUT_AFTER {
            *entry = (next, 0);
            state.next += 1;
        }
    }

    /// A traveller found one.
    pub fn taken(&self, number: usize) {
        if let Some(entry) = self.lock().open.iter_mut().find(|(open, _)| *open == number) {
            entry.1 = 0;
        }
    }

    /// Stages that were ever on sale, newest last.
    pub fn stages(&self) -> Vec<Stage> {
        (0..self.lock().next).map(|number| self.timetable.stage(number)).collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
