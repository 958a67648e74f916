use std::{
    collections::{BTreeSet, HashMap},
    ops::Range,
};

use jiff::civil::Date;

use super::clock::{Ends, GateTimes};
use crate::{
    airport::AirportCode,
    airports::Airports,
    carrier::CarrierCode,
    departure::{Departure, DepartureId},
    flight::FlightDesignator,
    schedule::ScheduledLeg,
};

/// Every departure of a schedule. It does not change: a new schedule makes a new timetable.
#[derive(Debug)]
pub struct Timetable {
    /// In order of flight and leg, so that the variations of one leg are neighbours.
    legs: Vec<ScheduledLeg>,
    /// The zones of each leg, in the order of `legs`.
    ends: Vec<Ends>,
    by_origin: HashMap<AirportCode, Vec<usize>>,
    by_flight: HashMap<(FlightDesignator, u8), Range<usize>>,
    airports: Vec<AirportCode>,
    carriers: Vec<CarrierCode>,
}

/// Why legs make no timetable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimetableError {
    #[error("we know no airport {0}")]
    UnknownAirport(AirportCode),
    #[error("the departure {0} is scheduled twice")]
    Twice(DepartureId),
}

impl Timetable {
    /// # Errors
    /// An airport that `airports` does not have; two legs that would be one departure.
    pub fn new(mut legs: Vec<ScheduledLeg>, airports: &Airports) -> Result<Self, TimetableError> {
        legs.sort_by_key(|leg| (leg.flight, leg.leg, leg.variation, leg.period.from));
        let served: BTreeSet<_> =
            legs.iter().flat_map(|leg| [leg.origin.airport, leg.destination.airport]).collect();
        let carriers: BTreeSet<_> = legs.iter().map(|leg| leg.flight.carrier).collect();
        let ends = legs.iter().map(|leg| Ends::of(leg, airports)).collect::<Result<Vec<_>, _>>();
        let ends = ends.map_err(TimetableError::UnknownAirport)?;

        let mut by_origin: HashMap<AirportCode, Vec<usize>> = HashMap::new();
        let mut by_flight: HashMap<_, Range<usize>> = HashMap::new();
        for (i, leg) in legs.iter().enumerate() {
            by_origin.entry(leg.origin.airport).or_default().push(i);
            let variations = by_flight.entry((leg.flight, leg.leg)).or_insert(i..i);
            if let Some(date) = legs[variations.clone()].iter().find_map(|other| leg.clash(other)) {
                let twice = DepartureId { flight: leg.flight, leg: leg.leg, date };
                return Err(TimetableError::Twice(twice));
            }
            variations.end = i + 1;
        }
        Ok(Self {
            legs,
            ends,
            by_origin,
            by_flight,
            airports: served.into_iter().collect(),
            carriers: carriers.into_iter().collect(),
        })
    }

    /// The departures from an airport on a local date there, in order of local time; none where nothing flies.
    pub fn departures_from(&self, airport: AirportCode, date: Date) -> Vec<Departure> {
        let legs = self.by_origin.get(&airport).map_or(&[][..], Vec::as_slice);
        let mut departures: Vec<_> = legs.iter().filter_map(|i| self.departure_of(*i, date)).collect();
        departures.sort_unstable_by_key(|departure| (departure.departs, departure.id));
        departures
    }

    /// The departure of that name, if the schedule has it.
    pub fn departure(&self, id: &DepartureId) -> Option<Departure> {
        let mut variations = self.by_flight.get(&(id.flight, id.leg))?.clone();
        variations.find_map(|i| self.departure_of(i, id.date))
    }

    /// Every leg, in order of flight and leg.
    pub fn legs(&self) -> &[ScheduledLeg] {
        &self.legs
    }

    /// The airports that some leg leaves or reaches, in order of their codes.
    pub fn airports_served(&self) -> &[AirportCode] {
        &self.airports
    }

    /// The carriers of all flights, in order of their codes.
    pub fn carriers(&self) -> &[CarrierCode] {
        &self.carriers
    }

    /// The legs that depart on that local date at their origin, by their place in [`Self::legs`], with their times.
    pub(crate) fn on(&self, date: Date) -> impl Iterator<Item = (usize, GateTimes)> {
        self.legs.iter().zip(&self.ends).enumerate().filter_map(move |(i, (leg, ends))| {
            let times = leg.departs_on(date).then(|| GateTimes::of(leg, ends, leg.flight_date(date)))??;
            Some((i, times))
        })
    }

    /// The departure of a leg, by its place in [`Self::legs`], on that local date at its origin.
    pub(crate) fn departure_of(&self, i: usize, date: Date) -> Option<Departure> {
        let leg = &self.legs[i];
        if !leg.departs_on(date) {
            return None;
        }
        let times = GateTimes::of(leg, &self.ends[i], leg.flight_date(date))?;
        Some(Departure {
            id: DepartureId { flight: leg.flight, leg: leg.leg, date },
            origin: leg.origin.airport,
            destination: leg.destination.airport,
            departs: times.departs,
            arrives: times.arrives,
            departs_at: times.departs_at,
            arrives_at: times.arrives_at,
            origin_terminal: leg.origin.terminal.clone(),
            destination_terminal: leg.destination.terminal.clone(),
            aircraft: leg.aircraft,
            configuration: leg.configuration.clone(),
        })
    }
}
