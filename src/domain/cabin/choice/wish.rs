use serde::{Deserialize, Serialize};

use super::floor::Place;
use crate::cabin::Features;

/// What a party would like best, once it sits together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SeatWish {
    /// That one of them sits at a window.
    Window,
    /// That one of them sits at an aisle.
    Aisle,
    /// To be off the aircraft soon.
    Front,
    /// Away from galleys and lavatories, where people stand and talk.
    Quiet,
}

/// Rows from the end of a cabin's section in which one hears what goes on behind the wall.
const NOISY_ROWS: u16 = 4;

impl SeatWish {
    pub const ALL: [Self; 4] = [Self::Window, Self::Aisle, Self::Front, Self::Quiet];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Window => "window",
            Self::Aisle => "aisle",
            Self::Front => "front",
            Self::Quiet => "quiet",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|wish| wish.as_str() == text)
    }

    /// As a form offers it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Window => "by a window",
            Self::Aisle => "by an aisle",
            Self::Front => "far in front",
            Self::Quiet => "where it is quiet",
        }
    }

    /// How far a group is at least from meeting it, that so far was so far and has one more seat.
    pub(super) fn missed_at_least(self, so_far: u16, place: &Place) -> u16 {
        match self {
            // One is enough, and may be the last.
            Self::Window | Self::Aisle => 0,
            Self::Front => so_far.max(self.missed_by(&[place])),
            Self::Quiet => so_far + self.missed_by(&[place]),
        }
    }

    /// How far seats are from meeting it.
    pub(super) fn missed_by(self, places: &[&Place]) -> u16 {
        let none_has = |feature| u16::from(!places.iter().any(|place| place.has(feature)));
        match self {
            Self::Window => none_has(Features::WINDOW),
            Self::Aisle => none_has(Features::AISLE),
            Self::Front => places.iter().map(|place| place.row).max().unwrap_or_default(),
            Self::Quiet => places.iter().map(|place| NOISY_ROWS.saturating_sub(place.from_end)).sum(),
        }
    }
}
