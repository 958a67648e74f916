//! Airports and the cities they serve.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::code::code;

code! {
    /// An IATA location code, of an airport or of a city with several: `JFK`, `NYC`.
    AirportCode, 3,
    |b| b.iter().all(u8::is_ascii_uppercase),
    "an airport code of three letters, such as JFK"
}

code! {
    /// An ISO 3166 country code, two letters.
    CountryCode, 2,
    |b| b.iter().all(u8::is_ascii_uppercase),
    "a country code of two letters, such as US"
}

/// An airport as `data/airports.csv` has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Airport {
    pub code: AirportCode,
    pub name: String,
    pub city: String,
    pub country: CountryCode,
    pub latitude_deg: f64,
    pub longitude_deg: f64,
    /// IANA time zone name.
    pub zone: String,
    /// The metropolitan area it belongs to, where it shares one with others.
    pub city_code: Option<AirportCode>,
}

/// What a search box offers: an airport, or a city with all of its airports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    pub code: AirportCode,
    /// "Boston", "New York, all airports".
    pub name: String,
    /// "Logan International, US".
    pub detail: String,
}

impl fmt::Display for Place {
    /// As a search box holds it, and as it is read back: `Boston (BOS)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name, self.code)
    }
}

/// Why a typed place names no airport or city; the message is for the traveller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum PlaceError {
    #[error("Enter a city or an airport.")]
    Empty,
    #[error("We know no city or airport “{text}”. {}", did_you_mean(nearest))]
    Unknown { text: String, nearest: Vec<Place> },
    #[error("“{text}” is the name of more than one place. Choose {}.", told_apart(choices))]
    Ambiguous { text: String, choices: Vec<Place> },
}

impl PlaceError {
    /// What to offer instead, nearest first.
    pub fn places(&self) -> &[Place] {
        match self {
            Self::Empty => &[],
            Self::Unknown { nearest, .. } => nearest,
            Self::Ambiguous { choices, .. } => choices,
        }
    }
}

fn did_you_mean(nearest: &[Place]) -> String {
    if nearest.is_empty() {
        "Try the name of a city or a code such as JFK.".to_owned()
    } else {
        format!("Did you mean {}?", either(nearest.iter().map(ToString::to_string)))
    }
}

/// By code and detail, since their names may be one.
fn told_apart(choices: &[Place]) -> String {
    either(choices.iter().map(|place| format!("{} ({})", place.code, place.detail)))
}

/// "a", "a or b", "a, b or c".
fn either(names: impl Iterator<Item = String>) -> String {
    let names: Vec<String> = names.collect();
    match names.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        _ => names.concat(),
    }
}
