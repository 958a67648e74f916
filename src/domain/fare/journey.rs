use std::ops::Range;

use super::price::FareError;
use crate::{
    airport::{AirportCode, CountryCode},
    airports::Airports,
    search::Itinerary,
};

/// What taxes ask of a trip: the countries that its flights leave and reach, bound by bound.
#[derive(Clone, Debug)]
pub struct Journey {
    bounds: Vec<BoundCountries>,
}

#[derive(Clone, Debug)]
pub struct BoundCountries {
    legs: Vec<(CountryCode, CountryCode)>,
    /// The cities, or airports where a city has but one, that it leaves and reaches.
    ends: (AirportCode, AirportCode),
    /// From the first airport to the last along the great circle.
    pub distance_km: u32,
}

impl Journey {
    /// # Errors
    /// An airport that is unknown.
    pub fn of(bounds: &[Itinerary], airports: &Airports) -> Result<Self, FareError> {
        let country =
            |code: AirportCode| airports.get(code).map(|a| a.country).ok_or(FareError::UnknownAirport(code));
        let city = |code| airports.get(code).and_then(|airport| airport.city_code).unwrap_or(code);
        let bound = |itinerary: &Itinerary| {
            let leg = |origin, destination| Ok((country(origin)?, country(destination)?));
            let legs = itinerary
                .legs()
                .iter()
                .map(|l| leg(l.origin, l.destination))
                .collect::<Result<Vec<_>, FareError>>()?;
            let distance_km = airports
                .distance_km(itinerary.origin(), itinerary.destination())
                .ok_or(FareError::UnknownAirport(itinerary.destination()))?;
            let ends = (city(itinerary.origin()), city(itinerary.destination()));
            Ok(BoundCountries { legs, ends, distance_km })
        };
        Ok(Self { bounds: bounds.iter().map(bound).collect::<Result<_, FareError>>()? })
    }

    /// With one more bound: the countries that its flights leave and reach, the cities at its
    /// ends, and how far it leads.
    #[must_use]
    pub fn then(
        mut self,
        legs: Vec<(CountryCode, CountryCode)>,
        ends: (AirportCode, AirportCode),
        distance_km: u32,
    ) -> Self {
        self.bounds.push(BoundCountries { legs, ends, distance_km });
        self
    }

    /// How many bounds it has.
    pub fn bounds(&self) -> usize {
        self.bounds.len()
    }

    /// Where the trip starts.
    pub fn first_country(&self) -> CountryCode {
        self.bounds[0].origin()
    }

    /// An amount of each bound.
    pub fn each(&self, of_bound: impl FnMut(&BoundCountries) -> i64) -> Vec<i64> {
        self.bounds.iter().map(of_bound).collect()
    }

    /// The round trips that it is made of, as ranges of bounds: each ends with the first bound back to the city that it
    /// began in. What is in none of them is a one-way trip, bound by bound.
    pub fn round_trips(&self) -> Vec<Range<usize>> {
        let mut trips = Vec::new();
        let mut start = 0;
        while let Some(began_in) = self.bounds.get(start).map(|bound| bound.ends.0) {
            let Some(length) = self.bounds[start..].iter().position(|bound| bound.ends.1 == began_in) else {
                break;
            };
            trips.push(start..start + length + 1);
            start += length + 1;
        }
        trips
    }

    /// Whether every flight leaves and reaches that country.
    pub fn is_within(&self, country: &str) -> bool {
        let mut legs = self.bounds.iter().flat_map(|b| &b.legs);
        legs.all(|(from, to)| from.as_str() == country && to.as_str() == country)
    }
}

impl BoundCountries {
    pub fn origin(&self) -> CountryCode {
        self.legs[0].0
    }

    pub fn destination(&self) -> CountryCode {
        self.legs[self.legs.len() - 1].1
    }

    /// Whether it starts in that country.
    pub fn starts_in(&self, country: &str) -> bool {
        self.origin().as_str() == country
    }

    /// Whether it starts in that country and ends in another.
    pub fn leaves(&self, country: &str) -> bool {
        self.starts_in(country) && self.destination().as_str() != country
    }

    /// Flights that take off there.
    pub fn departures_in(&self, country: &str) -> i64 {
        self.flights(|from, _| from == country)
    }

    /// Flights from there to another country.
    pub fn departures_abroad_from(&self, country: &str) -> i64 {
        self.flights(|from, to| from == country && to != country)
    }

    /// Flights to there from another country.
    pub fn arrivals_from_abroad_in(&self, country: &str) -> i64 {
        self.flights(|from, to| from != country && to == country)
    }

    fn flights(&self, counts: impl Fn(&str, &str) -> bool) -> i64 {
        self.legs.iter().map(|(from, to)| i64::from(counts(from.as_str(), to.as_str()))).sum()
    }
}
