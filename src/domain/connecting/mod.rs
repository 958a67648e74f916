//! Which flights a traveller can change between: how long it takes at least, and whose tickets go together.

mod interline;
mod times;

pub use interline::{Interline, InterlineError};
pub use times::{ChangeTimes, ChangeTimesError, Exception, Kind};

/// The rules of changing flights.
#[derive(Clone, Debug, Default)]
pub struct Connecting {
    pub times: ChangeTimes,
    pub interline: Interline,
}
