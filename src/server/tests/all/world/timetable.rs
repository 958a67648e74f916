//! What is flown in tests.

use domain::{
    airport::AirportCode,
    cabin::Configuration,
    departure::DepartureId,
    schedule::{AircraftCode, Call, OperatingDays, Period, ScheduledLeg},
};
use jiff::{Timestamp, ToSpan as _, civil::Date, tz::TimeZone};

pub fn today() -> Date {
    Timestamp::now().to_zoned(TimeZone::UTC).date()
}

/// That flight's first leg in a month.
pub fn departure(flight: &str) -> DepartureId {
    DepartureId { flight: flight.parse().unwrap(), leg: 1, date: today().checked_add(30.days()).unwrap() }
}

/// BOS–JFK–LAX and back on a 777, so that two hundred holds find a place, and a small plane that sells out soon.
pub fn schedule() -> Vec<ScheduledLeg> {
    vec![
        leg("Q1100", "BOS", "07:00", "JFK", "08:20", "77W", "J42Y288"),
        leg("Q1200", "JFK", "10:00", "LAX", "13:15", "77W", "J42Y288"),
        leg("Q1201", "LAX", "08:00", "JFK", "16:20", "77W", "J42Y288"),
        leg("Q1101", "JFK", "18:00", "BOS", "19:20", "77W", "J42Y288"),
        leg("Q1300", "BOS", "06:30", "JFK", "07:50", "CR9", "F12Y64"),
    ]
}

fn leg(
    flight: &str,
    from: &str,
    off: &str,
    to: &str,
    on: &str,
    aircraft: &str,
    cabins: &str,
) -> ScheduledLeg {
    let call = |airport: &str, time: &str| Call {
        airport: AirportCode::parse(airport).unwrap(),
        time: time.parse().unwrap(),
        terminal: None,
    };
    ScheduledLeg {
        flight: flight.parse().unwrap(),
        variation: 1,
        leg: 1,
        service: 'J',
        period: Period { from: today().checked_sub(7.days()).unwrap(), to: None },
        days: OperatingDays::DAILY,
        origin: call(from, off),
        destination: call(to, on),
        departure_day: 0,
        arrival_day: 0,
        aircraft: AircraftCode::parse(aircraft).unwrap(),
        classes: "JY".into(),
        configuration: Configuration::parse(cabins).unwrap(),
        made: true,
    }
}
