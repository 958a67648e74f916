//! The life of a seat on a departure.

use serde::{Deserialize, Serialize};

use crate::moves::{IllegalMove, Move, after, may_become};

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

    /// Every move of a seat; each raises its version by one.
    pub const MOVES: &[Move<Self, SeatEvent>] = &[
        (Self::Available, SeatEvent::Picked, Self::Held),
        (Self::Held, SeatEvent::PaymentStarted, Self::Reserved),
        (Self::Reserved, SeatEvent::Ticketed, Self::Booked),
        (Self::Held, SeatEvent::Freed, Self::Available),
        (Self::Reserved, SeatEvent::Freed, Self::Available),
        (Self::Booked, SeatEvent::Freed, Self::Available),
        (Self::Available, SeatEvent::Blocked, Self::Blocked),
        (Self::Blocked, SeatEvent::Unblocked, Self::Available),
    ];

    /// Where an event leads. Whose seat it is the machine does not know: only its owner's events may reach it.
    ///
    /// # Errors
    /// The event cannot happen to a seat in this state.
    pub fn after(self, event: SeatEvent) -> Result<Self, IllegalMove<Self, SeatEvent>> {
        after(Self::MOVES, self, event)
    }

    pub fn may_become(self, next: Self) -> bool {
        may_become(Self::MOVES, self, next)
    }
}

/// What happens to a seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SeatEvent {
    /// By a traveller of an active hold.
    Picked,
    PaymentStarted,
    Ticketed,
    /// Its hold ended or moved to another seat, or its coupon was given back.
    Freed,
    /// By staff.
    Blocked,
    Unblocked,
}

/// A seat's version: it grows by one with every move and never shrinks.
pub type SeatVersion = u32;

#[cfg(test)]
mod tests {
    use super::{SeatEvent, SeatState};

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

    #[test]
    fn a_blocked_seat_cannot_be_picked() {
        assert!(SeatState::Blocked.after(SeatEvent::Picked).is_err());
    }

    #[test]
    fn freeing_a_free_seat_again_changes_nothing() {
        assert_eq!(SeatState::Available.after(SeatEvent::Freed), Ok(SeatState::Available));
    }
}
