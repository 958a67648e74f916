use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::{AirportFault, fold::fold};
use crate::airport::{Airport, AirportCode, CountryCode};

/// An airport with what is looked up about it.
#[derive(Debug)]
pub struct Entry {
    pub airport: Airport,
    pub zone: TimeZone,
    pub city_folded: String,
    /// City, airport name, country and codes, as words to look for.
    pub words_folded: String,
}

impl Entry {
    pub fn read(fields: Vec<String>) -> Result<Self, AirportFault> {
        let [code, name, city, country, latitude, longitude, zone_name, city_code] =
            <[String; 8]>::try_from(fields).map_err(|fields| AirportFault::Fields(fields.len()))?;
        for (text, column) in [(&name, "name"), (&city, "city")] {
            if text.trim().is_empty() {
                return Err(AirportFault::Empty(column));
            }
        }
        let zone =
            TimeZoneDatabase::bundled().get(&zone_name).map_err(|_| AirportFault::Zone(zone_name.clone()))?;
        let airport = Airport {
            code: AirportCode::parse(&code)?,
            country: CountryCode::parse(&country)?,
            latitude_deg: degrees("latitude", latitude, 90.0)?,
            longitude_deg: degrees("longitude", longitude, 180.0)?,
            zone: zone_name,
            city_code: if city_code.is_empty() { None } else { Some(AirportCode::parse(&city_code)?) },
            name,
            city,
        };
        Ok(Self {
            city_folded: fold(&airport.city),
            words_folded: fold(&format!("{} {} {country} {code} {city_code}", airport.city, airport.name)),
            airport,
            zone,
        })
    }
}

fn degrees(column: &'static str, text: String, most: f64) -> Result<f64, AirportFault> {
    match text.trim().parse::<f64>() {
        Ok(value) if value.abs() <= most => Ok(value),
        _ => Err(AirportFault::Degrees { column, text }),
    }
}
