//! Whatever flies can be written and is read as the same.

use jiff::{
    SignedDuration, Span,
    civil::{Date, Time, date},
};
use proptest::{collection::vec, option, prelude::*};

use crate::{
    airport::AirportCode,
    airports::{Airports, tests::few},
    cabin::Configuration,
    carrier::CarrierCode,
    flight::FlightDesignator,
    schedule::{AircraftCode, Call, OperatingDays, Period, ScheduledLeg},
    ssim::{CarrierSchedule, ScheduleFile, TimeMode, read, write},
};

const STATIONS: [&str; 8] = ["ATL", "BOS", "CDG", "GRU", "JFK", "LAX", "ORY", "SYD"];

/// What tells one flight from another, but for its number.
#[derive(Clone, Debug)]
struct Plan {
    suffix: Option<char>,
    variation: u16,
    first_station: usize,
    departs_min: i64,
    from: Date,
    length_days: Option<i32>,
    days: u8,
    /// Station by its distance in the list, minutes on the ground before, minutes to fly, terminal, whether made.
    legs: Vec<(usize, i64, i64, Option<String>, bool)>,
}

prop_compose! {
    fn plan()(
        suffix in option::of(proptest::char::range('A', 'Z')),
        variation in 1..=999u16,
        first_station in 0..STATIONS.len(),
        departs_min in 0..1440i64,
        days_from in 0..36_000i32,
        length_days in option::of(7..400i32),
        days in 1..128u8,
        legs in vec((1..STATIONS.len(), 90..600i64, 90..1300i64, option::of("[A-Z0-9]{1,2}"), any::<bool>()), 1..4),
    ) -> Plan {
        let from = date(1970, 1, 2) + Span::new().days(days_from);
        Plan { suffix, variation, first_station, departs_min, from, length_days, days, legs }
    }
}

impl Plan {
    fn fly(&self, carrier: CarrierCode, number: u16, airports: &Airports) -> Vec<ScheduledLeg> {
        let station = |i: usize| AirportCode::parse(STATIONS[i % STATIONS.len()]).unwrap();
        let zone = |airport| airports.zone(airport).unwrap().clone();
        let period =
            Period { from: self.from, to: self.length_days.map(|days| self.from + Span::new().days(days)) };
        let days = OperatingDays::from_bits(self.days);
        let flight_date = period.first(days).unwrap();
        let departs = Time::MIN.wrapping_add(SignedDuration::from_mins(self.departs_min));
        let mut at = self.first_station;
        let mut now = flight_date.to_datetime(departs).to_zoned(zone(station(at))).unwrap();
        let mut flown = Vec::new();
        for (leg, (step, ground_min, block_min, terminal, made)) in (1..).zip(&self.legs) {
            let departs = if leg == 1 {
                flight_date.to_datetime(departs)
            } else {
                now = &now + SignedDuration::from_mins(*ground_min);
                now.datetime()
            };
            let origin = Call { airport: station(at), time: departs.time(), terminal: terminal.clone() };
            at += step;
            now = (&now + SignedDuration::from_mins(*block_min)).with_time_zone(zone(station(at)));
            // Local times before the first railways' had seconds; schedules know minutes alone.
            let arrives = now.datetime().with().second(0).build().unwrap();
            let day = |date: Date| i8::try_from((date - flight_date).get_days()).unwrap();
            flown.push(ScheduledLeg {
                flight: FlightDesignator::new(carrier, number, self.suffix).unwrap(),
                variation: self.variation,
                leg,
                service: 'J',
                period,
                days,
                origin,
                destination: Call { airport: station(at), time: arrives.time(), terminal: None },
                departure_day: day(departs.date()),
                arrival_day: day(arrives.date()),
                aircraft: AircraftCode::parse("77W").unwrap(),
                classes: "FJWY".to_owned(),
                configuration: Configuration::parse("F8J42W24Y227").unwrap(),
                made: *made,
            });
        }
        flown
    }
}

fn file(carriers: &[Vec<Plan>], serial: Option<u16>, title: &str, airports: &Airports) -> ScheduleFile {
    let schedule = |(code, plans): (&str, &Vec<Plan>)| {
        let carrier = CarrierCode::parse(code).unwrap();
        let legs = (1..).zip(plans).flat_map(|(number, plan)| plan.fly(carrier, number, airports)).collect();
        CarrierSchedule {
            carrier,
            mode: TimeMode::Local,
            season: Some("W26".to_owned()),
            period: Period { from: date(1970, 1, 1), to: None },
            created: Some(date(2026, 11, 22)),
            created_time: None,
            title: title.to_owned(),
            released: None,
            status: Some('C'),
            creator: "SKYCONNECT".to_owned(),
            legs,
        }
    };
    ScheduleFile { serial, carriers: ["B6", "Q1", "9W"].into_iter().zip(carriers).map(schedule).collect() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn what_is_written_is_read_as_the_same(
        carriers in vec(vec(plan(), 0..12), 1..=3),
        serial in option::of(0..1000u16),
        title in "([A-Z0-9]([A-Z0-9 ]{0,27}[A-Z0-9])?)?",
    ) {
        let airports = few();
        let file = file(&carriers, serial, &title, &airports);
        let text = write(&file, &airports).unwrap();
        prop_assert!(text.lines().all(|line| line.len() == 200));
        prop_assert_eq!(read(&text, &airports), Ok(file));
    }

    #[test]
    fn no_text_makes_the_reader_fall_over(text in "[0-5 A-Z\n]{0,2000}", line in "[1-5][ -~]{199}") {
        let airports = few();
        prop_assert!(read(&text, &airports).is_err());
        prop_assert!(read(&line, &airports).is_err());
    }
}
