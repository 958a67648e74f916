//! The few flights that everyone fights over: small aircraft, two legs that can be flown alone or one after the other.

use std::io;

use domain::{
    airport::AirportCode,
    airports::Airports,
    cabin::Configuration,
    carrier::CarrierCode,
    departure::DepartureId,
    flight::FlightDesignator,
    schedule::{AircraftCode, Call, OperatingDays, Period, ScheduledLeg},
    ssim::{CarrierSchedule, ScheduleFile, TimeMode, write},
};
use jiff::{
    ToSpan as _,
    civil::{Date, Time, time},
};

const AIRPORTS_CSV: &str = include_str!("../../data/airports.csv");
const CARRIER: &str = "Q1";
/// Sixty-four places in economy.
const AIRCRAFT: (&str, &str) = ("CR9", "F12Y64");
/// In one time zone, so that local times can be read side by side.
const LINES: [[&str; 3]; 4] =
    [["BOS", "PHL", "ATL"], ["JFK", "CLT", "MCO"], ["DCA", "PIT", "MIA"], ["BUF", "IAD", "RDU"]];
/// Days ahead on which the sale begins and ends.
const FIRST_DAY: i32 = 5;
const LAST_DAY: i32 = 320;

/// Two legs of one day that follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Stage {
    pub legs: [DepartureId; 2],
    pub airports: [AirportCode; 3],
    pub date: Date,
}

/// Every stage that is ever on sale, in the order of sale.
#[derive(Debug)]
pub struct Timetable {
    today: Date,
    lines: Vec<[AirportCode; 3]>,
    carrier: CarrierCode,
}

impl Timetable {
    /// # Errors
    /// Never: the names above are codes.
    pub fn new(today: Date) -> io::Result<Self> {
        let line = |line: [&str; 3]| -> io::Result<_> {
            let [a, b, c] = line.map(|code| AirportCode::parse(code).map_err(io::Error::other));
            Ok([a?, b?, c?])
        };
        let lines = LINES.into_iter().map(line).collect::<io::Result<_>>()?;
        Ok(Self { today, lines, carrier: CarrierCode::parse(CARRIER).map_err(io::Error::other)? })
    }

    /// The stage of that number; it begins anew after the last.
    pub fn stage(&self, number: usize) -> Stage {
        let line = number % self.lines.len();
        let days = usize::try_from(LAST_DAY - FIRST_DAY).unwrap_or(1);
        let day = FIRST_DAY + i32::try_from(number / self.lines.len() % days).unwrap_or(0);
        let date = self.today.saturating_add(day.days());
        let leg = |leg| DepartureId { flight: self.flight(line, leg), leg: 1, date };
        Stage { legs: [leg(0), leg(1)], airports: self.lines[line], date }
    }

    /// The schedule as an SSIM file.
    ///
    /// # Errors
    /// Never: what is above can be written.
    pub fn file(&self) -> io::Result<String> {
        let airports = Airports::parse(AIRPORTS_CSV).map_err(io::Error::other)?;
        let period = Period { from: self.today.saturating_sub(2.days()), to: None };
        let mut legs = Vec::new();
        for (number, line) in self.lines.iter().enumerate() {
            for (leg, times) in
                [(time(7, 0, 0, 0), time(8, 40, 0, 0)), (time(10, 30, 0, 0), time(13, 0, 0, 0))]
                    .into_iter()
                    .enumerate()
            {
                legs.push(Self::leg(self.flight(number, leg), [line[leg], line[leg + 1]], times, period)?);
            }
        }
        let schedule = CarrierSchedule {
            carrier: self.carrier,
            mode: TimeMode::Local,
            season: None,
            period,
            created: Some(self.today),
            created_time: Some(time(0, 0, 0, 0)),
            title: "DRILL".into(),
            released: Some(self.today),
            status: Some('C'),
            creator: "SKYCONNECT".into(),
            legs,
        };
        write(&ScheduleFile { serial: Some(1), carriers: vec![schedule] }, &airports)
            .map_err(io::Error::other)
    }

    fn flight(&self, line: usize, leg: usize) -> FlightDesignator {
        let number = u16::try_from(100 + 10 * line + leg).unwrap_or(100);
        // Three digits are always a flight number.
        FlightDesignator::new(self.carrier, number, None)
            .unwrap_or_else(|_| unreachable!("{number} is a number"))
    }

    fn leg(
        flight: FlightDesignator,
        [from, to]: [AirportCode; 2],
        (off, on): (Time, Time),
        period: Period,
    ) -> io::Result<ScheduledLeg> {
        let call = |airport, time| Call { airport, time, terminal: None };
        Ok(ScheduledLeg {
            flight,
            variation: 1,
            leg: 1,
            service: 'J',
            period,
            days: OperatingDays::DAILY,
            origin: call(from, off),
            destination: call(to, on),
            departure_day: 0,
            arrival_day: 0,
            aircraft: AircraftCode::parse(AIRCRAFT.0).map_err(io::Error::other)?,
            classes: "FY".into(),
            configuration: Configuration::parse(AIRCRAFT.1).map_err(io::Error::other)?,
            made: true,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use jiff::civil::date;

    use super::Timetable;

    #[test]
    fn the_schedule_can_be_filed_and_its_stages_differ() {
        let timetable = Timetable::new(date(2026, 11, 22)).unwrap();
        assert_eq!(timetable.file().unwrap().lines().filter(|line| line.starts_with('3')).count(), 8);
        let stages: BTreeSet<_> = (0..1000).map(|n| timetable.stage(n).legs).collect();
        assert_eq!(stages.len(), 1000);
    }
}
