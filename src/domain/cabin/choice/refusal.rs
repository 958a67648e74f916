use crate::cabin::SeatNumber;

/// Why somebody may not sit somewhere, as a sentence for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SeatRefusal {
    #[error("Children may not sit in an exit row: whoever sits there must be able to open the exit.")]
    ChildAtExit,
    #[error("With an infant on the lap nobody may sit in an exit row: hands must be free to open the exit.")]
    InfantAtExit,
    #[error("Infants fly on an adult's lap and take no seat.")]
    TakesNoSeat,
    #[error(
        "An infant sits on a lap in {0} already, and these seats have one oxygen mask to spare. With an infant, choose \
         seats with another group between aisles, or another row."
    )]
    NoMaskLeft(SeatNumber),
    #[error(
        "{0} is kept for people with a disability until 24 hours before departure. If one of you needs it, say so, and \
         it is yours."
    )]
    KeptAccessible(SeatNumber),
    #[error("{0} is out of sale: the airline keeps it for the crew, or it is out of order. Choose another.")]
    Blocked(SeatNumber),
    #[error("{0} is in a cabin that you have not booked.")]
    OtherCabin(SeatNumber),
}

impl SeatRefusal {
    /// In a few words, as they stand on a seat that someone looks at.
    pub fn in_short(self) -> &'static str {
        match self {
            Self::ChildAtExit => "not for children",
            Self::InfantAtExit => "not with an infant",
            Self::TakesNoSeat => "not for infants",
            Self::NoMaskLeft(_) => "no mask left for an infant",
            Self::KeptAccessible(_) => "kept for people with a disability",
            Self::Blocked(_) => "out of sale",
            Self::OtherCabin(_) => "in another cabin",
        }
    }
}
