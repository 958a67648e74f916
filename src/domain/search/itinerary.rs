use serde::{Deserialize, Serialize};

use crate::{
    airport::AirportCode,
    code::CodeError,
    departure::{Departure, DepartureId, days_between, minutes_between},
};

/// One way to fly one bound: its departures in order, at least one, each from where the one before arrived and after it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Legs", into = "Legs")]
pub struct Itinerary {
    legs: Vec<Departure>,
}

/// The wire form of an itinerary, before it is known to hang together.
#[derive(Serialize, Deserialize)]
struct Legs {
    legs: Vec<Departure>,
}

/// The time between two legs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layover {
    pub airport: AirportCode,
    pub duration_min: i32,
}

/// Why departures make no itinerary.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ItineraryError {
    #[error("an itinerary has at least one departure")]
    Empty,
    #[error("{next} does not leave from where {before} arrives")]
    Elsewhere { before: DepartureId, next: DepartureId },
    #[error("{next} leaves before {before} arrives")]
    TooEarly { before: DepartureId, next: DepartureId },
}

impl Itinerary {
    /// # Errors
    /// No departures, or two that do not follow each other in place and time. Connection times are for the search to keep.
    pub fn new(legs: Vec<Departure>) -> Result<Self, ItineraryError> {
        if legs.is_empty() {
            return Err(ItineraryError::Empty);
        }
        for pair in legs.windows(2) {
            let (before, next) = (pair[0].id, pair[1].id);
            if pair[0].destination != pair[1].origin {
                return Err(ItineraryError::Elsewhere { before, next });
            }
            if pair[1].departs_at < pair[0].arrives_at {
                return Err(ItineraryError::TooEarly { before, next });
            }
        }
        Ok(Self { legs })
    }

    pub fn legs(&self) -> &[Departure] {
        &self.legs
    }

    pub fn first(&self) -> &Departure {
        &self.legs[0]
    }

    pub fn last(&self) -> &Departure {
        &self.legs[self.legs.len() - 1]
    }

    pub fn origin(&self) -> AirportCode {
        self.first().origin
    }

    pub fn destination(&self) -> AirportCode {
        self.last().destination
    }

    /// Minutes from leaving the first gate to reaching the last.
    pub fn duration_min(&self) -> i32 {
        minutes_between(self.first().departs_at, self.last().arrives_at)
    }

    /// Landings on the way.
    pub fn stops(&self) -> usize {
        self.legs.len() - 1
    }

    pub fn layovers(&self) -> Vec<Layover> {
        let between = |pair: &[Departure]| Layover {
            airport: pair[0].destination,
            duration_min: minutes_between(pair[0].arrives_at, pair[1].departs_at),
        };
        self.legs.windows(2).map(between).collect()
    }

    /// Local days between leaving and arriving: 1 for "next day", −1 across the date line.
    pub fn day_change(&self) -> i32 {
        days_between(self.first().departs.date(), self.last().arrives.date())
    }

    /// Names its departures, for URLs: `B6417-1-2026-12-22_B6523-1-2026-12-22`.
    pub fn key(&self) -> String {
        self.legs.iter().map(|leg| leg.id.to_string()).collect::<Vec<_>>().join("_")
    }

    /// The departures that a key names.
    ///
    /// # Errors
    /// A part that names no departure.
    pub fn parse_key(key: &str) -> Result<Vec<DepartureId>, CodeError> {
        key.split('_').map(DepartureId::parse).collect()
    }
}

impl TryFrom<Legs> for Itinerary {
    type Error = ItineraryError;
    fn try_from(legs: Legs) -> Result<Self, ItineraryError> {
        Self::new(legs.legs)
    }
}

impl From<Itinerary> for Legs {
    fn from(itinerary: Itinerary) -> Self {
        Self { legs: itinerary.legs }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use jiff::{Timestamp, ToSpan, civil::DateTime};

    use super::{Itinerary, ItineraryError, Layover};
    use crate::{
        airports::{
            Airports,
            tests::{code, few},
        },
        cabin::Configuration,
        departure::{Departure, DepartureId},
        schedule::AircraftCode,
    };

    /// A departure that leaves at a local time and takes some minutes.
    pub fn departure(
        airports: &Airports,
        flight: &str,
        route: &str,
        departs: &str,
        block_min: i64,
    ) -> Departure {
        let (origin, destination) = (code(&route[..3]), code(&route[4..]));
        let departs: DateTime = departs.parse().unwrap();
        let departs_at = airports.zone(origin).unwrap().to_timestamp(departs).unwrap();
        let arrives_at: Timestamp = departs_at + block_min.minutes();
        Departure {
            id: DepartureId { flight: flight.parse().unwrap(), leg: 1, date: departs.date() },
            origin,
            destination,
            departs,
            arrives: airports.zone(destination).unwrap().to_datetime(arrives_at),
            departs_at,
            arrives_at,
            origin_terminal: None,
            destination_terminal: None,
            aircraft: AircraftCode::parse("320").unwrap(),
            configuration: Configuration::parse("F12Y138").unwrap(),
        }
    }

    pub fn itinerary(legs: &[(&str, &str, &str, i64)]) -> Itinerary {
        let airports = few();
        let legs = legs.iter().map(|(f, route, at, min)| departure(&airports, f, route, at, *min));
        Itinerary::new(legs.collect()).unwrap()
    }

    #[test]
    fn an_itinerary_tells_its_times_in_the_airports_zones() {
        let over_new_york = itinerary(&[
            ("B6417", "BOS-JFK", "2026-12-22T19:00", 75),
            ("B6523", "JFK-LAX", "2026-12-22T21:10", 380),
        ]);
        assert_eq!(over_new_york.duration_min(), 510);
        assert_eq!(over_new_york.stops(), 1);
        assert_eq!(over_new_york.layovers(), [Layover { airport: code("JFK"), duration_min: 55 }]);
        assert_eq!(over_new_york.day_change(), 1);
        let sydney = itinerary(&[("QF12", "LAX-SYD", "2026-12-22T22:30", 900)]);
        assert_eq!((sydney.day_change(), sydney.duration_min()), (2, 900));
        assert_eq!(itinerary(&[("QF11", "SYD-LAX", "2026-12-22T10:00", 810)]).day_change(), 0);
    }

    #[test]
    fn a_key_names_the_departures() {
        let itinerary = itinerary(&[
            ("B6417", "BOS-JFK", "2026-12-22T07:00", 75),
            ("B6523", "JFK-LAX", "2026-12-22T09:10", 380),
        ]);
        assert_eq!(itinerary.key(), "B6417-1-2026-12-22_B6523-1-2026-12-22");
        let ids: Vec<DepartureId> = itinerary.legs().iter().map(|leg| leg.id).collect();
        assert_eq!(Itinerary::parse_key(&itinerary.key()), Ok(ids));
        assert!(Itinerary::parse_key("").is_err());
        assert!(Itinerary::parse_key("B6417-1-2026-12-22_").is_err());
    }

    #[test]
    fn legs_follow_each_other_in_place_and_time() {
        let airports = few();
        let first = departure(&airports, "B6417", "BOS-JFK", "2026-12-22T07:00", 75);
        let early = departure(&airports, "B6523", "JFK-LAX", "2026-12-22T08:00", 380);
        let elsewhere = departure(&airports, "B6523", "EWR-LAX", "2026-12-22T10:00", 380);
        assert_eq!(Itinerary::new(vec![]), Err(ItineraryError::Empty));
        assert!(matches!(Itinerary::new(vec![first.clone(), early]), Err(ItineraryError::TooEarly { .. })));
        assert!(matches!(Itinerary::new(vec![first, elsewhere]), Err(ItineraryError::Elsewhere { .. })));
    }

    #[test]
    fn the_wire_carries_no_broken_itinerary() {
        let whole = itinerary(&[("B6417", "BOS-JFK", "2026-12-22T07:00", 75)]);
        let json = serde_json::to_string(&whole).unwrap();
        assert_eq!(serde_json::from_str::<Itinerary>(&json).unwrap(), whole);
        assert!(serde_json::from_str::<Itinerary>(r#"{"legs":[]}"#).is_err());
    }
}
