use jiff::{
    Timestamp,
    civil::{Date, date},
};
use proptest::prelude::*;

use super::{Bound, Search, search};
use crate::{
    airport::AirportCode,
    airports::{
        Airports,
        tests::{code, few},
    },
    cabin::{Cabin, Configuration},
    departure::Departure,
    search::{Itinerary, itinerary::tests::departure},
    timetable::Timetable,
};

const DAY: Date = date(2026, 12, 22);
const LONG_BEFORE: &str = "2026-11-22T12:00:00Z";

fn keys(
    departures: &[Departure],
    (origin, destination): (&str, &str),
    cabin: Cabin,
    now: &str,
) -> Vec<String> {
    let airports = few();
    let from = |airport: AirportCode, date: Date| -> Vec<Departure> {
        departures.iter().filter(|d| d.origin == airport && d.departs.date() == date).cloned().collect()
    };
    let bound = Bound { origin: code(origin), destination: code(destination), date: DAY };
    let now: Timestamp = now.parse().unwrap();
    let search = Search { airports: &airports, bound: &bound, cabin, now, from };
    search.run().iter().map(Itinerary::key).collect()
}

fn network(legs: &[(&str, &str, &str, i64)]) -> Vec<Departure> {
    let airports = few();
    legs.iter().map(|(flight, route, at, min)| departure(&airports, flight, route, at, *min)).collect()
}

fn flights(keys: &[String]) -> Vec<String> {
    keys.iter().map(|k| k.replace("-1-2026-12-22", "").replace("-1-2026-12-23", "")).collect()
}

#[test]
fn direct_and_one_stop_ways_are_found_between_cities() {
    let departures = network(&[
        ("B6417", "BOS-JFK", "2026-12-22T07:00", 75),
        ("B6523", "JFK-LAX", "2026-12-22T09:10", 380),
        ("UA10", "EWR-LAX", "2026-12-22T09:10", 380),
        ("AA5", "BOS-LAX", "2026-12-22T08:00", 380),
    ]);
    let found = |from, to| flights(&keys(&departures, (from, to), Cabin::Economy, LONG_BEFORE));
    assert_eq!(found("BOS", "LAX"), ["B6417_B6523", "AA5"]);
    assert_eq!(found("NYC", "LAX"), ["B6523", "UA10"]);
    assert_eq!(found("BOS", "NYC"), ["B6417"]);
    assert!(found("LAX", "BOS").is_empty());
}

#[test]
fn sales_close_an_hour_before_departure() {
    let departures = network(&[("AA5", "BOS-LAX", "2026-12-22T08:00", 380)]);
    let found = |now| keys(&departures, ("BOS", "LAX"), Cabin::Economy, now).len();
    assert_eq!(found("2026-12-22T12:00:00Z"), 1);
    assert_eq!(found("2026-12-22T12:00:01Z"), 0);
}

#[test]
fn every_leg_has_the_cabin() {
    let mut departures = network(&[
        ("B6417", "BOS-JFK", "2026-12-22T07:00", 75),
        ("B6523", "JFK-LAX", "2026-12-22T09:10", 380),
    ]);
    assert_eq!(keys(&departures, ("BOS", "LAX"), Cabin::First, LONG_BEFORE).len(), 1);
    departures[0].configuration = Configuration::parse("Y150").unwrap();
    assert!(keys(&departures, ("BOS", "LAX"), Cabin::First, LONG_BEFORE).is_empty());
}

#[test]
fn a_long_wait_is_offered_only_where_nothing_else_is() {
    let mut departures = network(&[
        ("B6417", "BOS-JFK", "2026-12-22T20:00", 75),
        ("B6523", "JFK-LAX", "2026-12-23T06:30", 380),
    ]);
    let found =
        |departures: &[Departure]| flights(&keys(departures, ("BOS", "LAX"), Cabin::Economy, LONG_BEFORE));
    assert_eq!(found(&departures), ["B6417_B6523"]);
    departures.extend(network(&[("AA5", "BOS-LAX", "2026-12-22T08:00", 380)]));
    assert_eq!(found(&departures), ["AA5"]);
}

#[test]
fn nobody_is_sent_round_the_world() {
    let departures =
        network(&[("AF1", "BOS-CDG", "2026-12-22T07:00", 400), ("AF2", "CDG-LAX", "2026-12-22T22:00", 680)]);
    assert!(keys(&departures, ("BOS", "LAX"), Cabin::Economy, LONG_BEFORE).is_empty());
}

#[test]
fn the_demo_sells_boston_to_los_angeles_direct_and_over_new_york() {
    let airports = Airports::parse(include_str!("../../../../data/airports.csv")).unwrap();
    let schedule = crate::ssim::read(include_str!("../../../../data/demo.ssim"), &airports).unwrap();
    let timetable = Timetable::new(schedule.into_legs(), &airports).unwrap();
    let bound = Bound { origin: code("BOS"), destination: code("LAX"), date: DAY };
    let found = search(&timetable, &airports, &bound, Cabin::Economy, LONG_BEFORE.parse().unwrap());
    let new_york = airports.expand(code("NYC"));
    let over_new_york = |i: &&Itinerary| i.stops() == 1 && new_york.contains(&i.legs()[0].destination);
    assert!(found.iter().any(|i| i.stops() == 0));
    assert!(found.iter().filter(over_new_york).count() > 10);
    for itinerary in &found {
        for id in Itinerary::parse_key(&itinerary.key()).unwrap() {
            assert!(timetable.departure(&id).is_some(), "{id}");
        }
    }
}

/// Every single departure and every pair, held against the rules as they are written, in minutes and kilometres.
fn brute_force(
    airports: &Airports,
    departures: &[Departure],
    origin: &str,
    destination: &str,
) -> Vec<String> {
    let (origins, destinations) = (airports.expand(code(origin)), airports.expand(code(destination)));
    let country = |a| airports.get(a).unwrap().country;
    let km = |a, b| f64::from(airports.distance_km(a, b).unwrap());
    let mut short = Vec::new();
    let mut long = Vec::new();
    for a in departures.iter().filter(|a| origins.contains(&a.origin) && a.departs.date() == DAY) {
        if destinations.contains(&a.destination) {
            short.push(a.id.to_string());
        }
        for b in departures.iter().filter(|b| destinations.contains(&b.destination)) {
            if a.destination != b.origin || origins.contains(&b.origin) || destinations.contains(&b.origin) {
                continue;
            }
            let least =
                match (country(a.origin) == country(b.origin), country(b.origin) == country(b.destination)) {
                    (true, true) => 45,
                    (false, true) => 90,
                    _ => 75,
                };
            let direct = km(a.origin, b.destination);
            let most = if direct < 800.0 { 2.5 } else { 1.8 };
            let flown = km(a.origin, a.destination) + km(b.origin, b.destination);
            let wait = (b.departs_at.as_second() - a.arrives_at.as_second()) / 60;
            if flown > most * direct || wait < least || wait > 720 {
                continue;
            }
            let found = if wait <= 360 { &mut short } else { &mut long };
            found.push(format!("{}_{}", a.id, b.id));
        }
    }
    let mut found = if short.is_empty() { long } else { short };
    found.sort();
    found
}

proptest! {
    #[test]
    fn search_finds_what_trying_every_pair_finds(
        raw in proptest::collection::vec((0..7usize, 0..7usize, 0..192i64, 6..90i64), 1..60),
        ends in prop_oneof![Just(("BOS", "LAX")), Just(("NYC", "LAX")), Just(("CDG", "NYC")), Just(("BOS", "ATL"))],
    ) {
        let airports = few();
        let at = ["BOS", "JFK", "EWR", "LAX", "CDG", "ATL", "PWM"];
        let departures: Vec<Departure> = raw.iter().enumerate().filter(|(_, (a, b, ..))| a != b).map(|(i, (a, b, slot, block))| {
            let departs = format!("2026-12-{}T{:02}:{:02}", 22 + slot / 96, slot % 96 / 4, slot % 4 * 15);
            departure(&airports, &format!("B6{}", i + 1), &format!("{}-{}", at[*a], at[*b]), &departs, block * 10)
        }).collect();
        let mut found = keys(&departures, ends, Cabin::Economy, LONG_BEFORE);
        found.sort();
        prop_assert_eq!(found, brute_force(&airports, &departures, ends.0, ends.1));
    }
}
