use jiff::{SignedDuration, civil::Time, tz::TimeZone};

use super::{
    TimeMode,
    fault::Fault,
    field,
    layout::leg::{
        AIRCRAFT, AIRCRAFT_ARRIVAL, AIRCRAFT_DEPARTURE, ARRIVAL_DAY, CLASSES, CONFIGURATION, DAYS,
        DEPARTURE_DAY, DESTINATION, DESTINATION_OFFSET, DESTINATION_TERMINAL, FREQUENCY, FROM, NUMBER,
        ORIGIN, ORIGIN_OFFSET, ORIGIN_TERMINAL, PASSENGER_ARRIVAL, PASSENGER_DEPARTURE, SEQUENCE, SERVICE,
        SUFFIX, TO, VARIATION, VARIATION_OVERFLOW,
    },
    layout::{CARRIER, Positions},
    record::Record,
};
use crate::{
    airport::AirportCode,
    airports::Airports,
    cabin::Configuration,
    carrier::CarrierCode,
    flight::FlightDesignator,
    schedule::{AircraftCode, Call, OperatingDays, Period},
};

/// A leg as its record files it: times in the file's mode, and what is left blank still open.
#[derive(Clone, Debug)]
pub(super) struct FiledLeg<'a> {
    pub record: Record<'a>,
    pub flight: FlightDesignator,
    pub variation: u16,
    pub leg: u8,
    pub service: char,
    pub period: Period,
    pub days: OperatingDays,
    pub origin: FiledCall,
    pub destination: FiledCall,
    pub departure_day: Option<i8>,
    pub arrival_day: Option<i8>,
    pub aircraft: AircraftCode,
    pub classes: String,
    pub configuration: Configuration,
}

/// A leg's end as filed.
#[derive(Clone, Debug)]
pub(super) struct FiledCall {
    pub airport: AirportCode,
    pub zone: TimeZone,
    /// Of the passenger time, since midnight in the file's mode; up to 1440.
    pub minutes: i32,
    /// What local time is ahead of the file's.
    pub ahead_min: i32,
    pub terminal: Option<String>,
}

impl<'a> FiledLeg<'a> {
    /// Reads the record; notes every fault of it, and then gives none.
    pub fn parse(
        record: Record<'a>,
        mode: TimeMode,
        airports: &Airports,
        faults: &mut Vec<Fault>,
    ) -> Option<Self> {
        let before = faults.len();
        let suffix = record.read_optional(SUFFIX, "a suffix of one capital letter or blank", faults, letter);
        let carrier = record.read(CARRIER, "an airline code of two letters or digits", faults, carrier);
        let number = record.read(NUMBER, "a flight number from 1 to 9999", faults, |t| {
            field::number(t).filter(|n| (1..=9999).contains(n))
        });
        let variation = read_variation(&record, faults);
        let leg = record.read(SEQUENCE, "a leg sequence number from 01 to 99", faults, |t| {
            field::number(t).and_then(|n| u8::try_from(n).ok()).filter(|n| *n > 0)
        });
        let service = record.read(SERVICE, "a service type of one capital letter", faults, letter);
        let period = read_period(&record, FROM, TO, faults);
        let days = record.read(DAYS, "the digits of the days flown in their places", faults, field::days);
        record.read(FREQUENCY, "blank or 1: only weekly schedules are read", faults, |t| {
            matches!(t, " " | "1").then_some(())
        });
        let origin = FiledCall::parse(&record, &DEPARTURE, mode, airports, faults);
        let destination = FiledCall::parse(&record, &ARRIVAL, mode, airports, faults);
        let day = "a date variation: blank, 0 to 7, or A for the day before";
        let departure_day = record.read_optional(DEPARTURE_DAY, day, faults, field::day);
        let arrival_day = record.read_optional(ARRIVAL_DAY, day, faults, field::day);
        let aircraft =
            record.read(AIRCRAFT, "an aircraft type of three letters or digits, such as 320", faults, |t| {
                AircraftCode::parse(t).ok()
            });
        let classes = record.read(CLASSES, "booking classes, capital letters alone", faults, |t| {
            let classes = t.trim_end();
            classes.bytes().all(|b| b.is_ascii_uppercase()).then(|| classes.to_owned())
        });
        let configuration =
            record.read(CONFIGURATION, "a cabin configuration such as F12Y138", faults, configuration);
        if faults.len() > before {
            return None;
        }
        let (origin, destination) = (origin?, destination?);
        if origin.airport == destination.airport {
            faults.push(record.fault(DESTINATION, "a leg does not end where it began"));
            return None;
        }
        let (period, days) = (period?, days?);
        if period.first(days).is_none() {
            faults.push(record.fault(DAYS, "no day of operation is in the period"));
            return None;
        }
        Some(Self {
            record,
            flight: FlightDesignator::new(carrier?, number?, suffix.ok()?).ok()?,
            variation: variation?,
            leg: leg?,
            service: service?,
            period,
            days,
            origin,
            destination,
            departure_day: departure_day.ok()?,
            arrival_day: arrival_day.ok()?,
            aircraft: aircraft?,
            classes: classes?,
            configuration: configuration?,
        })
    }
}

/// Where the fields of a leg's end stand; departure and arrival have them in different order.
struct CallLayout {
    airport: Positions,
    passenger: Positions,
    aircraft: Positions,
    offset: Positions,
    terminal: Positions,
}

const DEPARTURE: CallLayout = CallLayout {
    airport: ORIGIN,
    passenger: PASSENGER_DEPARTURE,
    aircraft: AIRCRAFT_DEPARTURE,
    offset: ORIGIN_OFFSET,
    terminal: ORIGIN_TERMINAL,
};

const ARRIVAL: CallLayout = CallLayout {
    airport: DESTINATION,
    passenger: PASSENGER_ARRIVAL,
    aircraft: AIRCRAFT_ARRIVAL,
    offset: DESTINATION_OFFSET,
    terminal: DESTINATION_TERMINAL,
};

impl FiledCall {
    fn parse(
        record: &Record,
        at: &CallLayout,
        mode: TimeMode,
        airports: &Airports,
        faults: &mut Vec<Fault>,
    ) -> Option<Self> {
        let airport = record.read(at.airport, "an airport code of three letters, such as JFK", faults, |t| {
            AirportCode::parse(t).ok()
        });
        let zone = airport.and_then(|airport| {
            let zone = airports.zone(airport).cloned();
            if zone.is_none() {
                faults.push(record.fault(at.airport, format!("we know no airport {airport}")));
            }
            zone
        });
        let time = "a time from 0000 to 2400";
        let minutes = record.read(at.passenger, time, faults, field::minutes);
        // Passengers are told theirs; the aircraft's own must be a time but is of no use here.
        let aircraft = record.read_optional(at.aircraft, time, faults, field::minutes);
        let offset = record.read(at.offset, "an offset from UTC such as -0500", faults, field::offset_min);
        let terminal = record.trimmed(at.terminal);
        aircraft.ok()?;
        Some(Self {
            airport: airport?,
            zone: zone?,
            minutes: minutes?,
            ahead_min: if mode == TimeMode::Utc { offset? } else { 0 },
            terminal: (!terminal.is_empty()).then(|| terminal.to_owned()),
        })
    }

    /// The leg's end in local time; `local_min` counts from any midnight.
    pub fn call(self, local_min: i32) -> Call {
        Call { airport: self.airport, time: time_of(local_min), terminal: self.terminal }
    }
}

pub(super) const DAY_MIN: i32 = 24 * 60;

/// The time of day, so many minutes after or before some midnight.
pub(super) fn time_of(minutes: i32) -> Time {
    Time::MIN.wrapping_add(SignedDuration::from_mins(minutes.into()))
}

pub(super) fn carrier(text: &str) -> Option<CarrierCode> {
    CarrierCode::parse(text).ok()
}

pub(super) fn read_period(
    record: &Record,
    from: Positions,
    to: Positions,
    faults: &mut Vec<Fault>,
) -> Option<Period> {
    let first = record.read(from, "a date such as 22DEC26", faults, field::date);
    let last = if record.at(to) == field::OPEN_END {
        None
    } else {
        Some(record.read(to, "a date such as 22DEC26, or 00XXX00 for no end", faults, field::date)?)
    };
    let period = Period { from: first?, to: last };
    if period.to.is_some_and(|to| to < period.from) {
        faults.push(record.fault(to, "the period ends before it begins"));
        return None;
    }
    Some(period)
}

fn read_variation(record: &Record, faults: &mut Vec<Fault>) -> Option<u16> {
    let low = record.read(VARIATION, "an itinerary variation from 01 to 99", faults, field::number)?;
    let overflow = "blank or the hundreds of the itinerary variation";
    let hundreds = record.read_optional(VARIATION_OVERFLOW, overflow, faults, field::number).ok()?;
    let variation = hundreds.unwrap_or(0) * 100 + low;
    if variation == 0 {
        faults.push(record.fault(VARIATION, "itinerary variations count from 01"));
        return None;
    }
    Some(variation)
}

fn letter(text: &str) -> Option<char> {
    text.chars().next().filter(char::is_ascii_uppercase)
}

/// The cabins; a version of the aircraft may follow them after `VV`.
fn configuration(text: &str) -> Option<Configuration> {
    Configuration::parse(text.split("VV").next()?).ok()
}
