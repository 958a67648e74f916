//! A schedule of the world from those flights: local times, weekdays, and as many copies as are asked for.

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    path::Path,
};

use domain::{
    airport::AirportCode,
    airports::Airports,
    cabin::Configuration,
    carrier::CarrierCode,
    flight::FlightDesignator,
    schedule::{AircraftCode, Call, OperatingDays, Period, ScheduledLeg},
};
use jiff::{
    Timestamp, ToSpan,
    civil::{Date, DateTime, date},
};

use crate::{Fault, traffic::Flight};

/// A Sunday, in a week in which no clocks change.
pub const WEEK: Date = date(2026, 12, 6);

const LETTERS: &[u8; 36] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// What the legs of one week are told apart by, but for their weekdays: airline, ends, local times, days to the arrival.
type Pattern = (String, AirportCode, AirportCode, jiff::civil::Time, jiff::civil::Time, i8);

/// The IATA codes of airports by their ICAO codes, from the file of `airportsdata`.
///
/// # Errors
/// The file cannot be read.
pub fn codes(file: &Path, airports: &Airports) -> Result<HashMap<String, AirportCode>, Fault> {
    let text = fs::read_to_string(file)?;
    let line = |line: &str| {
        let mut fields = line.split("\",\"").map(|field| field.trim_matches('"'));
        let (icao, iata) = (fields.next()?, AirportCode::parse(fields.next()?).ok()?);
        airports.get(iata).map(|_| (icao.to_owned(), iata))
    };
    Ok(text.lines().filter_map(line).collect())
}

/// The schedule, each leg `copies` times some minutes apart. What no airliner could fly is left out.
///
/// # Errors
/// More flights or airlines than there are numbers.
pub fn schedule(
    flights: &[Flight],
    codes: &HashMap<String, AirportCode>,
    airports: &Airports,
    copies: i64,
) -> Result<Vec<ScheduledLeg>, Fault> {
    let mut patterns: BTreeMap<Pattern, u8> = BTreeMap::new();
    for flight in flights {
        for copy in 0..copies {
            let days = if flight.is_daily { 0..7 } else { 0..1 };
            for day in days {
                if let Some((pattern, days)) = pattern(flight, day * 1440 + copy * 37, codes, airports) {
                    *patterns.entry(pattern).or_default() |= days;
                }
            }
        }
    }
    let mut numbers: BTreeMap<String, u32> = BTreeMap::new();
    let airlines: Vec<String> = flights.iter().map(|flight| flight.airline.clone()).collect();
    let mut names = airlines;
    names.sort();
    names.dedup();
    patterns
        .into_iter()
        .map(|((airline, origin, destination, departs, arrives, arrival_day), days)| {
            let carrier = carrier(names.binary_search(&airline).unwrap_or_default())?;
            let number = numbers.entry(airline).and_modify(|number| *number += 1).or_insert(0);
            let suffix =
                (*number / 9999).checked_sub(1).and_then(|nth| char::from_u32(u32::from(b'A') + nth));
            let number = u16::try_from(*number % 9999 + 1)?;
            let call = |airport, time| Call { airport, time, terminal: None };
            Ok(ScheduledLeg {
                flight: FlightDesignator::new(carrier, number, suffix)?,
                variation: 1,
                leg: 1,
                service: 'J',
                period: Period { from: WEEK, to: None },
                days: OperatingDays::from_bits(days),
                origin: call(origin, departs),
                destination: call(destination, arrives),
                departure_day: 0,
                arrival_day,
                aircraft: AircraftCode::parse("320")?,
                classes: "Y".to_owned(),
                configuration: Configuration::parse("Y180")?,
                made: true,
            })
        })
        .collect()
}

/// A flight of the week in local times, so many minutes later than it stands there; with its weekday.
fn pattern(
    flight: &Flight,
    later_min: i64,
    codes: &HashMap<String, AirportCode>,
    airports: &Airports,
) -> Option<(Pattern, u8)> {
    let (origin, destination) = (*codes.get(&flight.origin_icao)?, *codes.get(&flight.destination_icao)?);
    let cycle_min = if flight.is_daily { 1440 } else { 7 * 1440 };
    let block_min = (flight.arrives_min - flight.departs_min).rem_euclid(cycle_min);
    let km = i64::from(airports.distance_km(origin, destination)?);
    // At most 1,100 km/h from gate to gate, and at least 200 after an hour on the ground.
    let can_be = km > 0 && (20..=20 * 60).contains(&block_min) && km * 60 <= block_min * 1100;
    if !can_be || block_min > 60 + km * 60 / 200 {
        return None;
    }
    let sunday = WEEK.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
    let local =
        |airport, at: Timestamp| -> Option<DateTime> { Some(airports.zone(airport)?.to_datetime(at)) };
    let departs_at = sunday + (flight.departs_min + later_min).minutes();
    let departs = local(origin, departs_at)?;
    let arrives = local(destination, departs_at + block_min.minutes())?;
    let arrival_day = i8::try_from(domain::departure::days_between(departs.date(), arrives.date())).ok()?;
    let weekday = 1 << departs.weekday().to_monday_zero_offset();
    let pattern = (flight.airline.clone(), origin, destination, departs.time(), arrives.time(), arrival_day);
    Some((pattern, weekday))
}

/// A code of our own for the nth airline: two letters or digits, the first a letter.
fn carrier(nth: usize) -> Result<CarrierCode, Fault> {
    let letter =
        |i: usize| LETTERS.get(i).map(|letter| char::from(*letter)).ok_or("more airlines than codes");
    let code: String = [letter(nth / 36)?, letter(nth % 36)?].iter().collect();
    Ok(CarrierCode::parse(&code)?)
}
