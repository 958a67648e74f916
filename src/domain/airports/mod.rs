//! The airports of `data/airports.csv` and the cities they serve: codes, zones and distances.

mod city;
mod entry;
mod find;
mod fold;

pub use fold::fold;

use std::collections::HashMap;

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use self::{
    city::{City, cities_of},
    entry::Entry,
};
use crate::{
    airport::{Airport, AirportCode},
    code::CodeError,
    csv,
};

/// The first line of the file.
pub const HEADER: [&str; 8] =
    ["code", "name", "city", "country", "latitude", "longitude", "zone", "city_code"];

/// The mean radius of the Earth (IUGG, R₁).
const EARTH_RADIUS_KM: f64 = 6371.0088;

/// Every airport known here, by code, with the cities that several share.
#[derive(Debug)]
pub struct Airports {
    entries: Vec<Entry>,
    by_code: HashMap<AirportCode, usize>,
    cities: HashMap<AirportCode, City>,
}

/// Why a file of airports is refused; `line` counts from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("airports, line {line}: {fault}")]
pub struct AirportsError {
    pub line: usize,
    pub fault: AirportFault,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AirportFault {
    #[error("the quotes do not follow RFC 4180")]
    Quotes,
    #[error("the first line should be {}", HEADER.join(","))]
    Header,
    #[error("there should be {count} fields, not {0}", count = HEADER.len())]
    Fields(usize),
    #[error("{0} should not be empty")]
    Empty(&'static str),
    #[error(transparent)]
    Code(#[from] CodeError),
    #[error("{text:?} should be a {column} in degrees")]
    Degrees { column: &'static str, text: String },
    #[error("{0:?} is no IANA time zone")]
    Zone(String),
    #[error("{0} stands here a second time")]
    Twice(AirportCode),
}

impl Airports {
    /// Reads a file as [`HEADER`] describes it, in UTF-8 with the quotes of RFC 4180; positions are in degrees, north
    /// and east positive, zones IANA names.
    ///
    /// # Errors
    /// The first fault with its line; a file with a fault is refused whole.
    pub fn parse(csv: &str) -> Result<Self, AirportsError> {
        let at = |line, fault| AirportsError { line, fault };
        let records = csv::records(csv).map_err(|line| at(line, AirportFault::Quotes))?;
        let mut records = records.into_iter();
        if records.next().is_none_or(|(_, header)| header != HEADER) {
            return Err(at(1, AirportFault::Header));
        }
        let mut entries = Vec::with_capacity(records.len());
        let mut by_code = HashMap::with_capacity(records.len());
        for (line, fields) in records {
            let entry = Entry::read(fields).map_err(|fault| at(line, fault))?;
            let code = entry.airport.code;
            if by_code.insert(code, entries.len()).is_some() {
                return Err(at(line, AirportFault::Twice(code)));
            }
            entries.push(entry);
        }
        let cities = cities_of(&entries);
        Ok(Self { entries, by_code, cities })
    }

    pub fn get(&self, code: AirportCode) -> Option<&Airport> {
        self.entry(code).map(|e| &e.airport)
    }

    /// The airport's time zone, with all its past and coming clock changes.
    pub fn zone(&self, code: AirportCode) -> Option<&TimeZone> {
        self.entry(code).map(|e| &e.zone)
    }

    /// Every airport, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &Airport> {
        self.entries.iter().map(|e| &e.airport)
    }

    /// The airports that a code stands for: an airport is itself, a city is its airports, those that bear its name
    /// first; nothing for a code unknown here. Where one code is both, as `HOU` is, it is the airport, so that each
    /// airport can be named.
    pub fn expand(&self, code: AirportCode) -> Vec<AirportCode> {
        if self.by_code.contains_key(&code) {
            return vec![code];
        }
        self.cities.get(&code).map(|c| c.airports.clone()).unwrap_or_default()
    }

    /// The date that it is at a place, an airport or a city; none for a code unknown here.
    pub fn date_at(&self, code: AirportCode, now: Timestamp) -> Option<Date> {
        let airport = *self.expand(code).first()?;
        Some(self.zone(airport)?.to_datetime(now).date())
    }

    /// Along the great circle, by the haversine formula on a sphere, to the nearest kilometre; none where an airport
    /// is unknown.
    pub fn distance_km(&self, from: AirportCode, to: AirportCode) -> Option<u32> {
        let (from, to) = (self.get(from)?, self.get(to)?);
        let (lat1, lat2) = (from.latitude_deg.to_radians(), to.latitude_deg.to_radians());
        let half_lat = (lat2 - lat1) / 2.0;
        let half_lon = (to.longitude_deg - from.longitude_deg).to_radians() / 2.0;
        let h = half_lat.sin().powi(2) + lat1.cos() * lat2.cos() * half_lon.sin().powi(2);
        let km = 2.0 * EARTH_RADIUS_KM * h.sqrt().min(1.0).asin();
        // Half the Earth's girth is some 20,015 km: it fits, and is never negative.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        Some(km.round() as u32)
    }

    fn entry(&self, code: AirportCode) -> Option<&Entry> {
        self.by_code.get(&code).map(|i| &self.entries[*i])
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use jiff::civil::date;

    use super::{AirportFault, Airports, AirportsError};
    use crate::airport::AirportCode;

    /// A small world for the tests of this module and of what is searched in it.
    pub const FEW: &str = "code,name,city,country,latitude,longitude,zone,city_code
ATL,Hartsfield Jackson Atlanta International,Atlanta,US,33.6367,-84.428101,America/New_York,
BOS,Logan International,Boston,US,42.3643,-71.005203,America/New_York,
CDG,Charles de Gaulle,Paris,FR,49.0128,2.55,Europe/Paris,PAR
EWR,Newark Liberty International,Newark,US,40.692501,-74.168701,America/New_York,NYC
GRU,Guarulhos,São Paulo,BR,-23.4356,-46.4731,America/Sao_Paulo,SAO
HOU,William P Hobby,Houston,US,29.645399,-95.2789,America/Chicago,HOU
IAH,George Bush Intercontinental,Houston,US,29.9844,-95.3414,America/Chicago,HOU
JFK,John F Kennedy International,New York,US,40.639801,-73.7789,America/New_York,NYC
LAX,Los Angeles International,Los Angeles,US,33.942501,-118.407997,America/Los_Angeles,
LGA,LaGuardia,New York,US,40.777199,-73.872597,America/New_York,NYC
ORY,Orly,Paris,FR,48.7253,2.3594,Europe/Paris,PAR
PDX,Portland International,Portland,US,45.588699,-122.598,America/Los_Angeles,
PWM,Portland International Jetport,Portland,US,43.646198,-70.309303,America/New_York,
SYD,\"Sydney, Kingsford Smith\",Sydney,AU,-33.9461,151.177002,Australia/Sydney,
";

    pub fn few() -> Airports {
        Airports::parse(FEW).unwrap()
    }

    pub fn code(text: &str) -> AirportCode {
        AirportCode::parse(text).unwrap()
    }

    #[test]
    fn a_city_is_its_airports_and_an_airport_itself() {
        let airports = few();
        assert_eq!(airports.expand(code("NYC")), ["JFK", "LGA", "EWR"].map(code));
        assert_eq!(airports.expand(code("EWR")), [code("EWR")]);
        assert_eq!(airports.expand(code("HOU")), [code("HOU")]);
        assert!(airports.expand(code("XXX")).is_empty());
    }

    #[test]
    fn distances_follow_the_great_circle() {
        let airports = few();
        let km = |a, b| airports.distance_km(code(a), code(b));
        assert_eq!(km("BOS", "LAX"), Some(4193));
        assert_eq!(km("LAX", "BOS"), km("BOS", "LAX"));
        assert_eq!(km("BOS", "BOS"), Some(0));
        assert_eq!(km("BOS", "XXX"), None);
        assert!((12_000..12_200).contains(&km("SYD", "LAX").unwrap()), "{:?}", km("SYD", "LAX"));
    }

    #[test]
    fn a_file_with_a_fault_is_refused_with_its_line() {
        let bos = "BOS,Logan,Boston,US,42.36,-71.0,America/New_York,";
        let fault = |line: &str| {
            Airports::parse(&format!("{}\n{bos}\n{line}\n", super::HEADER.join(","))).unwrap_err()
        };
        let third = |fault| AirportsError { line: 3, fault };
        assert_eq!(fault(bos), third(AirportFault::Twice(code("BOS"))));
        assert_eq!(fault("JFK,John F"), third(AirportFault::Fields(2)));
        assert_eq!(fault("\"JFK"), third(AirportFault::Quotes));
        assert_eq!(fault("JFK,Kennedy,,US,40.6,-73.7,America/New_York,"), third(AirportFault::Empty("city")));
        assert_eq!(
            fault("JFK,Kennedy,New York,US,40.6,-73.7,America/Gotham,"),
            third(AirportFault::Zone("America/Gotham".to_owned()))
        );
        assert_eq!(
            fault("JFK,Kennedy,New York,US,90.6,-73.7,America/New_York,"),
            third(AirportFault::Degrees { column: "latitude", text: "90.6".to_owned() })
        );
        assert!(matches!(
            fault("JF,Kennedy,New York,US,40.6,-73.7,America/New_York,").fault,
            AirportFault::Code(_)
        ));
        assert_eq!(Airports::parse(bos).unwrap_err().fault, AirportFault::Header);
        assert!(!third(AirportFault::Header).to_string().is_empty());
    }

    #[test]
    fn an_airport_keeps_its_zone() {
        let airports = few();
        let evening = "2026-12-22T04:00:00Z".parse().unwrap();
        assert_eq!(airports.date_at(code("NYC"), evening), Some(date(2026, 12, 21)));
        assert_eq!(airports.date_at(code("SYD"), evening), Some(date(2026, 12, 22)));
        assert_eq!(airports.date_at(code("XXX"), evening), None);
        assert_eq!(airports.zone(code("LAX")).unwrap().iana_name(), Some("America/Los_Angeles"));
        assert_eq!(airports.get(code("GRU")).unwrap().city, "São Paulo");
        assert_eq!(airports.iter().count(), 14);
    }

    #[test]
    fn the_airports_we_ship_are_read_and_found() {
        let shipped = Airports::parse(include_str!("../../../data/airports.csv")).unwrap();
        assert!(shipped.iter().count() > 7_000);
        for airport in shipped.iter() {
            assert_eq!(shipped.resolve(airport.code.as_str()), Ok(airport.code));
        }
        for (text, meant) in [("Boston", "BOS"), ("new york", "NYC"), ("heathrow", "LHR"), ("Tokyo", "TYO")] {
            assert_eq!(shipped.resolve(text), Ok(code(meant)), "{text}");
        }
    }
}
