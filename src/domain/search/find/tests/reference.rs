//! The search held against trying every departure after every other, by civil times and the rules as they are written.

use std::{
    collections::BTreeSet,
    sync::{Arc, LazyLock},
};

use jiff::{
    Timestamp, ToSpan, Zoned,
    civil::{Date, DateTime, date},
};
use proptest::prelude::*;

use crate::{
    airport::AirportCode,
    airports::{
        Airports,
        tests::{code, few},
    },
    cabin::{Cabin, Configuration},
    connecting::{ChangeTimes, Connecting, Interline, Kind},
    departure::days_between,
    flight::FlightDesignator,
    network::Network,
    schedule::{AircraftCode, Call, OperatingDays, Period, ScheduledLeg},
    search::{Bound, Itinerary, Merit, Way, pareto, search},
    timetable::Timetable,
};

static AIRPORTS: LazyLock<Airports> = LazyLock::new(few);

const PLACES: [&str; 10] = ["BOS", "JFK", "EWR", "LAX", "CDG", "SYD", "ATL", "PWM", "IAH", "GRU"];
/// Places between which flights are drawn more often, so that ways with two stops are seldom detours.
const USUAL: [(usize, usize); 28] = [
    (7, 0),
    (7, 1),
    (0, 1),
    (0, 2),
    (0, 6),
    (1, 3),
    (2, 3),
    (6, 3),
    (8, 3),
    (6, 8),
    (1, 8),
    (3, 5),
    (5, 3),
    (3, 1),
    (3, 6),
    (1, 0),
    (6, 0),
    (4, 1),
    (4, 0),
    (1, 4),
    (0, 4),
    (6, 1),
    (1, 6),
    (9, 6),
    (6, 9),
    (2, 4),
    (3, 8),
    (8, 1),
];
const CARRIERS: [&str; 3] = ["B6", "DL", "AF"];

/// Days on which clocks change in America, Europe and Australia, and one on which none do.
const BASES: [Date; 7] = [
    date(2026, 3, 8),
    date(2026, 11, 1),
    date(2026, 3, 29),
    date(2026, 10, 25),
    date(2026, 4, 5),
    date(2026, 10, 4),
    date(2026, 12, 22),
];

/// A leg as it is drawn: carrier, the two places, quarter hour of departure, block time in tens of minutes, weekdays,
/// days of the period before and after the base, and whether the flight goes on to a third place.
type Drawn = (usize, (usize, usize), i64, i64, u8, (i64, i64), Option<usize>);

#[derive(Clone, Debug)]
struct World {
    base: Date,
    legs: Vec<ScheduledLeg>,
    rules: Connecting,
}

/// A departure with nothing but what the rules speak of.
struct Flight<'a> {
    leg: &'a ScheduledLeg,
    date: Date,
    departs: Zoned,
    arrives: Zoned,
}

fn zoned(airport: AirportCode, at: DateTime) -> Zoned {
    AIRPORTS.zone(airport).unwrap().to_ambiguous_zoned(at).compatible().unwrap()
}

fn in_zone_of(airport: AirportCode, at: Timestamp) -> DateTime {
    AIRPORTS.zone(airport).unwrap().to_datetime(at)
}

/// A leg that leaves at a local time on the base, and takes so long on that day.
fn leg(
    base: Date,
    flight: &str,
    number: u8,
    places: (usize, usize),
    departs: DateTime,
    block_min: i64,
) -> ScheduledLeg {
    let (origin, destination) = (code(PLACES[places.0]), code(PLACES[places.1]));
    let arrives = in_zone_of(destination, zoned(origin, departs).timestamp() + block_min.minutes());
    let call = |airport, at: DateTime| Call { airport, time: at.time(), terminal: None };
    let day = |at: DateTime| i8::try_from(days_between(base, at.date())).unwrap();
    ScheduledLeg {
        flight: FlightDesignator::parse(flight).unwrap(),
        variation: 1,
        leg: number,
        service: 'J',
        period: Period { from: base, to: None },
        days: OperatingDays::DAILY,
        origin: call(origin, departs),
        destination: call(destination, arrives),
        departure_day: day(departs),
        arrival_day: day(arrives),
        aircraft: AircraftCode::parse("320").unwrap(),
        classes: "Y".to_owned(),
        configuration: Configuration::parse(if number == 1 { "F12Y138" } else { "Y150" }).unwrap(),
        made: false,
    }
}

fn legs(base: Date, drawn: &[Drawn]) -> Vec<ScheduledLeg> {
    let mut legs = Vec::new();
    for (i, (carrier, (from, to), slot, block, days, (before, after), on)) in drawn.iter().enumerate() {
        if from == to {
            continue;
        }
        let flight = format!("{}{}", CARRIERS[*carrier], i + 1);
        let departs = base.at(0, 0, 0, 0) + (slot * 15).minutes();
        let mut flown = vec![leg(base, &flight, 1, (*from, *to), departs, block * 10)];
        if let Some(on) = on.filter(|on| on != to) {
            let lands = zoned(code(PLACES[*from]), departs).timestamp() + (block * 10).minutes();
            let leaves = in_zone_of(code(PLACES[*to]), lands + 25.minutes());
            flown.push(leg(base, &flight, 2, (*to, on), leaves, 130));
        }
        let period = Period { from: base - before.days(), to: Some(base + after.days()) };
        for leg in &mut flown {
            (leg.period, leg.days) = (period, OperatingDays::from_bits(*days));
        }
        legs.extend(flown);
    }
    legs
}

fn worlds() -> impl Strategy<Value = World> {
    let leg = (
        0..3usize,
        prop_oneof![5 => proptest::sample::select(&USUAL[..]), 1 => (0..10usize, 0..10usize)],
        0..96i64,
        prop_oneof![3 => 9..20i64, 2 => 20..60i64, 1 => 60..100i64],
        prop_oneof![4 => Just(0x7f), 1 => any::<u8>()],
        (0..4i64, 0..4i64),
        proptest::option::weighted(0.15, 0..10usize),
    );
    let exception = ("(JFK|LAX|CDG|)", "(B6|DL|)", "(B6|AF|)", "(D|I|)", "(D|I|)", 0..200u16)
        .prop_map(|(at, from, to, one, other, min)| format!("{at},{from},{to},{one},{other},{min}\n"));
    let times = proptest::collection::vec(exception, 0..5).prop_map(|lines| {
        let header = "airport,arriving_carrier,departing_carrier,arriving,departing,minutes\n";
        ChangeTimes::parse(&format!("{header}{}", lines.concat())).unwrap()
    });
    let interline = prop_oneof![
        Just(Interline::Everyone),
        Just(Interline::parse("carrier,partner\nB6,DL\nAF,DL\n").unwrap()),
        Just(Interline::parse("carrier,partner\nB6,AF\n").unwrap()),
    ];
    let drawn = proptest::collection::vec(leg, 1..120);
    (proptest::sample::select(&BASES[..]), drawn, times, interline).prop_map(
        |(base, drawn, times, interline)| World {
            base,
            legs: legs(base, &drawn),
            rules: Connecting { times, interline },
        },
    )
}

/// Every departure around the base, from the schedule's words: weekday and period are those of the flight's own date.
fn flights_of(world: &World) -> Vec<Flight<'_>> {
    let mut flights = Vec::new();
    for leg in &world.legs {
        for offset in -6..=6i64 {
            let flight_date = world.base + offset.days();
            let weekday = 1u8 << flight_date.weekday().to_monday_zero_offset();
            let is_in = leg.period.from <= flight_date && flight_date <= leg.period.to.unwrap();
            if !is_in || leg.days.bits() & weekday == 0 {
                continue;
            }
            let on = |day: i8, time| (flight_date + i64::from(day).days()).to_datetime(time);
            flights.push(Flight {
                leg,
                date: flight_date + i64::from(leg.departure_day).days(),
                departs: zoned(leg.origin.airport, on(leg.departure_day, leg.origin.time)),
                arrives: zoned(leg.destination.airport, on(leg.arrival_day, leg.destination.time)),
            });
        }
    }
    flights
}

/// The wait between two flights, if one can change.
fn wait_between(world: &World, one: &Flight<'_>, next: &Flight<'_>) -> Option<i64> {
    if one.leg.destination.airport != next.leg.origin.airport {
        return None;
    }
    let wait_min = (next.departs.timestamp().as_second() - one.arrives.timestamp().as_second()) / 60;
    if one.leg.flight == next.leg.flight && one.leg.leg + 1 == next.leg.leg && wait_min >= 0 {
        return Some(wait_min);
    }
    let country = |call: &Call| AIRPORTS.get(call.airport).unwrap().country;
    let is_abroad = |leg: &ScheduledLeg| country(&leg.origin) != country(&leg.destination);
    let mut least_min = match (is_abroad(one.leg), is_abroad(next.leg)) {
        (false, false) => 45,
        (true, false) => 90,
        _ => 75,
    };
    let mut most_named = None;
    for exception in world.rules.times.exceptions() {
        let named = [
            exception.airport.map(|airport| airport == next.leg.origin.airport),
            exception.arriving_carrier.map(|carrier| carrier == one.leg.flight.carrier),
            exception.departing_carrier.map(|carrier| carrier == next.leg.flight.carrier),
            exception.arriving.map(|kind| (kind == Kind::International) == is_abroad(one.leg)),
            exception.departing.map(|kind| (kind == Kind::International) == is_abroad(next.leg)),
        ];
        let count = named.iter().flatten().count();
        if named.iter().flatten().all(|fits| *fits) && most_named.is_none_or(|most| count > most) {
            (most_named, least_min) = (Some(count), i64::from(exception.minutes));
        }
    }
    (wait_min >= least_min).then_some(wait_min)
}

fn is_detour(way: &[&Flight<'_>]) -> bool {
    let km = |a: AirportCode, b: AirportCode| u64::from(AIRPORTS.distance_km(a, b).unwrap());
    let flown: u64 = way.iter().map(|f| km(f.leg.origin.airport, f.leg.destination.airport)).sum();
    let direct = km(way[0].leg.origin.airport, way[way.len() - 1].leg.destination.airport);
    flown * 10 > direct * if direct < 800 { 25 } else { 18 }
}

/// Adds a way, by whether its waits are long, if the rules that concern all of it hold.
fn consider(
    world: &World,
    way: &[&Flight<'_>],
    waited_min: i64,
    cabin: Cabin,
    found: &mut [BTreeSet<String>; 2],
) {
    let carriers: Vec<_> = way.iter().map(|f| f.leg.flight.carrier).collect();
    let are_joined = carriers.iter().all(|a| carriers.iter().all(|b| world.rules.interline.joins(*a, *b)));
    let has_cabin = way.iter().all(|f| f.leg.configuration.places(cabin) > 0);
    if !are_joined || !has_cabin || waited_min > 720 || (way.len() > 1 && is_detour(way)) {
        return;
    }
    let key: Vec<_> = way.iter().map(|f| format!("{}-{}-{}", f.leg.flight, f.leg.leg, f.date)).collect();
    found[usize::from(waited_min > 360)].insert(key.join("_"));
}

fn by_trying_everything(world: &World, bound: &Bound, cabin: Cabin, now: Timestamp) -> BTreeSet<String> {
    let flights = flights_of(world);
    let (origins, destinations) = (AIRPORTS.expand(bound.origin), AIRPORTS.expand(bound.destination));
    let is_between = |airport| !origins.contains(&airport) && !destinations.contains(&airport);
    let mut found = [BTreeSet::new(), BTreeSet::new()];
    for a in &flights {
        let left_sec = a.departs.timestamp().as_second() - now.as_second();
        if !origins.contains(&a.leg.origin.airport) || a.date != bound.date || left_sec < 3_600 {
            continue;
        }
        if destinations.contains(&a.leg.destination.airport) {
            consider(world, &[a], 0, cabin, &mut found);
        }
        if !is_between(a.leg.destination.airport) {
            continue;
        }
        for b in &flights {
            let Some(wait) = wait_between(world, a, b) else { continue };
            if destinations.contains(&b.leg.destination.airport) {
                consider(world, &[a, b], wait, cabin, &mut found);
            }
            if !is_between(b.leg.destination.airport) {
                continue;
            }
            for c in flights.iter().filter(|c| destinations.contains(&c.leg.destination.airport)) {
                if let Some(second) = wait_between(world, b, c) {
                    consider(world, &[a, b, c], wait + second, cabin, &mut found);
                }
            }
        }
    }
    let [short, long] = found;
    if short.is_empty() { long } else { short }
}

/// A price that does not follow from those of the parts.
fn price_minor(key: &str) -> i64 {
    let hash = key.bytes().fold(7u64, |hash, byte| hash.wrapping_mul(31).wrapping_add(u64::from(byte)));
    i64::try_from(hash % 40).unwrap() * 1_000
}

/// The keys of those than which none is better in price, duration or stops without being worse in another.
fn pareto_keys(ways: &[Itinerary]) -> BTreeSet<String> {
    let of = |i: &Itinerary| (price_minor(&i.key()), i.duration_min(), i.stops());
    let is_better =
        |a: (i64, i32, usize), b: (i64, i32, usize)| a != b && a.0 <= b.0 && a.1 <= b.1 && a.2 <= b.2;
    let kept = ways.iter().filter(|one| !ways.iter().any(|other| is_better(of(other), of(one))));
    kept.map(Itinerary::key).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn search_finds_what_trying_everything_finds(
        world in worlds(),
        offset in -1..=1i64,
        ends in proptest::sample::select(&[
            ("BOS", "LAX"), ("PWM", "LAX"), ("NYC", "LAX"), ("CDG", "NYC"), ("CDG", "LAX"), ("LAX", "SYD"),
            ("SYD", "BOS"), ("PWM", "PAR"), ("GRU", "BOS"), ("ATL", "NYC"), ("BOS", "IAH"), ("IAH", "CDG"),
        ][..]),
        cabin in prop_oneof![3 => Just(Cabin::Economy), 1 => Just(Cabin::First)],
        minutes_before in -1_200..12_000i64,
    ) {
        let (origin, destination) = (code(ends.0), code(ends.1));
        let bound = Bound { origin, destination, date: world.base + offset.days() };
        let noon = zoned(AIRPORTS.expand(origin)[0], bound.date.at(12, 0, 0, 0)).timestamp();
        let now = noon - minutes_before.minutes() - (minutes_before % 3).seconds();
        let timetable = Timetable::new(world.legs.clone(), &AIRPORTS).unwrap();
        let network = Network::new(Arc::new(timetable), &AIRPORTS, &world.rules);
        let found = search(&network, &AIRPORTS, &bound, cabin, now);

        let ways = found.itineraries();
        let keys: BTreeSet<String> = ways.iter().map(Itinerary::key).collect();
        prop_assert_eq!(keys.len(), found.ways().len(), "a way stands twice, or is none");
        prop_assert_eq!(&keys, &by_trying_everything(&world, &bound, cabin, now));

        let price = |way: &Way| Some(price_minor(&found.itinerary(way)?.key()));
        let merits: Vec<Merit> = found.ways().iter().map(|way| found.merit(way, price(way).unwrap())).collect();
        let best = found.ways().iter().zip(pareto(&merits)).filter(|(_, is_best)| *is_best);
        let best: BTreeSet<String> = best.map(|(way, _)| found.itinerary(way).unwrap().key()).collect();
        prop_assert_eq!(&best, &pareto_keys(&ways));
        let shown: BTreeSet<String> = found.worth_showing(price).iter().map(|p| p.itinerary.key()).collect();
        prop_assert!(best.is_subset(&shown));
    }
}
