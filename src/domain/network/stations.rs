use crate::{
    airport::{AirportCode, CountryCode},
    airports::Airports,
};

/// The airports served, by number: in order of their codes.
#[derive(Debug)]
pub(crate) struct Stations {
    codes: Vec<AirportCode>,
    countries: Vec<Option<CountryCode>>,
}

impl Stations {
    /// `codes` are in order.
    pub fn new(codes: &[AirportCode], airports: &Airports) -> Self {
        let countries = codes.iter().map(|code| airports.get(*code).map(|airport| airport.country)).collect();
        Self { codes: codes.to_vec(), countries }
    }

    pub fn len(&self) -> usize {
        self.codes.len()
    }

    /// None where nothing flies.
    pub fn number(&self, code: AirportCode) -> Option<u16> {
        self.codes.binary_search(&code).ok().and_then(|number| u16::try_from(number).ok())
    }

    pub fn code(&self, station: u16) -> AirportCode {
        self.codes[usize::from(station)]
    }

    pub fn country(&self, station: u16) -> Option<CountryCode> {
        self.countries[usize::from(station)]
    }

    pub fn in_one_country(&self, one: u16, other: u16) -> bool {
        self.countries[usize::from(one)] == self.countries[usize::from(other)]
    }
}
