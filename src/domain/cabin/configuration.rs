use std::fmt;

use serde::{Deserialize, Serialize};

use super::Cabin;
use crate::code::CodeError;

/// The cabins of an aircraft with their places, as SSIM files them: `F12Y138`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Configuration(Vec<(Cabin, u16)>);

impl Configuration {
    /// Reads letters with counts, each cabin once and with at least one place; 850 places are the most an airliner has.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let wrong =
            || CodeError { found: text.to_owned(), expected: "a cabin configuration such as F12Y138" };
        let mut cabins: Vec<(Cabin, u16)> = Vec::new();
        let mut rest = text.trim();
        while let Some(letter) = rest.chars().next() {
            let cabin = Cabin::from_letter(letter).ok_or_else(wrong)?;
            let after = &rest[1..];
            let end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
            let places: u16 = after[..end].parse().map_err(|_| wrong())?;
            if places == 0 || cabins.iter().any(|(c, _)| *c == cabin) {
                return Err(wrong());
            }
            cabins.push((cabin, places));
            rest = &after[end..];
        }
        let total: u32 = cabins.iter().map(|(_, n)| u32::from(*n)).sum();
        if cabins.is_empty() || total > 850 { Err(wrong()) } else { Ok(Self(cabins)) }
    }

    pub fn cabins(&self) -> &[(Cabin, u16)] {
        &self.0
    }

    /// Places in that cabin; 0 where the aircraft has none.
    pub fn places(&self, cabin: Cabin) -> u16 {
        self.0.iter().find(|(c, _)| *c == cabin).map_or(0, |(_, n)| *n)
    }
}

impl fmt::Display for Configuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|(cabin, n)| write!(f, "{}{n}", cabin.letter()))
    }
}

impl TryFrom<String> for Configuration {
    type Error = CodeError;
    fn try_from(text: String) -> Result<Self, CodeError> {
        Self::parse(&text)
    }
}

impl From<Configuration> for String {
    fn from(configuration: Configuration) -> Self {
        configuration.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::{Cabin, Configuration};

    #[test]
    fn a_configuration_names_its_places() {
        let two = Configuration::parse("F12Y138").unwrap();
        assert_eq!(
            (two.places(Cabin::First), two.places(Cabin::Economy), two.places(Cabin::Business)),
            (12, 138, 0)
        );
        assert_eq!(two.to_string(), "F12Y138");
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", "Y", "12Y", "Y0", "Y10Y20", "X10", "Y99999", "Y851", "ÄY1"] {
            assert!(Configuration::parse(text).is_err(), "{text}");
        }
    }
}
