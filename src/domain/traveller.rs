//! Who flies.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// How a traveller is priced and seated, by the age on the day of each departure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum TravellerKind {
    /// Twelve or older.
    Adt,
    /// Two to eleven.
    Chd,
    /// Under two, on an adult's lap: takes no seat.
    Inf,
}

impl TravellerKind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Adt => "Adult",
            Self::Chd => "Child",
            Self::Inf => "Infant",
        }
    }

    pub fn takes_seat(self) -> bool {
        self != Self::Inf
    }

    /// The kind of someone of that birth date on that day; none when born later.
    pub fn on(birth: Date, day: Date) -> Option<Self> {
        if birth > day {
            return None;
        }
        let years = i32::from(day.year()) - i32::from(birth.year());
        let had_birthday = (day.month(), day.day()) >= (birth.month(), birth.day());
        Some(match years - i32::from(!had_birthday) {
            ..2 => Self::Inf,
            2..12 => Self::Chd,
            _ => Self::Adt,
        })
    }
}

/// How many of each kind travel together; between one and nine people, and no more infants than adults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "(u8, u8, u8)", into = "(u8, u8, u8)")]
pub struct Party {
    adults: u8,
    children: u8,
    infants: u8,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PartyError {
    #[error("Choose at least one traveller.")]
    Nobody,
    #[error("One booking holds at most nine travellers. For a larger group, book in parts.")]
    TooMany,
    #[error("Children and infants fly with an adult here. Add an adult.")]
    NoAdult,
    #[error("Each infant sits on an adult's lap: there can be no more infants than adults.")]
    TooManyInfants,
}

impl Party {
    /// The most people in one booking, as fare filing systems and airline sites have it.
    pub const MOST: u8 = 9;

    pub fn new(adults: u8, children: u8, infants: u8) -> Result<Self, PartyError> {
        match u16::from(adults) + u16::from(children) + u16::from(infants) {
            0 => Err(PartyError::Nobody),
            n if n > u16::from(Self::MOST) => Err(PartyError::TooMany),
            _ if adults == 0 => Err(PartyError::NoAdult),
            _ if infants > adults => Err(PartyError::TooManyInfants),
            _ => Ok(Self { adults, children, infants }),
        }
    }

    pub fn adults(self) -> u8 {
        self.adults
    }

    pub fn children(self) -> u8 {
        self.children
    }

    pub fn infants(self) -> u8 {
        self.infants
    }

    /// Places it takes on each leg: infants take none.
    pub fn seats(self) -> u8 {
        self.adults + self.children
    }

    pub fn people(self) -> u8 {
        self.seats() + self.infants
    }

    /// Everyone's kind: adults first, then children, then infants; a traveller's ordinal is the place in this list.
    pub fn kinds(self) -> Vec<TravellerKind> {
        let some = |kind, n: u8| std::iter::repeat_n(kind, usize::from(n));
        some(TravellerKind::Adt, self.adults)
            .chain(some(TravellerKind::Chd, self.children))
            .chain(some(TravellerKind::Inf, self.infants))
            .collect()
    }

    /// "2 adults, 1 child".
    pub fn describe(self) -> String {
        [
            (self.adults, "adult", "adults"),
            (self.children, "child", "children"),
            (self.infants, "infant", "infants"),
        ]
        .into_iter()
        .filter(|(n, ..)| *n > 0)
        .map(|(n, one, many)| format!("{n} {}", if n == 1 { one } else { many }))
        .collect::<Vec<_>>()
        .join(", ")
    }
}

impl TryFrom<(u8, u8, u8)> for Party {
    type Error = PartyError;
    fn try_from((adults, children, infants): (u8, u8, u8)) -> Result<Self, PartyError> {
        Self::new(adults, children, infants)
    }
}

impl From<Party> for (u8, u8, u8) {
    fn from(party: Party) -> Self {
        (party.adults, party.children, party.infants)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::{Party, PartyError, TravellerKind};

    #[test]
    fn a_party_is_one_to_nine_people_with_an_adult() {
        assert_eq!(Party::new(0, 0, 0), Err(PartyError::Nobody));
        assert_eq!(Party::new(9, 1, 0), Err(PartyError::TooMany));
        assert_eq!(Party::new(255, 255, 255), Err(PartyError::TooMany));
        assert_eq!(Party::new(0, 1, 0), Err(PartyError::NoAdult));
        assert_eq!(Party::new(1, 0, 2), Err(PartyError::TooManyInfants));
        assert_eq!(Party::new(2, 1, 1).unwrap().describe(), "2 adults, 1 child, 1 infant");
    }

    #[test]
    fn a_child_turns_adult_on_the_twelfth_birthday() {
        let birth = date(2014, 12, 22);
        assert_eq!(TravellerKind::on(birth, date(2026, 12, 21)), Some(TravellerKind::Chd));
        assert_eq!(TravellerKind::on(birth, date(2026, 12, 22)), Some(TravellerKind::Adt));
        assert_eq!(TravellerKind::on(birth, date(2014, 12, 21)), None);
    }
}
