//! Flight numbers as they stand on a ticket: carrier, number and, rarely, an operational suffix.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{carrier::CarrierCode, code::CodeError};

/// A carrier's flight number, such as `B6 523`; the order is that of carrier, number, suffix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FlightDesignator {
    pub carrier: CarrierCode,
    number: u16,
    suffix: Option<u8>,
}

impl FlightDesignator {
    /// `number` is 1 to 9999, `suffix` a letter.
    pub fn new(carrier: CarrierCode, number: u16, suffix: Option<char>) -> Result<Self, CodeError> {
        let wrong = |expected| CodeError { found: format!("{carrier}{number}"), expected };
        if !(1..=9999).contains(&number) {
            return Err(wrong("a flight number from 1 to 9999"));
        }
        let suffix = match suffix {
            None => None,
            Some(c) if c.is_ascii_uppercase() => Some(c as u8),
            Some(_) => return Err(wrong("a suffix of one capital letter")),
        };
        Ok(Self { carrier, number, suffix })
    }

    pub fn number(&self) -> u16 {
        self.number
    }

    pub fn suffix(&self) -> Option<char> {
        self.suffix.map(char::from)
    }

    /// Reads the compact form, `B6523` or `B6523A`; one blank after the carrier is allowed.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let wrong = || CodeError { found: text.to_owned(), expected: "a flight number such as B6523" };
        if !text.is_ascii() || text.len() < 3 {
            return Err(wrong());
        }
        let carrier = CarrierCode::parse(&text[..2]).map_err(|_| wrong())?;
        let rest = text[2..].strip_prefix(' ').unwrap_or(&text[2..]);
        let digits = rest.trim_end_matches(|c: char| c.is_ascii_uppercase());
        let mut letters = rest[digits.len()..].chars();
        let suffix = letters.next();
        if letters.next().is_some() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(wrong());
        }
        Self::new(carrier, digits.parse().map_err(|_| wrong())?, suffix).map_err(|_| wrong())
    }

    /// As people read it: `B6 523`.
    pub fn spaced(&self) -> String {
        let suffix = self.suffix().map(String::from).unwrap_or_default();
        format!("{} {}{suffix}", self.carrier, self.number)
    }
}

impl fmt::Display for FlightDesignator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.carrier, self.number)?;
        self.suffix().map_or(Ok(()), |c| write!(f, "{c}"))
    }
}

impl FromStr for FlightDesignator {
    type Err = CodeError;
    fn from_str(text: &str) -> Result<Self, CodeError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for FlightDesignator {
    type Error = CodeError;
    fn try_from(text: String) -> Result<Self, CodeError> {
        Self::parse(&text)
    }
}

impl From<FlightDesignator> for String {
    fn from(flight: FlightDesignator) -> Self {
        flight.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::FlightDesignator;

    #[test]
    fn reads_what_it_writes() {
        for text in ["B6523", "DL1", "U29999", "AA12A"] {
            assert_eq!(FlightDesignator::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(FlightDesignator::parse("B6 523").unwrap().spaced(), "B6 523");
    }

    #[test]
    fn refuses_what_is_no_flight() {
        for text in ["", "B6", "B60", "B610000", "B612AB", "b", "B6-1", "✈️1", "B6+5"] {
            assert!(FlightDesignator::parse(text).is_err(), "{text}");
        }
    }
}
