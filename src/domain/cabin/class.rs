use serde::{Deserialize, Serialize};

/// A compartment of the aircraft, front to back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Cabin {
    First,
    Business,
    Premium,
    Economy,
}

impl Cabin {
    pub const ALL: [Self; 4] = [Self::First, Self::Business, Self::Premium, Self::Economy];

    /// The letter that schedules use, which is that of its dearest booking class too.
    pub fn letter(self) -> char {
        match self {
            Self::First => 'F',
            Self::Business => 'J',
            Self::Premium => 'W',
            Self::Economy => 'Y',
        }
    }

    pub fn from_letter(letter: char) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.letter() == letter)
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::First => "First",
            Self::Business => "Business",
            Self::Premium => "Premium economy",
            Self::Economy => "Economy",
        }
    }
}
