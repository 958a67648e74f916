//! Rules of reading and writing whole files.

use std::collections::BTreeMap;

use jiff::civil::{date, time};

use super::{ScheduleFile, TimeMode, read};
use crate::{
    airports::tests::few,
    schedule::{OperatingDays, Period, ScheduledLeg},
};

mod demo;
mod faults;
mod round_trip;

/// Texts by the position at which they start, without the serial.
type Fields = BTreeMap<usize, &'static str>;

/// A daily flight with everything filed but the date variation.
fn leg(changes: &[(usize, &'static str)]) -> Fields {
    let filed = [
        (1, "3"),
        (3, "B6"),
        (6, " 523"),
        (10, "01"),
        (12, "01"),
        (14, "J"),
        (15, "30NOV26"),
        (22, "00XXX00"),
        (29, "1234567"),
        (37, "JFK"),
        (40, "1005"),
        (44, "1005"),
        (48, "-0500"),
        (53, "5 "),
        (55, "LAX"),
        (58, "1320"),
        (62, "1320"),
        (66, "-0800"),
        (71, "  "),
        (73, "32Q"),
        (76, "FY"),
        (173, "F16Y143"),
    ];
    filed.into_iter().chain(changes.iter().copied()).collect()
}

fn route(from: &'static str, departs: &'static str, to: &'static str, arrives: &'static str) -> Fields {
    leg(&[(37, from), (40, departs), (44, departs), (55, to), (58, arrives), (62, arrives)])
}

fn with(mut fields: Fields, changes: &[(usize, &'static str)]) -> Fields {
    fields.extend(changes.iter().copied());
    fields
}

/// A file of one carrier, the legs from line 3 on.
fn file(mode: &'static str, records: &[Fields]) -> String {
    let header = Fields::from([(1, "1"), (2, "AIRLINE STANDARD SCHEDULE DATA SET"), (192, "007")]);
    let carrier = Fields::from([
        (1, "2"),
        (2, mode),
        (3, "B6"),
        (11, "W26"),
        (15, "25OCT26"),
        (22, "27MAR27"),
        (29, "01SEP26"),
        (36, "WINTER"),
        (72, "C"),
        (191, "1345"),
    ]);
    let mut text = String::new();
    let mut serial = 0;
    let mut add = |fields: &Fields| {
        serial += 1;
        let mut line = vec![b' '; 194];
        for (position, value) in fields {
            line[position - 1..position - 1 + value.len()].copy_from_slice(value.as_bytes());
        }
        text.extend(line.into_iter().map(char::from));
        text.extend([format!("{serial:06}\n")]);
        serial
    };
    add(&header);
    let mut last = add(&carrier);
    for record in records {
        last = add(record);
    }
    let check: &'static str = format!("{last:06}").leak();
    add(&Fields::from([(1, "5"), (3, "B6"), (188, check), (194, "E")]));
    text
}

fn legs(mode: &'static str, records: &[Fields]) -> Vec<ScheduledLeg> {
    read(&file(mode, records), &few()).unwrap().into_legs()
}

fn one(mode: &'static str, record: Fields) -> ScheduledLeg {
    legs(mode, &[record]).remove(0)
}

/// Every fault, each on a line.
fn said(text: &str) -> String {
    let faults = read(text, &few()).unwrap_err();
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_leg_is_read_as_filed() {
    let text = file("L", &[leg(&[(2, "A"), (10, "00"), (71, "TB"), (128, "2")])]);
    let ScheduleFile { serial, carriers } = read(&text, &few()).unwrap();
    let schedule = &carriers[0];
    assert_eq!((serial, schedule.carrier.as_str(), schedule.mode), (Some(7), "B6", TimeMode::Local));
    assert_eq!((schedule.season.as_deref(), schedule.title.as_str()), (Some("W26"), "WINTER"));
    assert_eq!(schedule.period, Period { from: date(2026, 10, 25), to: Some(date(2027, 3, 27)) });
    assert_eq!(schedule.created.zip(schedule.created_time), Some((date(2026, 9, 1), time(13, 45, 0, 0))));
    let leg = &schedule.legs[0];
    assert_eq!(
        (leg.flight.to_string().as_str(), leg.variation, leg.leg, leg.service),
        ("B6523A", 200, 1, 'J')
    );
    assert_eq!(leg.period, Period { from: date(2026, 11, 30), to: None });
    assert_eq!(leg.days, OperatingDays::DAILY);
    assert_eq!((leg.origin.airport.as_str(), leg.origin.time), ("JFK", time(10, 5, 0, 0)));
    assert_eq!(
        (leg.origin.terminal.as_deref(), leg.destination.terminal.as_deref()),
        (Some("5"), Some("TB"))
    );
    assert_eq!((leg.destination.airport.as_str(), leg.destination.time), ("LAX", time(13, 20, 0, 0)));
    assert_eq!((leg.aircraft.as_str(), leg.classes.as_str()), ("32Q", "FY"));
    assert_eq!(leg.configuration.to_string(), "F16Y143");
    assert!(!leg.made);
}

#[test]
fn the_arrival_day_that_is_not_filed_is_the_first_after_departing() {
    for (from, departs, to, arrives, day) in [
        ("JFK", "1005", "LAX", "1320", 0),
        ("JFK", "1830", "CDG", "0750", 1),
        ("JFK", "2040", "LAX", "2400", 1),
        ("LAX", "2230", "SYD", "0830", 2),
        ("SYD", "1000", "LAX", "0600", 0),
        ("SYD", "0030", "LAX", "1930", -1),
    ] {
        let leg = one("L", route(from, departs, to, arrives));
        assert_eq!((leg.departure_day, leg.arrival_day), (0, day), "{from} {departs} {to} {arrives}");
    }
}

#[test]
fn a_filed_date_variation_is_kept() {
    let leg = one("L", with(route("SYD", "0030", "LAX", "1930"), &[(193, "0J")]));
    assert_eq!(leg.arrival_day, -1);
    let wrong = file("L", &[with(route("SYD", "0030", "LAX", "1930"), &[(193, "00")])]);
    assert!(said(&wrong).starts_with("line 3, column 62: 2280 minutes from gate to gate on 2026-11-30"));
}

#[test]
fn the_legs_of_a_flight_follow_each_other_into_the_next_days() {
    let second = with(route("LAX", "0040", "SYD", "1050"), &[(12, "02")]);
    let flight = legs("L", &[route("JFK", "2030", "LAX", "2350"), second]);
    let days: Vec<_> = flight.iter().map(|leg| (leg.leg, leg.departure_day, leg.arrival_day)).collect();
    assert_eq!(days, [(1, 0, 0), (2, 1, 2)]);
    assert_eq!(flight[0].period, flight[1].period);
}

#[test]
fn utc_times_become_local_with_their_days() {
    // Half past eight in New York on a Sunday is Monday in UTC.
    let changes = [(15, "30NOV26"), (22, "28DEC26"), (29, "1      "), (193, "00")];
    let leg = one("U", with(route("JFK", "0130", "LAX", "0745"), &changes));
    assert_eq!((leg.origin.time, leg.destination.time), (time(20, 30, 0, 0), time(23, 45, 0, 0)));
    assert_eq!(leg.period, Period { from: date(2026, 11, 29), to: Some(date(2026, 12, 27)) });
    assert_eq!(leg.days.ssim(), "      7");
    assert_eq!((leg.departure_day, leg.arrival_day), (0, 0));
}

#[test]
fn all_legs_of_a_utc_flight_count_from_the_first_ones_local_date() {
    let second =
        with(route("LAX", "0900", "SYD", "0010"), &[(12, "02"), (48, "-0800"), (66, "+1100"), (193, "01")]);
    let flight = legs("U", &[with(route("JFK", "0130", "LAX", "0745"), &[(193, "00")]), second]);
    assert_eq!(flight[1].period, Period { from: date(2026, 11, 29), to: None });
    assert_eq!((flight[1].departure_day, flight[1].origin.time), (1, time(1, 0, 0, 0)));
    assert_eq!((flight[1].arrival_day, flight[1].destination.time), (2, time(11, 10, 0, 0)));
}

#[test]
fn made_legs_bear_a_mark() {
    let mark = leg(&[]).into_iter().filter(|(position, _)| *position < 15);
    let mark: Fields =
        mark.chain([(29, "A"), (30, "B"), (31, "800"), (34, "JFK"), (37, "LAX"), (40, "MADE")]).collect();
    let mark = with(mark, &[(1, "4")]);
    assert!(legs("L", &[leg(&[]), mark.clone()])[0].made);
    assert!(!legs("L", &[leg(&[]), with(mark.clone(), &[(31, "050")])])[0].made);
    let other = said(&file("L", &[leg(&[]), with(mark, &[(6, " 524")])]));
    assert!(other.starts_with("line 4, column 2: segment data should follow"), "{other}");
}

#[test]
fn padding_line_ends_and_a_byte_order_mark_are_passed_over() {
    let plain = file("L", &[leg(&[])]);
    let zeros = "0".repeat(200);
    let padded: Vec<_> = plain.lines().flat_map(|line| [line, &zeros]).collect();
    let padded = format!("\u{feff}{}\r\n\r\n", padded.join("\r\n"));
    assert_eq!(read(&padded, &few()), read(&plain, &few()));
}
