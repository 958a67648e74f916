use jiff::tz::TimeZone;

use super::{
    CarrierSchedule, ScheduleFile, field,
    layout::{
        CARRIER, LENGTH, MADE_ELEMENT, MADE_TEXT, Positions, SERIAL, carrier, header, leg, segment, trailer,
    },
};
use crate::{airports::Airports, schedule::ScheduledLeg, timetable::Ends};

/// What cannot be written in the format; nothing that was read from a file is such.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {what} cannot be written")]
pub struct WriteError {
    /// The carrier or the leg.
    pub place: String,
    pub what: String,
}

/// Writes a schedule file that [`read`](super::read()) reads as the same, with all times local, which is the mode it
/// then has. The offsets are those of the airports' zones on the first date of each period.
///
/// # Errors
/// The first value that has no form in a field; an airport unknown to `airports`.
pub fn write(file: &ScheduleFile, airports: &Airports) -> Result<String, WriteError> {
    let mut lines = Lines::default();
    let title = Line::new('1').put(header::TITLE, header::TITLE_TEXT);
    let data_set = file.serial.map(|serial| format!("{serial:03}")).unwrap_or_default();
    lines.add(title.put(header::DATA_SET, &data_set), "the header")?;
    for (i, schedule) in file.carriers.iter().enumerate() {
        let place = schedule.carrier.to_string();
        lines.add(carrier_line(schedule), &place)?;
        for leg in &schedule.legs {
            let place = format!("{} leg {}", leg.flight.spaced(), leg.leg);
            lines.add(leg_line(leg, airports, &place)?, &place)?;
            if leg.made {
                lines.add(made_line(leg), &place)?;
            }
        }
        let end = if i + 1 == file.carriers.len() { "E" } else { "C" };
        let line = Line::new('5')
            .put(CARRIER, schedule.carrier.as_str())
            .put(trailer::RELEASED, &schedule.released.map(field::write_date).unwrap_or_default())
            .put(trailer::CHECK, &format!("{:06}", lines.serial))
            .put(trailer::END, end);
        lines.add(line, &place)?;
    }
    Ok(lines.text)
}

fn carrier_line(schedule: &CarrierSchedule) -> Line {
    let date = |date: Option<_>| date.map(field::write_date).unwrap_or_default();
    Line::new('2')
        .put(carrier::MODE, "L")
        .put(CARRIER, schedule.carrier.as_str())
        .put(carrier::SEASON, schedule.season.as_deref().unwrap_or_default())
        .put(carrier::FROM, &field::write_date(schedule.period.from))
        .put(carrier::TO, &field::write_end(schedule.period))
        .put(carrier::CREATED, &date(schedule.created))
        .put(carrier::TITLE, &schedule.title)
        .put(carrier::RELEASED, &date(schedule.released))
        .put(carrier::STATUS, &schedule.status.map(String::from).unwrap_or_default())
        .put(carrier::CREATOR, &schedule.creator)
        .put(carrier::E_TICKET, "ET")
        .put(carrier::CREATED_TIME, &schedule.created_time.map(field::write_time).unwrap_or_default())
}

/// What leg and segment data have in common: type, flight, variation, sequence and service.
fn named_line(kind: char, leg: &ScheduledLeg, overflow: Positions) -> Line {
    let hundreds = leg.variation / 100;
    Line::new(kind)
        .put(leg::SUFFIX, &leg.flight.suffix().map(String::from).unwrap_or_default())
        .put(CARRIER, leg.flight.carrier.as_str())
        .put(leg::NUMBER, &format!("{:4}", leg.flight.number()))
        .put(leg::VARIATION, &format!("{:02}", leg.variation % 100))
        .put(leg::SEQUENCE, &format!("{:02}", leg.leg))
        .put(leg::SERVICE, &leg.service.to_string())
        .put(overflow, &if hundreds == 0 { String::new() } else { hundreds.to_string() })
}

fn leg_line(leg: &ScheduledLeg, airports: &Airports, place: &str) -> Result<Line, WriteError> {
    let unwritable = |what: String| WriteError { place: place.to_owned(), what };
    let ends =
        Ends::of(leg, airports).map_err(|airport| unwritable(format!("the unknown airport {airport}")))?;
    // At noon: where a period begins with a clock change, it is filed with the offset that holds from then on.
    let noon = leg.period.from.at(12, 0, 0, 0);
    let offset = |zone: &TimeZone| {
        let at = zone.to_ambiguous_timestamp(noon).compatible();
        at.map(|at| field::write_offset(zone.to_offset(at).seconds() / 60))
            .map_err(|_| unwritable("a period beyond the calendar".to_owned()))
    };
    let day =
        |day| field::write_day(day).ok_or_else(|| unwritable(format!("a date variation of {day} days")));
    let departs = field::write_time(leg.origin.time);
    let arrives = field::write_time(leg.destination.time);
    Ok(named_line('3', leg, leg::VARIATION_OVERFLOW)
        .put(leg::FROM, &field::write_date(leg.period.from))
        .put(leg::TO, &field::write_end(leg.period))
        .put(leg::DAYS, &leg.days.ssim())
        .put(leg::ORIGIN, leg.origin.airport.as_str())
        .put(leg::PASSENGER_DEPARTURE, &departs)
        .put(leg::AIRCRAFT_DEPARTURE, &departs)
        .put(leg::ORIGIN_OFFSET, &offset(&ends.origin)?)
        .put(leg::ORIGIN_TERMINAL, leg.origin.terminal.as_deref().unwrap_or_default())
        .put(leg::DESTINATION, leg.destination.airport.as_str())
        .put(leg::AIRCRAFT_ARRIVAL, &arrives)
        .put(leg::PASSENGER_ARRIVAL, &arrives)
        .put(leg::DESTINATION_OFFSET, &offset(&ends.destination)?)
        .put(leg::DESTINATION_TERMINAL, leg.destination.terminal.as_deref().unwrap_or_default())
        .put(leg::AIRCRAFT, leg.aircraft.as_str())
        .put(leg::CLASSES, &leg.classes)
        .put(leg::OWNER, leg.flight.carrier.as_str())
        .put(leg::CONFIGURATION, &leg.configuration.to_string())
        .put(leg::DEPARTURE_DAY, &day(leg.departure_day)?)
        .put(leg::ARRIVAL_DAY, &day(leg.arrival_day)?))
}

/// The stations of a flight are lettered from A.
fn made_line(leg: &ScheduledLeg) -> Line {
    let letter = |station: u8| char::from(b'A' + station.min(25)).to_string();
    named_line('4', leg, segment::VARIATION_OVERFLOW)
        .put(segment::BOARD_INDICATOR, &letter(leg.leg.saturating_sub(1)))
        .put(segment::OFF_INDICATOR, &letter(leg.leg))
        .put(segment::ELEMENT, MADE_ELEMENT)
        .put(segment::BOARD, leg.origin.airport.as_str())
        .put(segment::OFF, leg.destination.airport.as_str())
        .put(segment::DATA, MADE_TEXT)
}

/// A record in the making.
struct Line {
    bytes: Vec<u8>,
    /// The first text that is too long for its field or not of plain letters, digits and signs.
    unwritable: Option<String>,
}

impl Line {
    fn new(kind: char) -> Self {
        Self { bytes: vec![b' '; LENGTH], unwritable: None }.put((1, 1), &kind.to_string())
    }

    /// Texts shorter than their field are followed by blanks.
    fn put(mut self, (first, last): Positions, text: &str) -> Self {
        let fits = text.len() <= last + 1 - first && text.bytes().all(|b| matches!(b, b' '..=b'~'));
        if fits {
            self.bytes[first - 1..first - 1 + text.len()].copy_from_slice(text.as_bytes());
        } else {
            self.unwritable.get_or_insert_with(|| format!("{text:?}"));
        }
        self
    }
}

/// The records so far; each gets the next serial.
#[derive(Default)]
struct Lines {
    text: String,
    serial: u32,
}

impl Lines {
    fn add(&mut self, line: Line, place: &str) -> Result<(), WriteError> {
        // After 999999 the standard counts on from 2: the header alone is 1.
        self.serial = if self.serial == 999_999 { 2 } else { self.serial + 1 };
        let line = line.put(SERIAL, &format!("{:06}", self.serial));
        if let Some(what) = line.unwritable {
            return Err(WriteError { place: place.to_owned(), what });
        }
        self.text.extend(line.bytes.into_iter().map(char::from));
        self.text.push('\n');
        Ok(())
    }
}
