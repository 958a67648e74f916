//! One leg of a flight, flown on one date: the unit that has an aircraft, seats and counters.

use std::{fmt, str::FromStr};

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
};
use serde::{Deserialize, Serialize};

use crate::{
    airport::AirportCode,
    cabin::{Cabin, ClassesLeft},
    code::CodeError,
    flight::FlightDesignator,
    schedule::AircraftCode,
};

/// Names a departure before any row of it exists; text form `B6523-1-2026-12-22`, in URLs and as a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DepartureId {
    pub flight: FlightDesignator,
    /// The leg's sequence in its flight, from 1.
    pub leg: u8,
    /// The local date at the leg's origin.
    pub date: Date,
}

impl DepartureId {
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let wrong =
            || CodeError { found: text.to_owned(), expected: "a departure such as B6523-1-2026-12-22" };
        let mut parts = text.splitn(3, '-');
        let (Some(flight), Some(leg), Some(date)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(wrong());
        };
        let id = Self {
            flight: FlightDesignator::parse(flight).map_err(|_| wrong())?,
            leg: leg.parse().map_err(|_| wrong())?,
            date: date.parse().map_err(|_| wrong())?,
        };
        // Only the canonical form is a key: two spellings must never name one departure.
        if id.leg > 0 && id.to_string() == text { Ok(id) } else { Err(wrong()) }
    }
}

impl fmt::Display for DepartureId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", self.flight, self.leg, self.date)
    }
}

impl FromStr for DepartureId {
    type Err = CodeError;
    fn from_str(text: &str) -> Result<Self, CodeError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for DepartureId {
    type Error = CodeError;
    fn try_from(text: String) -> Result<Self, CodeError> {
        Self::parse(&text)
    }
}

impl From<DepartureId> for String {
    fn from(id: DepartureId) -> Self {
        id.to_string()
    }
}

/// A departure as the timetable has it. Local times are those of the airport's zone, instants are UTC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Departure {
    pub id: DepartureId,
    pub origin: AirportCode,
    pub destination: AirportCode,
    pub departs: DateTime,
    pub arrives: DateTime,
    pub departs_at: Timestamp,
    pub arrives_at: Timestamp,
    pub origin_terminal: Option<String>,
    pub destination_terminal: Option<String>,
    pub aircraft: AircraftCode,
    /// Cabins and their places as the schedule files them, such as `F12Y138`.
    pub configuration: crate::cabin::Configuration,
}

impl Departure {
    /// Minutes from leaving the gate to reaching the other.
    pub fn block_time_min(&self) -> i32 {
        minutes_between(self.departs_at, self.arrives_at)
    }

    /// What is left of a cabin while nothing of it is sold and nothing was set.
    pub fn untouched(&self, cabin: Cabin) -> ClassesLeft {
        ClassesLeft::untouched(cabin, self.configuration.places(cabin))
    }

    /// Local days between leaving and arriving: 1 for "next day", −1 across the date line.
    pub fn day_change(&self) -> i32 {
        days_between(self.departs.date(), self.arrives.date())
    }
}

/// Whole minutes from one instant to a later one; negative when it is earlier.
pub fn minutes_between(from: Timestamp, to: Timestamp) -> i32 {
    i32::try_from((to.as_second() - from.as_second()) / 60).unwrap_or(i32::MAX)
}

/// Whole days from one date to a later one; negative when it is earlier.
pub fn days_between(from: Date, to: Date) -> i32 {
    to.since(from).map_or(0, |span| span.get_days())
}

#[cfg(test)]
mod tests {
    use super::DepartureId;

    #[test]
    fn only_the_canonical_text_names_a_departure() {
        let text = "B6523-1-2026-12-22";
        assert_eq!(DepartureId::parse(text).unwrap().to_string(), text);
        for other in [
            "B6523-01-2026-12-22",
            "b6523-1-2026-12-22",
            "B60523-1-2026-12-22",
            "B6523-0-2026-12-22",
            "B6523-1-2026-2-3",
            "B6 523-1-2026-12-22",
        ] {
            assert!(DepartureId::parse(other).is_err(), "{other}");
        }
    }
}
