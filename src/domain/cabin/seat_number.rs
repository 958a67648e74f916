use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A seat by row and letter, `14C`; ordered by row, then letter. The letter I is not used, it looks like 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SeatNumber {
    row: u8,
    letter: u8,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no seat: a seat is a row and a letter, such as 14C")]
pub struct SeatNumberError(pub String);

impl SeatNumber {
    /// Rows 1 to 99, letters A to K without I.
    pub fn new(row: u8, letter: char) -> Result<Self, SeatNumberError> {
        let valid = (1..=99).contains(&row) && matches!(letter, 'A'..='H' | 'J' | 'K');
        if valid {
            Ok(Self { row, letter: letter as u8 })
        } else {
            Err(SeatNumberError(format!("{row}{letter}")))
        }
    }

    /// Reads `14C` or `14c`; leading zeros are refused, so that a seat has one spelling.
    pub fn parse(text: &str) -> Result<Self, SeatNumberError> {
        let wrong = || SeatNumberError(text.to_owned());
        let letter = text.chars().last().ok_or_else(wrong)?.to_ascii_uppercase();
        let row = text.get(..text.len() - 1).ok_or_else(wrong)?;
        if row.starts_with(['0', '+']) {
            return Err(wrong());
        }
        Self::new(row.parse().map_err(|_| wrong())?, letter).map_err(|_| wrong())
    }

    pub fn row(self) -> u8 {
        self.row
    }

    pub fn letter(self) -> char {
        char::from(self.letter)
    }
}

impl fmt::Display for SeatNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.row, self.letter())
    }
}

impl FromStr for SeatNumber {
    type Err = SeatNumberError;
    fn from_str(text: &str) -> Result<Self, SeatNumberError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for SeatNumber {
    type Error = SeatNumberError;
    fn try_from(text: String) -> Result<Self, SeatNumberError> {
        Self::parse(&text)
    }
}

impl From<SeatNumber> for String {
    fn from(seat: SeatNumber) -> Self {
        seat.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::SeatNumber;

    #[test]
    fn a_seat_has_one_spelling() {
        assert_eq!(SeatNumber::parse("14c").unwrap().to_string(), "14C");
        for text in ["", "C", "14", "014C", "0A", "100A", "14I", "14L", "+4A", "14É", "é", "1 4C"] {
            assert!(SeatNumber::parse(text).is_err(), "{text}");
        }
    }
}
