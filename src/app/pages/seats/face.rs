use domain::{
    cabin::SeatRefusal,
    live::SeatLook,
    seat::{SeatState, SeatVersion},
};

/// What one seat shows. Only when this changes is its button painted anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Face {
    pub look: Look,
    pub version: SeatVersion,
    /// Whether someone took it a moment ago, or was faster with it than we.
    pub just: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    Free,
    /// Of the traveller with that ordinal.
    Ours(u8),
    BeingChosen,
    Taken,
    /// Free, and not for the current traveller.
    Refused(SeatRefusal),
    /// Out of sale.
    Blocked,
    /// Free, in a cabin that was not booked.
    OtherCabin,
}

impl Look {
    /// A refusal is that of the current traveller.
    pub fn new(state: SeatState, ours: Option<u8>, own_cabin: bool, refusal: Option<SeatRefusal>) -> Self {
        match (ours, SeatLook::from(state)) {
            (Some(ordinal), _) => Self::Ours(ordinal),
            (None, SeatLook::Free) if own_cabin => refusal.map_or(Self::Free, Self::Refused),
            (None, SeatLook::Free) => Self::OtherCabin,
            (None, SeatLook::BeingChosen) => Self::BeingChosen,
            (None, SeatLook::Taken) if state == SeatState::Blocked => Self::Blocked,
            (None, SeatLook::Taken) => Self::Taken,
        }
    }

    /// As the style sheet knows it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Ours(_) => "ours",
            Self::BeingChosen => "choosing",
            Self::Taken => "taken",
            Self::Refused(SeatRefusal::KeptAccessible(_)) => "kept",
            Self::Refused(_) => "refused",
            Self::Blocked => "blocked",
            Self::OtherCabin => "closed",
        }
    }

    /// As it is read out.
    pub fn name(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Ours(_) => "yours",
            Self::BeingChosen => "being chosen by someone else",
            Self::Taken => "taken",
            Self::Refused(refusal) => refusal.in_short(),
            Self::Blocked => "not for sale",
            Self::OtherCabin => "free, in another cabin",
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::{cabin::SeatRefusal, seat::SeatState};

    use super::Look;

    #[test]
    fn a_seat_of_ours_is_ours_before_the_server_says_so() {
        assert_eq!(Look::new(SeatState::Available, Some(1), true, None), Look::Ours(1));
        assert_eq!(Look::new(SeatState::Held, Some(0), true, None), Look::Ours(0));
    }

    #[test]
    fn a_free_seat_of_another_cabin_cannot_be_chosen() {
        assert_eq!(Look::new(SeatState::Available, None, false, None), Look::OtherCabin);
        assert_eq!(Look::new(SeatState::Held, None, false, None), Look::BeingChosen);
    }

    #[test]
    fn a_free_seat_that_the_current_traveller_may_not_take_says_why() {
        let refusal = Some(SeatRefusal::ChildAtExit);
        let look = Look::new(SeatState::Available, None, true, refusal);
        assert_eq!((look.key(), look.name()), ("refused", "not for children"));
        assert_eq!(Look::new(SeatState::Booked, None, true, refusal), Look::Taken);
        assert_eq!(Look::new(SeatState::Held, Some(0), true, refusal), Look::Ours(0));
    }
}
