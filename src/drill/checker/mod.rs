//! Whether what was seen of a seat can have come from one seat: linearizability of a register with versions.
//!
//! The search is Wing and Gong's, with Lowe's memory of places already visited: an order of all operations is looked for
//! in which each takes effect between its call and its answer, and in which the seat moves only as a seat may. Moves
//! that no client saw (an expiry, an assignment) are allowed from the moment on at which something asked for them.
//! Versions do the rest: most operations fit at one place only, so that thousands of them are ordered in milliseconds.

mod register;
mod search;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use domain::hold::HoldId;

use crate::{
    clock::Moment,
    history::{Event, Permits, SeatHistory, What},
};

pub use register::{Owner, Register};

/// What no order explains.
#[derive(Debug)]
pub struct Violation {
    /// Everything known of the seat, by time.
    pub events: Vec<Event>,
    /// How far the best order came, and what did not fit there.
    pub stuck: Stuck,
}

#[derive(Clone, Debug)]
pub struct Stuck {
    pub register: Register,
    pub left: Vec<Event>,
}

/// Looks for an order of a seat's history.
///
/// # Errors
/// There is none.
pub fn check(history: &SeatHistory, holds: &BTreeMap<HoldId, Permits>) -> Result<(), Box<Violation>> {
    let events = events(history);
    let fail = |stuck| Box::new(Violation { events: events.clone(), stuck });
    if !history.contradictions.is_empty() {
        let left = history.contradictions.clone();
        return Err(fail(Stuck { register: Register::default(), left }));
    }
    let late: Vec<Event> = events.iter().filter(|event| is_after_the_end(event, holds)).copied().collect();
    if !late.is_empty() {
        return Err(fail(Stuck { register: Register::default(), left: late }));
    }
    search::search(&events, holds).map_err(fail)
}

/// A hold that was seen to be over picks and holds nothing more, though it may have become a booking; one of which was
/// promised that nothing is left has not.
fn is_after_the_end(event: &Event, holds: &BTreeMap<HoldId, Permits>) -> bool {
    let end = match event.what {
        What::Took { hold, .. } | What::Gave { hold, .. } | What::Owned { hold, booked: false } => {
            holds.get(&hold).map(|permits| permits.over)
        }
        What::Owned { hold, booked: true } => holds.get(&hold).map(Permits::gone),
        What::MayHaveTaken { .. } | What::Refused { .. } | What::Read { .. } => None,
    };
    end.is_some_and(|end| end < event.invoked)
}

/// All events by time, with each version's readings as the two that matter.
fn events(history: &SeatHistory) -> Vec<Event> {
    let mut events = history.events.clone();
    for (version, reading) in &history.readings {
        let what = What::Read { version: *version, state: reading.state };
        events.push(Event { invoked: Moment::default(), answered: reading.by, what });
        if let Some(still) = reading.still {
            events.push(Event { invoked: still, answered: Moment::NEVER, what });
        }
    }
    events.sort_by_key(|event| (event.invoked, event.answered));
    events
}
