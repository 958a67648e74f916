use std::{
    collections::HashSet,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use domain::{
    airport::AirportCode,
    airports::Airports,
    cabin::{Cabin, ClassesLeft},
    connecting::{Connecting, Interline},
    departure::Departure,
    fare::{FareBrand, Tariff, Terms, WayPrices},
    network::Network,
    search::{self, Bound, Hop, Pass},
    timetable::Timetable,
    traveller::Party,
};
use jiff::{
    Timestamp, ToSpan,
    civil::{Date, date},
    tz::TimeZone,
};

use crate::{
    Fault, compare,
    figures::{Figures, shortest},
    network::{WEEK, codes, schedule},
    traffic,
};

const AIRPORTS_CSV: &str = include_str!("../../../../data/airports.csv");
const PAIRS: usize = 1_000;

/// A Wednesday, two weeks on: every pattern flies by then.
const DATE: Date = date(2026, 12, 23);

/// One size of the network.
struct Measured {
    departures: usize,
    scan_of_read: f64,
    p99_ms: f64,
}

pub fn run(traffic: &Path, icao: &Path, answers: &Path) -> Result<(), Fault> {
    let airports = Airports::parse(AIRPORTS_CSV)?;
    let flights = traffic::read(traffic)?;
    let codes = codes(icao, &airports)?;
    println!("{} flights read, {} airports known by both codes", flights.len(), codes.len());
    let mut measured = Vec::new();
    for copies in [1, 2, 4] {
        let legs = schedule(&flights, &codes, &airports, copies)?;
        let timetable = Arc::new(Timetable::new(legs, &airports)?);
        if copies == 1 {
            let network = Network::new(timetable.clone(), &airports, &compare::rules());
            compare::write(answers, &network, &airports, &pairs(&network, true), DATE, now())?;
        }
        measured.push(measure(&Network::new(timetable, &airports, &everyone()), &airports));
    }
    if let [one, .., four] = measured.as_slice() {
        let thousands = |count: usize| (count + 500) / 1_000;
        println!(
            "search: scan {:.2} of read, p99 {:.1} ms at {}k/day, {:.1} ms at {}k/day",
            one.scan_of_read,
            one.p99_ms,
            thousands(one.departures),
            four.p99_ms,
            thousands(four.departures),
        );
    }
    Ok(())
}

/// Long before anything leaves.
fn now() -> Timestamp {
    WEEK.to_zoned(TimeZone::UTC).map_or(Timestamp::UNIX_EPOCH, |week| week.timestamp())
}

/// The hardest case: every carrier goes with every other.
fn everyone() -> Connecting {
    Connecting { interline: Interline::Everyone, ..Connecting::default() }
}

fn measure(network: &Network, airports: &Airports) -> Measured {
    let (date, now) = (DATE, now());
    let began = Instant::now();
    let (bytes, departures) = network.size(date, now);
    let day_ms = began.elapsed().as_secs_f64() * 1_000.0;
    for offset in -3..=4 {
        network.prepare(date.saturating_add(offset.days()), now);
    }
    let legs = network.timetable().legs().len();
    println!(
        "\n{departures} departures on {date}, {legs} legs; {}.{} bytes a departure, built in {day_ms:.0} ms",
        bytes / departures,
        bytes * 10 / departures % 10,
    );
    let scan_of_read = scan(network, airports, date, now);
    let busy = pairs(network, true);
    let p99_ms = searches(network, airports, &busy, date, now, "drawn by departures");
    searches(network, airports, &pairs(network, false), date, now, "any two airports");
    Measured { departures, scan_of_read, p99_ms }
}

/// One scan over all departures of a week against reading the same memory.
fn scan(network: &Network, airports: &Airports, date: Date, now: Timestamp) -> f64 {
    let mut ratios = Vec::new();
    for (origin, destination) in pairs(network, true).into_iter().take(20) {
        let bound = Bound { origin, destination, date };
        let dates = (0..7).map(|day| date.saturating_add(day.days()));
        let pass = Pass::new(network, airports, &bound, dates, now);
        let (scan, read) = (shortest(30, || pass.scan()), shortest(30, || pass.read()));
        ratios.push((scan.as_secs_f64() / read.as_secs_f64(), scan, read, pass.departures(), pass.scan()));
    }
    ratios.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (ratio, scan, read, departures, parts) = ratios[ratios.len() / 2];
    println!(
        "scan of {departures} departures: {scan:.0?}, of which {parts} are part of a way; read: {read:.0?}; {ratio:.2}"
    );
    ratio
}

fn searches(
    network: &Network,
    airports: &Airports,
    pairs: &[(AirportCode, AirportCode)],
    date: Date,
    now: Timestamp,
    drawn: &str,
) -> f64 {
    let mut times = Vec::new();
    let mut ways = Vec::new();
    let Ok(party) = Party::new(1, 0, 0) else { return 0.0 };
    let terms =
        Terms { cabin: Cabin::Economy, brand: FareBrand::Basic, party, bought_at: now, discount: None };
    let tariff = Tariff::default();
    for (origin, destination) in pairs {
        let bound = Bound { origin: *origin, destination: *destination, date };
        // The middle of three: what else the machine does in between is not ours.
        let mut three = [Duration::ZERO; 3];
        for time in &mut three {
            let began = Instant::now();
            let found = search::search(network, airports, &bound, Cabin::Economy, now);
            let left =
                |hop: &Hop| ClassesLeft::untouched(Cabin::Economy, hop.places(network, Cabin::Economy));
            let none_before = |leg: &Departure| leg.untouched(Cabin::Economy);
            let mut prices = WayPrices::new(&found, &[], terms, (left, none_before), airports, &tariff);
            std::hint::black_box(found.worth_showing(|way| prices.total_minor(way)));
            *time = began.elapsed();
        }
        three.sort_unstable();
        times.push(three[1]);
        ways.push(search::search(network, airports, &bound, Cabin::Economy, now).ways().len());
    }
    ways.sort_unstable();
    let figures = Figures::new(times);
    let ms = |percent| figures.percentile_ms(percent);
    println!(
        "{} pairs, {drawn}: p50 {:.2} ms, p90 {:.2}, p99 {:.2}, longest {:.2}; ways p50 {}, p99 {}, most {}",
        pairs.len(),
        ms(50),
        ms(90),
        ms(99),
        ms(100),
        ways[ways.len() / 2],
        ways[ways.len() * 99 / 100],
        ways[ways.len() - 1],
    );
    ms(99)
}

/// The same pairs each time: airports drawn as often as flights leave them, or each as often.
fn pairs(network: &Network, by_departures: bool) -> Vec<(AirportCode, AirportCode)> {
    let timetable = network.timetable();
    let from: Vec<AirportCode> = if by_departures {
        let legs = timetable.legs().iter();
        legs.flat_map(|leg| (0..leg.days.bits().count_ones()).map(|_| leg.origin.airport)).collect()
    } else {
        timetable.airports_served().to_vec()
    };
    let mut state: u64 = 9;
    let mut draw = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let place = usize::try_from(state >> 33).unwrap_or_default() % from.len();
        from[place]
    };
    let mut seen = HashSet::new();
    let mut pairs = Vec::new();
    while pairs.len() < PAIRS {
        let pair = (draw(), draw());
        if pair.0 != pair.1 && seen.insert(pair) {
            pairs.push(pair);
        }
    }
    pairs
}
