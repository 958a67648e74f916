//! Who may sit where, and which free seats are best.

mod closest;
mod floor;
mod nearest;
mod search;
mod together;

pub use closest::closest;
pub use nearest::nearest;
pub use together::best_together;

use super::{Features, Seat};
use crate::traveller::TravellerKind;

/// A traveller as far as seats are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeatedTraveller {
    pub kind: TravellerKind,
    /// Whether an infant sits on this adult's lap.
    pub with_infant: bool,
}

impl SeatedTraveller {
    fn may_sit_at_exit(self) -> bool {
        self.kind == TravellerKind::Adt && !self.with_infant
    }
}

/// Why somebody may not sit somewhere, as a sentence for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SeatRefusal {
    #[error("Children may not sit in an exit row: whoever sits there must be able to open the exit.")]
    ChildAtExit,
    #[error("With an infant on the lap nobody may sit in an exit row: hands must be free to open the exit.")]
    InfantAtExit,
    #[error("Infants fly on an adult's lap and take no seat.")]
    TakesNoSeat,
}

/// Whether that traveller may sit there. Exit seats are for those who can open the exit and have nobody else to care for
/// (14 CFR 121.585). The rule's own age is fifteen, which the crew checks: kinds do not tell a twelve-year-old from an adult.
///
/// # Errors
/// The reason, as a sentence for the traveller.
pub fn may_sit(seat: &Seat, kind: TravellerKind, with_infant: bool) -> Result<(), SeatRefusal> {
    let exit = seat.features.contains(Features::EXIT_ROW);
    match kind {
        TravellerKind::Inf => Err(SeatRefusal::TakesNoSeat),
        TravellerKind::Chd if exit => Err(SeatRefusal::ChildAtExit),
        TravellerKind::Adt if exit && with_infant => Err(SeatRefusal::InfantAtExit),
        TravellerKind::Adt | TravellerKind::Chd => Ok(()),
    }
}

#[cfg(test)]
mod tests;
