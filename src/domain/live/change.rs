use serde::{Deserialize, Serialize};

use crate::{
    cabin::SeatNumber,
    seat::{SeatState, SeatVersion},
};

/// A seat's state as of one version of it. Version 0 is that of a seat never touched, so no change has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeatChange {
    pub seat: SeatNumber,
    pub state: SeatState,
    pub version: SeatVersion,
}

/// What a seat looks like to those who do not own it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeatLook {
    Free,
    /// Held or being paid for: it may come free again within minutes.
    BeingChosen,
    /// Booked, or out of sale.
    Taken,
}

impl SeatLook {
    pub fn name(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::BeingChosen => "being chosen",
            Self::Taken => "taken",
        }
    }
}

impl From<SeatState> for SeatLook {
    fn from(state: SeatState) -> Self {
        match state {
            SeatState::Available => Self::Free,
            SeatState::Held | SeatState::Reserved => Self::BeingChosen,
            SeatState::Booked | SeatState::Blocked => Self::Taken,
        }
    }
}
