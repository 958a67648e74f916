//! Airports and the cities they serve.

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
