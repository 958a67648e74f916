//! Rules of what departs when.

use jiff::{
    Timestamp,
    civil::{Date, date, time},
};

use super::{Timetable, TimetableError};
use crate::{
    airport::AirportCode,
    airports::tests::{code, few},
    cabin::Configuration,
    departure::{Departure, DepartureId},
    flight::FlightDesignator,
    schedule::{AircraftCode, Call, OperatingDays, Period, ScheduledLeg},
};

/// A daily leg without end; times are `(hour, minute)`.
fn leg(flight: &str, from: (&str, (i8, i8)), to: (&str, (i8, i8))) -> ScheduledLeg {
    let call = |(airport, (hour, minute)): (&str, (i8, i8))| Call {
        airport: code(airport),
        time: time(hour, minute, 0, 0),
        terminal: None,
    };
    ScheduledLeg {
        flight: FlightDesignator::parse(flight).unwrap(),
        variation: 1,
        leg: 1,
        service: 'J',
        period: Period { from: date(2026, 1, 1), to: None },
        days: OperatingDays::DAILY,
        origin: call(from),
        destination: call(to),
        departure_day: 0,
        arrival_day: 0,
        aircraft: AircraftCode::parse("320").unwrap(),
        classes: "Y".to_owned(),
        configuration: Configuration::parse("Y150").unwrap(),
        made: false,
    }
}

fn timetable(legs: impl Into<Vec<ScheduledLeg>>) -> Timetable {
    Timetable::new(legs.into(), &few()).unwrap()
}

fn only(leg: ScheduledLeg, date: Date) -> Departure {
    let origin = leg.origin.airport;
    let mut departures = timetable([leg]).departures_from(origin, date);
    assert_eq!(departures.len(), 1);
    departures.remove(0)
}

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn a_flight_keeps_its_local_time_when_the_clocks_change() {
    let leg = leg("B6523", ("JFK", (10, 5)), ("LAX", (13, 20)));
    assert_eq!(only(leg.clone(), date(2026, 3, 7)).departs_at, instant("2026-03-07T15:05Z"));
    assert_eq!(only(leg, date(2026, 3, 8)).departs_at, instant("2026-03-08T14:05Z"));
}

#[test]
fn a_flight_over_the_change_takes_the_time_it_takes() {
    let mut night = leg("B6523", ("LAX", (22, 0)), ("JFK", (6, 20)));
    night.arrival_day = 1;
    let minutes = |date| only(night.clone(), date).block_time_min();
    assert_eq!(minutes(date(2026, 3, 6)), 320);
    // New York's clocks have gone forward by the time it lands, or back.
    assert_eq!(minutes(date(2026, 3, 7)), 260);
    assert_eq!(minutes(date(2026, 10, 31)), 380);
}

#[test]
fn a_time_that_the_clocks_skip_moves_on_by_what_they_skip() {
    let departure = only(leg("B61", ("JFK", (2, 30)), ("BOS", (4, 40))), date(2026, 3, 8));
    assert_eq!(departure.departs, date(2026, 3, 8).at(3, 30, 0, 0));
    assert_eq!(departure.departs_at, instant("2026-03-08T07:30Z"));
    assert_eq!(departure.block_time_min(), 70);
    assert_eq!(departure.id.to_string(), "B61-1-2026-03-08");
}

#[test]
fn a_time_that_the_clocks_show_twice_is_the_first() {
    let departure = only(leg("B61", ("JFK", (1, 30)), ("BOS", (2, 40))), date(2026, 11, 1));
    assert_eq!(departure.departs_at, instant("2026-11-01T05:30Z"));
}

#[test]
fn no_flight_arrives_before_it_leaves_for_a_skipped_hour() {
    let departure = only(leg("B61", ("JFK", (2, 10)), ("BOS", (3, 5))), date(2026, 3, 8));
    assert_eq!(departure.block_time_min(), 55);
}

#[test]
fn east_over_the_date_line_a_flight_arrives_before_it_departs() {
    let departure = only(leg("QF1", ("SYD", (10, 0)), ("LAX", (6, 0))), date(2026, 12, 22));
    assert!(departure.arrives < departure.departs && departure.departs_at < departure.arrives_at);
    assert_eq!((departure.block_time_min(), departure.day_change()), (15 * 60, 0));

    let mut midnight = leg("QF3", ("SYD", (0, 30)), ("LAX", (19, 30)));
    midnight.arrival_day = -1;
    let departure = only(midnight, date(2026, 12, 22));
    assert_eq!((departure.block_time_min(), departure.day_change()), (14 * 60, -1));
}

#[test]
fn the_second_leg_departs_on_its_own_local_date() {
    let mut second = leg("B6523", ("LAX", (0, 40)), ("SYD", (10, 50)));
    (second.leg, second.departure_day, second.arrival_day) = (2, 1, 2);
    // The flight leaves on Mondays, so this leg does on Tuesdays.
    (second.days, second.period.to) = (OperatingDays::from_bits(1), Some(date(2026, 11, 23)));
    let timetable = timetable([second]);
    let lax = code("LAX");
    assert!(timetable.departures_from(lax, date(2026, 11, 23)).is_empty());
    assert!(timetable.departures_from(lax, date(2026, 12, 1)).is_empty());
    let departures = timetable.departures_from(lax, date(2026, 11, 24));
    assert_eq!(departures[0].departs, date(2026, 11, 24).at(0, 40, 0, 0));
    assert_eq!(departures[0].day_change(), 1);
    let id = DepartureId::parse("B6523-2-2026-11-24").unwrap();
    assert_eq!(timetable.departure(&id).as_ref(), Some(&departures[0]));
}

#[test]
fn departures_come_in_order_of_local_time_and_only_on_their_days() {
    let mut sunday = leg("B69", ("JFK", (6, 0)), ("BOS", (7, 20)));
    sunday.days = OperatingDays::from_bits(1 << 6);
    let legs = [
        leg("B62", ("JFK", (18, 0)), ("LAX", (21, 0))),
        leg("DL1", ("JFK", (9, 0)), ("BOS", (10, 20))),
        sunday,
    ];
    let timetable = timetable(legs);
    let flights = |airport: AirportCode, date| -> Vec<String> {
        timetable.departures_from(airport, date).iter().map(|d| d.id.flight.to_string()).collect()
    };
    assert_eq!(flights(code("JFK"), date(2026, 12, 20)), ["B69", "DL1", "B62"]);
    assert_eq!(flights(code("JFK"), date(2026, 12, 21)), ["DL1", "B62"]);
    assert!(flights(code("JFK"), date(2025, 12, 31)).is_empty());
    assert!(flights(code("LAX"), date(2026, 12, 21)).is_empty());
    assert_eq!(timetable.airports_served(), ["BOS", "JFK", "LAX"].map(code));
    assert_eq!(timetable.carriers().len(), 2);
}

#[test]
fn an_open_period_goes_on() {
    let leg = leg("B6523", ("JFK", (10, 5)), ("LAX", (13, 20)));
    assert_eq!(only(leg, date(2068, 2, 29)).departs, date(2068, 2, 29).at(10, 5, 0, 0));
}

#[test]
fn a_departure_follows_from_the_variation_that_flies_on_its_date() {
    let early = leg("B6523", ("JFK", (10, 5)), ("LAX", (13, 20)));
    let mut late = leg("B6523", ("JFK", (11, 5)), ("LAX", (14, 20)));
    (late.variation, late.period.from) = (2, date(2026, 12, 1));
    let both = Timetable::new(vec![early.clone(), late.clone()], &few()).unwrap_err();
    assert_eq!(both.to_string(), "the departure B6523-1-2026-12-01 is scheduled twice");
    let early = ScheduledLeg { period: Period { to: Some(date(2026, 11, 30)), ..early.period }, ..early };
    let timetable = timetable([late, early]);
    let hour = |id: &str| timetable.departure(&DepartureId::parse(id).unwrap()).map(|d| d.departs.hour());
    assert_eq!((hour("B6523-1-2026-11-30"), hour("B6523-1-2026-12-01")), (Some(10), Some(11)));
    assert_eq!((hour("B6523-2-2026-12-01"), hour("B6524-1-2026-12-01")), (None, None));
}

#[test]
fn an_unknown_airport_makes_no_timetable() {
    let error = Timetable::new(vec![leg("B61", ("JFK", (9, 0)), ("XXX", (10, 0)))], &few()).unwrap_err();
    assert_eq!(error, TimetableError::UnknownAirport(code("XXX")));
}
