use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};

use crate::{
    airport::AirportCode,
    airports::Airports,
    schedule::{ScheduledLeg, days_after},
};

/// The shortest time from gate to gate that a leg can take; the shortest scheduled flight there is takes ten minutes.
pub(crate) const BLOCK_TIME_MIN: i64 = 10;

/// The zones at both ends of a leg.
#[derive(Clone, Debug)]
pub(crate) struct Ends {
    pub origin: TimeZone,
    pub destination: TimeZone,
}

impl Ends {
    /// The airport without a zone is the error.
    pub fn of(leg: &ScheduledLeg, airports: &Airports) -> Result<Self, AirportCode> {
        let zone = |airport| airports.zone(airport).cloned().ok_or(airport);
        Ok(Self { origin: zone(leg.origin.airport)?, destination: zone(leg.destination.airport)? })
    }
}

/// When a leg leaves and reaches its gates on one date: local times and the instants they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct GateTimes {
    pub departs: DateTime,
    pub arrives: DateTime,
    pub departs_at: Timestamp,
    pub arrives_at: Timestamp,
}

impl GateTimes {
    /// The times on that date of the flight; none beyond the calendar's end.
    ///
    /// A local time that the clocks skip moves on by what they skip, one that they show twice is the first of the two
    /// (RFC 5545). Only where that leaves no time to fly, the other reading of each is taken.
    pub fn of(leg: &ScheduledLeg, ends: &Ends, flight_date: Date) -> Option<Self> {
        let local = |day: i8, time| days_after(flight_date, i32::from(day)).to_datetime(time);
        let departs = local(leg.departure_day, leg.origin.time);
        let arrives = local(leg.arrival_day, leg.destination.time);
        let departure = ends.origin.to_ambiguous_timestamp(departs);
        let arrival = ends.destination.to_ambiguous_timestamp(arrives);
        if !departure.is_ambiguous() && !arrival.is_ambiguous() {
            let (departs_at, arrives_at) = (departure.compatible().ok()?, arrival.compatible().ok()?);
            return Some(Self { departs, arrives, departs_at, arrives_at });
        }
        let mut departs_at = departure.compatible().ok()?;
        let mut arrives_at = arrival.compatible().ok()?;
        if arrives_at.as_second() - departs_at.as_second() < BLOCK_TIME_MIN * 60 {
            departs_at = departure.earlier().ok()?;
            arrives_at = arrival.later().ok()?;
        }
        Some(Self {
            departs: ends.origin.to_datetime(departs_at),
            arrives: ends.destination.to_datetime(arrives_at),
            departs_at,
            arrives_at,
        })
    }

    pub fn block_time_min(&self) -> i64 {
        (self.arrives_at.as_second() - self.departs_at.as_second()) / 60
    }
}
