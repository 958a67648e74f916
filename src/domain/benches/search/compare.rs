//! The same departures for npm's `minotor`, a router for public transport, and what we answer, to be held against its.
//!
//! It knows no least time for changing at one stop and no bounds, and answers with the first arrival alone: changing
//! takes no time here. Its order of trips is only right where they are given the last first, and names of routes must be
//! no numbers.

use std::{fmt::Write as _, fs, path::Path};

use domain::{
    airport::AirportCode,
    airports::Airports,
    cabin::Cabin,
    connecting::{ChangeTimes, Connecting, Exception, Interline},
    departure::{Departure, minutes_between},
    network::Network,
    search::{self, Bound},
};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};

use crate::Fault;

/// Pairs compared.
const PAIRS: usize = 300;
/// Days of departures that are written, from the day before the searched one on.
const DAYS: i32 = 5;

/// Changing takes no time.
pub fn rules() -> Connecting {
    let at_once = Exception { minutes: 0, ..Exception::default() };
    Connecting { times: ChangeTimes::new(vec![at_once]), interline: Interline::Everyone }
}

/// Writes a GTFS feed, and the pairs with the first arrivals that we find, into the folder. Times count from
/// the midnight, at UTC, of the day before the date.
///
/// # Errors
/// A file that cannot be written.
pub fn write(
    folder: &Path,
    network: &Network,
    airports: &Airports,
    pairs: &[(AirportCode, AirportCode)],
    date: Date,
    now: Timestamp,
) -> Result<(), Fault> {
    let base = date.saturating_sub(1.days()).to_zoned(TimeZone::UTC)?.timestamp();
    let mut answers = String::from("origin,destination,from_min,until_min,arrives_min,took_us\n");
    for (origin, destination) in pairs.iter().take(PAIRS) {
        let bound = Bound { origin: *origin, destination: *destination, date };
        let began = std::time::Instant::now();
        let found = search::search(network, airports, &bound, Cabin::Economy, now);
        let last_hops = found.ways().iter().filter_map(|way| way.hops().last());
        let first_arrival = last_hops.map(|hop| found.hops()[*hop as usize].arrives_min).min();
        let took_us = began.elapsed().as_micros();
        let zone = airports.zone(*origin).ok_or("an airport without a zone")?;
        let midnight =
            |date: Date| Ok::<_, Fault>(minutes_between(base, date.to_zoned(zone.clone())?.timestamp()));
        let arrives_min =
            first_arrival.map(|at| (at - minutes_between(Timestamp::UNIX_EPOCH, base)).to_string());
        writeln!(
            answers,
            "{origin},{destination},{},{},{},{took_us}",
            midnight(date)?,
            midnight(date.tomorrow()?)?,
            arrives_min.unwrap_or_default()
        )?;
    }
    fs::write(folder.join("answers.csv"), answers)?;

    let mut stops = String::from("stop_id,stop_name,stop_lat,stop_lon\n");
    let mut routes = String::from("route_id,route_short_name,route_type\n");
    let mut trips = String::from("route_id,service_id,trip_id\n");
    let mut times =
        String::from("trip_id,arrival_time,departure_time,stop_id,stop_sequence,pickup_type,drop_off_type\n");
    let mut most_chains = 0;
    for code in network.timetable().airports_served() {
        let airport = airports.get(*code).ok_or("an airport that is not known")?;
        writeln!(stops, "{code},{code},{},{}", airport.latitude_deg, airport.longitude_deg)?;
        let dates = (-1..DAYS - 1).map(|day| date.saturating_add(day.days()));
        let mut departures: Vec<Departure> =
            dates.flat_map(|date| network.timetable().departures_from(*code, date)).collect();
        departures.sort_by_key(|d| (d.destination, d.departs_at, d.arrives_at));
        for (chain, departure) in apart(departures).into_iter().rev() {
            most_chains = most_chains.max(chain + 1);
            let trip = departure.id;
            writeln!(trips, "r{chain},1,{trip}")?;
            for (at, stop, nth) in [
                (departure.departs_at, departure.origin, 1),
                (departure.arrives_at, departure.destination, 2),
            ] {
                let minute = minutes_between(base, at).max(0);
                let clock = format!("{:02}:{:02}:00", minute / 60, minute % 60);
                writeln!(times, "{trip},{clock},{clock},{stop},{nth},0,0")?;
            }
        }
    }
    for chain in 0..most_chains {
        writeln!(routes, "r{chain},{chain},3")?;
    }
    let day = date.strftime("%Y%m%d");
    let calendar = format!(
        "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n1,1,1,1,1,1,1,1,{day},{day}\n"
    );
    let files = [
        ("stops", stops),
        ("routes", routes),
        ("trips", trips),
        ("stop_times", times),
        ("calendar", calendar),
    ];
    for (name, text) in files {
        fs::write(folder.join(format!("{name}.txt")), text)?;
    }
    Ok(())
}

/// The departures, each with the number of a GTFS route: nobody overtakes on one, and who would goes on another. They come
/// by destination and in order.
fn apart(departures: Vec<Departure>) -> Vec<(usize, Departure)> {
    let mut last: Vec<(AirportCode, Timestamp)> = Vec::new();
    let mut numbered = Vec::new();
    for departure in departures {
        if last.first().is_some_and(|(destination, _)| *destination != departure.destination) {
            last.clear();
        }
        let free = last.iter().position(|(_, arrived)| *arrived <= departure.arrives_at);
        let here = (departure.destination, departure.arrives_at);
        let chain = free.unwrap_or(last.len());
        match last.get_mut(chain) {
            Some(place) => *place = here,
            None => last.push(here),
        }
        numbered.push((chain, departure));
    }
    numbered
}
