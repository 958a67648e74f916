use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{SeatRefusal, SeatedTraveller};
use crate::{
    cabin::{Cabin, Features, Layout, Seat, SeatNumber},
    seat::SeatState,
    traveller::TravellerKind,
};

/// How long before departure accessible seats go to anyone (14 CFR 382.83(a)).
pub const ACCESSIBLE_KEPT: SignedDuration = SignedDuration::from_hours(24);

/// Whether accessible seats are still kept for those who need them: until exactly 24 hours before departure.
pub fn keeps_accessible(departs_at: Timestamp, now: Timestamp) -> bool {
    now < departs_at - ACCESSIBLE_KEPT
}

/// Whether that traveller may sit there, as far as the seat alone decides it. Exit seats are for those who can open the exit and
/// have nobody else to care for (14 CFR 121.585). The rule's own age is fifteen, which the crew checks: kinds do not tell a
/// twelve-year-old from an adult.
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

/// What else decides who may sit where on a departure.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeatRules {
    /// Seats of adults with an infant on the lap (14 CFR 121.311(b)). A block of seats has one oxygen mask more than
    /// seats (14 CFR 25.1447(c)(1)), so that one infant at most is on the laps in it.
    pub with_infants: Vec<SeatNumber>,
    /// Whether accessible seats are kept from this party: it has not said that it needs them, and they are
    /// [kept](keeps_accessible) still.
    pub keeps_accessible: bool,
}

impl SeatRules {
    /// Whether that traveller may take that seat of the booked cabin. That somebody else has it is not asked here.
    ///
    /// # Errors
    /// The reason, as a sentence for the traveller.
    pub fn check(
        &self,
        layout: &Layout,
        cabin: Cabin,
        (seat, state): (&Seat, SeatState),
        traveller: SeatedTraveller,
    ) -> Result<(), SeatRefusal> {
        if layout.cabin_of(seat.number) != Some(cabin) {
            return Err(SeatRefusal::OtherCabin(seat.number));
        }
        may_sit(seat, traveller.kind, traveller.with_infant)?;
        if state == SeatState::Blocked {
            return Err(SeatRefusal::Blocked(seat.number));
        }
        if self.keeps_accessible && seat.features.contains(Features::ACCESSIBLE) {
            return Err(SeatRefusal::KeptAccessible(seat.number));
        }
        match traveller.with_infant.then(|| self.infant_beside(layout, seat.number)).flatten() {
            Some(other) => Err(SeatRefusal::NoMaskLeft(other)),
            None => Ok(()),
        }
    }

    /// The seat of the same block in which an infant sits on a lap already.
    fn infant_beside(&self, layout: &Layout, seat: SeatNumber) -> Option<SeatNumber> {
        let in_row = self.with_infants.iter().filter(|other| other.row() == seat.row());
        let block = in_row.clone().next().map(|_| layout.block_of(seat))?;
        in_row.copied().find(|other| block.contains(other))
    }
}
