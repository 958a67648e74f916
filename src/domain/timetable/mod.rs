//! The timetable: every departure that follows from the schedule, found by airport and date or by name.
//!
//! A schedule tells local times. What instants these are is for the airports' IANA zones to say, on each date anew,
//! so that a flight keeps its local time when the clocks change.

mod clock;
mod index;

pub(crate) use clock::{BLOCK_TIME_MIN, Ends, GateTimes};
pub use index::{Timetable, TimetableError};

#[cfg(test)]
mod tests;
