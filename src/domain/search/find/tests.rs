use std::sync::Arc;

use jiff::{
    Timestamp,
    civil::{Date, date},
};

use super::{Bound, search};
use crate::{
    airports::{
        Airports,
        tests::{code, few},
    },
    cabin::{Cabin, Configuration},
    connecting::{ChangeTimes, Connecting, Interline},
    departure::{Departure, days_between},
    network::Network,
    schedule::{Call, OperatingDays, Period, ScheduledLeg},
    search::{Itinerary, itinerary::tests::departure},
    timetable::Timetable,
};

mod reference;

const DAY: Date = date(2026, 12, 22);
const LONG_BEFORE: &str = "2026-11-22T12:00:00Z";

/// A leg that flies on that one date.
fn scheduled(departure: &Departure) -> ScheduledLeg {
    let date = departure.id.date;
    let call = |airport, time| Call { airport, time, terminal: None };
    ScheduledLeg {
        flight: departure.id.flight,
        variation: 1,
        leg: departure.id.leg,
        service: 'J',
        period: Period { from: date, to: Some(date) },
        days: OperatingDays::DAILY,
        origin: call(departure.origin, departure.departs.time()),
        destination: call(departure.destination, departure.arrives.time()),
        departure_day: 0,
        arrival_day: i8::try_from(days_between(date, departure.arrives.date())).unwrap(),
        aircraft: departure.aircraft,
        classes: "Y".to_owned(),
        configuration: departure.configuration.clone(),
        made: false,
    }
}

fn network_of(departures: &[Departure], rules: &Connecting) -> Network {
    let airports = few();
    let timetable = Timetable::new(departures.iter().map(scheduled).collect(), &airports).unwrap();
    Network::new(Arc::new(timetable), &airports, rules)
}

fn everyone() -> Connecting {
    Connecting { interline: Interline::Everyone, ..Connecting::default() }
}

fn keys_by(
    rules: &Connecting,
    departures: &[Departure],
    (origin, destination): (&str, &str),
    cabin: Cabin,
    now: &str,
) -> Vec<String> {
    let bound = Bound { origin: code(origin), destination: code(destination), date: DAY };
    let network = network_of(departures, rules);
    let found = search(&network, &few(), &bound, cabin, now.parse().unwrap());
    found.itineraries().iter().map(Itinerary::key).collect()
}

fn keys(departures: &[Departure], ends: (&str, &str), cabin: Cabin, now: &str) -> Vec<String> {
    keys_by(&everyone(), departures, ends, cabin, now)
}

fn departures(legs: &[(&str, &str, &str, i64)]) -> Vec<Departure> {
    let airports = few();
    legs.iter().map(|(flight, route, at, min)| departure(&airports, flight, route, at, *min)).collect()
}

fn flights(keys: &[String]) -> Vec<String> {
    keys.iter().map(|k| k.replace("-1-2026-12-22", "").replace("-1-2026-12-23", "")).collect()
}

fn found(departures: &[Departure], from: &str, to: &str) -> Vec<String> {
    flights(&keys(departures, (from, to), Cabin::Economy, LONG_BEFORE))
}

#[test]
fn direct_and_one_stop_ways_are_found_between_cities() {
    let departures = departures(&[
        ("B6417", "BOS-JFK", "2026-12-22T07:00", 75),
        ("B6523", "JFK-LAX", "2026-12-22T09:10", 380),
        ("UA10", "EWR-LAX", "2026-12-22T09:10", 380),
        ("AA5", "BOS-LAX", "2026-12-22T08:00", 380),
    ]);
    assert_eq!(found(&departures, "BOS", "LAX"), ["B6417_B6523", "AA5"]);
    assert_eq!(found(&departures, "NYC", "LAX"), ["B6523", "UA10"]);
    assert_eq!(found(&departures, "BOS", "NYC"), ["B6417"]);
    assert!(found(&departures, "LAX", "BOS").is_empty());
}

#[test]
fn two_stops_are_found_and_all_waits_together_are_at_most_six_hours() {
    let mut departures = departures(&[
        ("B61", "PWM-BOS", "2026-12-22T06:00", 60),
        ("B62", "BOS-JFK", "2026-12-22T10:00", 60),
        ("B63", "JFK-LAX", "2026-12-22T14:00", 380),
    ]);
    assert_eq!(found(&departures, "PWM", "LAX"), ["B61_B62_B63"]);
    departures.extend(self::departures(&[("B64", "JFK-LAX", "2026-12-22T14:01", 380)]));
    assert_eq!(found(&departures, "PWM", "LAX"), ["B61_B62_B63"]);
    departures.remove(2);
    assert_eq!(found(&departures, "PWM", "LAX"), ["B61_B62_B64"]);
}

#[test]
fn nobody_passes_a_place_twice() {
    let departures = departures(&[
        ("B61", "EWR-BOS", "2026-12-22T06:00", 60),
        ("B62", "BOS-JFK", "2026-12-22T08:00", 60),
        ("B63", "JFK-ATL", "2026-12-22T10:00", 150),
        ("B64", "ATL-EWR", "2026-12-22T14:00", 130),
        ("B65", "BOS-ATL", "2026-12-22T08:00", 170),
        ("B66", "ATL-BOS", "2026-12-22T12:00", 150),
    ]);
    assert_eq!(found(&departures, "NYC", "ATL"), ["B61_B65", "B63"]);
    assert_eq!(found(&departures, "EWR", "ATL"), ["B61_B65", "B61_B62_B63"]);
    assert_eq!(found(&departures, "EWR", "BOS"), ["B61"]);
}

#[test]
fn the_least_time_to_change_grows_with_borders() {
    for (first, next, least_min) in
        [("BOS-JFK", "JFK-LAX", 45), ("BOS-JFK", "JFK-CDG", 75), ("CDG-JFK", "JFK-LAX", 90)]
    {
        let ways = |wait_min: i64| {
            let mut both = departures(&[
                ("B61", first, "2026-12-22T10:00", 300),
                ("B62", next, "2026-12-22T10:00", 300),
            ]);
            let shift = both[0].arrives_at.as_second() / 60 + wait_min - both[1].departs_at.as_second() / 60;
            let leaves = both[1].departs + jiff::Span::new().minutes(shift);
            both[1] = departure(&few(), "B62", next, &leaves.to_string(), 300);
            found(&both, &first[..3], &next[4..]).len()
        };
        assert_eq!((ways(least_min - 1), ways(least_min)), (0, 1), "{first} {next}");
        assert_eq!((ways(720), ways(721)), (1, 0), "{first} {next}");
    }
}

#[test]
fn an_airport_and_its_carriers_have_times_of_their_own() {
    let departures = departures(&[
        ("B61", "BOS-JFK", "2026-12-22T08:00", 60),
        ("B62", "JFK-LAX", "2026-12-22T09:35", 380),
        ("DL3", "JFK-LAX", "2026-12-22T09:50", 380),
    ]);
    let ways = |exceptions: &str| {
        let times =
            format!("airport,arriving_carrier,departing_carrier,arriving,departing,minutes\n{exceptions}");
        let rules = Connecting { times: ChangeTimes::parse(&times).unwrap(), ..everyone() };
        flights(&keys_by(&rules, &departures, ("BOS", "LAX"), Cabin::Economy, LONG_BEFORE))
    };
    assert_eq!(ways(""), ["B61_DL3"]);
    assert_eq!(ways("JFK,B6,B6,,,30"), ["B61_B62", "B61_DL3"]);
    assert_eq!(ways("JFK,,,,,60\nJFK,B6,B6,,,30"), ["B61_B62"]);
    assert_eq!(ways("JFK,,,D,I,60\n,,,I,,60\nLAX,,,,,90\nXXX,,,,,0\n,ZZ,,,,0"), ["B61_DL3"]);
    assert_eq!(ways(",,DL,,D,51"), Vec::<String>::new());
}

#[test]
fn carriers_without_an_agreement_are_not_joined() {
    let departures = departures(&[
        ("AA1", "PWM-BOS", "2026-12-22T06:00", 60),
        ("DL2", "BOS-JFK", "2026-12-22T08:00", 60),
        ("UA3", "JFK-LAX", "2026-12-22T10:00", 380),
        ("DL4", "JFK-LAX", "2026-12-22T10:30", 380),
        ("AA5", "JFK-LAX", "2026-12-22T10:40", 380),
    ]);
    let ways = |agreements: &str| {
        let interline = Interline::parse(&format!("carrier,partner\n{agreements}")).unwrap();
        let rules = Connecting { interline, ..Connecting::default() };
        flights(&keys_by(&rules, &departures, ("PWM", "LAX"), Cabin::Economy, LONG_BEFORE))
    };
    assert_eq!(ways(""), Vec::<String>::new());
    assert_eq!(ways("DL,AA"), ["AA1_DL2_DL4", "AA1_DL2_AA5"]);
    assert_eq!(ways("DL,AA\nDL,UA"), ["AA1_DL2_DL4", "AA1_DL2_AA5"]);
    assert_eq!(ways("DL,AA\nDL,UA\nUA,AA").len(), 3);
}

#[test]
fn legs_of_one_flight_connect_at_once() {
    let mut both = departures(&[
        ("B61", "BOS-JFK", "2026-12-22T10:00", 60),
        ("B61", "JFK-LAX", "2026-12-22T11:20", 300),
    ]);
    both[1].id.leg = 2;
    assert_eq!(found(&both, "BOS", "LAX"), ["B61_B61-2-2026-12-22"]);
    both[1].id.leg = 3;
    assert!(found(&both, "BOS", "LAX").is_empty());
}

#[test]
fn sales_close_an_hour_before_departure() {
    let departures = departures(&[("AA5", "BOS-LAX", "2026-12-22T08:00", 380)]);
    let found = |now| keys(&departures, ("BOS", "LAX"), Cabin::Economy, now).len();
    assert_eq!(found("2026-12-22T12:00:00Z"), 1);
    assert_eq!(found("2026-12-22T12:00:01Z"), 0);
}

#[test]
fn every_leg_has_the_cabin() {
    let mut departures = departures(&[
        ("B6417", "BOS-JFK", "2026-12-22T07:00", 75),
        ("B6523", "JFK-LAX", "2026-12-22T09:10", 380),
    ]);
    assert_eq!(keys(&departures, ("BOS", "LAX"), Cabin::First, LONG_BEFORE).len(), 1);
    departures[0].configuration = Configuration::parse("Y150").unwrap();
    assert!(keys(&departures, ("BOS", "LAX"), Cabin::First, LONG_BEFORE).is_empty());
}

#[test]
fn a_long_wait_is_offered_only_where_nothing_else_is() {
    let mut departures = departures(&[
        ("B6417", "BOS-JFK", "2026-12-22T20:00", 75),
        ("B6523", "JFK-LAX", "2026-12-23T06:30", 380),
    ]);
    assert_eq!(found(&departures, "BOS", "LAX"), ["B6417_B6523"]);
    departures.extend(self::departures(&[("AA5", "BOS-LAX", "2026-12-22T08:00", 380)]));
    assert_eq!(found(&departures, "BOS", "LAX"), ["AA5"]);
}

#[test]
fn nobody_is_sent_round_the_world() {
    let departures = departures(&[
        ("AF1", "BOS-CDG", "2026-12-22T07:00", 400),
        ("AF2", "CDG-LAX", "2026-12-22T22:00", 680),
    ]);
    assert!(found(&departures, "BOS", "LAX").is_empty());
}

#[test]
fn the_demo_sells_ways_without_a_stop_with_one_and_with_two() {
    let airports = Airports::parse(include_str!("../../../../data/airports.csv")).unwrap();
    let schedule = crate::ssim::read(include_str!("../../../../data/demo.ssim"), &airports).unwrap();
    let timetable = Arc::new(Timetable::new(schedule.into_legs(), &airports).unwrap());
    let rules = Connecting {
        times: ChangeTimes::parse(include_str!("../../../../data/connecting-times.csv")).unwrap(),
        interline: Interline::parse(include_str!("../../../../data/interline.csv")).unwrap(),
    };
    let network = Network::new(timetable.clone(), &airports, &rules);
    let now: Timestamp = LONG_BEFORE.parse().unwrap();
    let ways = |from, to| {
        let bound = Bound { origin: code(from), destination: code(to), date: DAY };
        search(&network, &airports, &bound, Cabin::Economy, now).itineraries()
    };
    let found = ways("BOS", "LAX");
    let new_york = airports.expand(code("NYC"));
    let over_new_york = |i: &&Itinerary| i.stops() == 1 && new_york.contains(&i.legs()[0].destination);
    assert!(found.iter().any(|i| i.stops() == 0));
    assert!(found.iter().filter(over_new_york).count() > 10);
    for itinerary in &found {
        for id in Itinerary::parse_key(&itinerary.key()).unwrap() {
            assert!(timetable.departure(&id).is_some(), "{id}");
        }
    }
    let over_the_date_line = ways("PWM", "SYD");
    assert!(over_the_date_line.iter().any(|i| i.day_change() == 2));
    assert!(over_the_date_line.iter().all(|i| i.stops() == 2), "Portland has no flight to Los Angeles");
    assert!(ways("NRT", "HNL").iter().any(|i| i.stops() == 0 && i.day_change() == -1));
}
