//! The committed timetable, by the counts of its own lines.

use std::{collections::BTreeMap, path::Path};

use jiff::civil::date;

use crate::{
    airports::Airports,
    departure::DepartureId,
    schedule::ScheduledLeg,
    ssim::{read, write},
    timetable::Timetable,
};

fn data(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data").join(name)).unwrap()
}

fn airports() -> Airports {
    Airports::parse(&data("airports.csv")).unwrap()
}

#[test]
fn every_leg_of_the_demo_is_read_and_written_again() {
    let (text, airports) = (data("demo.ssim"), airports());
    let file = read(&text, &airports).unwrap();
    let mut filed: BTreeMap<&str, usize> = BTreeMap::new();
    for line in text.lines().filter(|line| line.starts_with('3')) {
        *filed.entry(&line[2..4]).or_default() += 1;
    }
    let read_legs: BTreeMap<_, _> =
        file.carriers.iter().map(|c| (c.carrier.as_str(), c.legs.len())).collect();
    assert_eq!(read_legs, filed);
    let made = |leg: &&ScheduledLeg| leg.made;
    assert_eq!(file.legs().filter(made).count(), text.lines().filter(|line| line.starts_with('4')).count());
    assert_eq!(read(&write(&file, &airports).unwrap(), &airports), Ok(file));
}

#[test]
fn the_demo_crosses_the_date_line_both_ways() {
    let airports = airports();
    let legs = read(&data("demo.ssim"), &airports).unwrap().into_legs();
    let timetable = Timetable::new(legs, &airports).unwrap();
    let mut seen: Vec<i32> = timetable
        .airports_served()
        .iter()
        .flat_map(|airport| timetable.departures_from(*airport, date(2026, 12, 22)))
        .inspect(|departure| {
            assert!((10..=24 * 60).contains(&departure.block_time_min()), "{}", departure.id);
            assert_eq!(timetable.departure(&departure.id).as_ref(), Some(departure));
        })
        .map(|departure| departure.day_change())
        .collect();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen, [-1, 0, 1, 2]);
    let second_leg = DepartureId::parse("Q17-2-2026-12-22").unwrap();
    let departure = timetable.departure(&second_leg).unwrap();
    assert_eq!((departure.origin.as_str(), departure.destination.as_str()), ("HNL", "SYD"));
}
