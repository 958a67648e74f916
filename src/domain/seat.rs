//! The life of a seat on a departure.

use serde::{Deserialize, Serialize};

/// Where a seat is in its life. Seats never touched have no row and are available at version 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SeatState {
    Available,
    /// Picked inside an active hold.
    Held,
    /// Payment has started.
    Reserved,
    /// Ticketed.
    Booked,
    /// Taken out of sale by staff.
    Blocked,
}

impl SeatState {
    pub const ALL: [Self; 5] = [Self::Available, Self::Held, Self::Reserved, Self::Booked, Self::Blocked];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Held => "held",
            Self::Reserved => "reserved",
            Self::Booked => "booked",
            Self::Blocked => "blocked",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == text)
    }

    /// Whether a seat may go from this state to that one; every move raises its version by one.
    pub fn may_become(self, next: Self) -> bool {
        use SeatState::{Available, Blocked, Booked, Held, Reserved};
        matches!(
            (self, next),
            (Available, Held | Blocked)
                | (Held, Reserved | Available)
                | (Reserved, Booked | Available)
                | (Booked | Blocked, Available)
        )
    }
}

/// A seat's version: it grows by one with every move and never shrinks.
pub type SeatVersion = u32;

#[cfg(test)]
mod tests {
    use super::SeatState;

    #[test]
    fn a_seat_is_never_booked_without_having_been_reserved() {
        let into_booked: Vec<_> =
            SeatState::ALL.into_iter().filter(|s| s.may_become(SeatState::Booked)).collect();
        assert_eq!(into_booked, [SeatState::Reserved]);
    }

    #[test]
    fn a_taken_seat_passes_from_owner_to_owner_only_by_being_free() {
        for state in SeatState::ALL {
            assert_eq!(state.may_become(SeatState::Held), state == SeatState::Available);
        }
    }
}
