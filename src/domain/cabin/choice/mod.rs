//! Who may sit where, and which free seats are best.

mod refusal;
mod rules;

mod alone;
mod closest;
mod nearest;
mod placing;
mod together;
mod wish;

mod arrange;
mod exhaustive;
mod floor;
mod search;

pub use alone::children_alone;
pub use closest::closest;
pub use nearest::nearest;
pub use placing::Placing;
pub use refusal::SeatRefusal;
pub use rules::{ACCESSIBLE_KEPT, SeatRules, keeps_accessible, may_sit};
pub use together::{BestSeats, best_together};
pub use wish::SeatWish;

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

    fn is_parent(self) -> bool {
        self.kind == TravellerKind::Adt && self.with_infant
    }
}

#[cfg(test)]
mod tests;
