use super::{
    CarrierSchedule, ScheduleFile, TimeMode,
    clash::clashes,
    fault::{Fault, bounded},
    field,
    layout::{self, CARRIER, MADE_ELEMENT, header, leg, segment, trailer},
    leg::{FiledLeg, carrier},
    record::Record,
    route::Route,
};
use crate::{airports::Airports, carrier::CarrierCode};

/// Reads a schedule file, of which nothing is taken if anything in it is wrong.
///
/// UTC times become local ones by the offsets on the record, and the flight's dates and days follow where the local day
/// is another. From then on the airports' zones rule: the flight keeps its local time over a clock change.
///
/// # Errors
/// Every fault with its place, in order of lines; after two hundred, one that counts the others.
pub fn read(text: &str, airports: &Airports) -> Result<ScheduleFile, Vec<Fault>> {
    let mut reader = Reader::new(airports);
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut last = 0;
    for (i, line) in text.lines().enumerate() {
        let line = line.trim_end_matches('\r');
        if line.bytes().all(|b| b == b'0') || line.trim().is_empty() {
            continue;
        }
        last = i + 1;
        match Record::parse(last, line) {
            Ok(record) => reader.take(record),
            Err(fault) => reader.skip(fault),
        }
    }
    reader.finish(last)
}

/// What may come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Header,
    Carrier,
    Legs,
    End,
    /// After a line that is no record, anything may.
    Unknown,
}

struct Reader<'a> {
    airports: &'a Airports,
    faults: Vec<Fault>,
    stage: Stage,
    data_set: Option<u16>,
    carriers: Vec<CarrierSchedule>,
    /// The lines of the legs, in the order of `carriers` and their legs.
    lines: Vec<usize>,
    /// The carrier that is being read and its time mode; none if its record is at fault.
    current: Option<(CarrierCode, TimeMode)>,
    serial: Option<u32>,
    before: Before<'a>,
}

/// The leg that a leg or its segment data follow on.
enum Before<'a> {
    Nothing,
    /// At fault itself: what follows on it cannot be judged.
    Faulty,
    Leg {
        record: Record<'a>,
        route: Box<Route>,
    },
}

impl<'a> Reader<'a> {
    fn new(airports: &'a Airports) -> Self {
        Self {
            airports,
            faults: Vec::new(),
            stage: Stage::Header,
            data_set: None,
            carriers: Vec::new(),
            lines: Vec::new(),
            current: None,
            serial: None,
            before: Before::Nothing,
        }
    }

    fn skip(&mut self, fault: Fault) {
        self.faults.push(fault);
        self.stage = Stage::Unknown;
        self.serial = None;
        self.before = Before::Faulty;
    }

    fn take(&mut self, record: Record<'a>) {
        let serial_before = self.serial;
        self.check_serial(&record);
        self.check_order(&record);
        match record.kind() {
            '1' => self.header(&record),
            '2' => self.carrier(&record),
            '3' => self.leg(record),
            '4' => self.segment(&record),
            '5' => self.trailer(&record, serial_before),
            _ => {}
        }
    }

    /// Serials count up; after 999999 they begin anew.
    fn check_serial(&mut self, record: &Record) {
        let serial = record.serial(&mut self.faults);
        if let (Some(serial), Some(before)) = (serial, self.serial)
            && serial <= before
            && before < 999_999
        {
            let message = format!("serial {serial} comes after {before}: serials should increase");
            self.faults.push(record.fault(layout::SERIAL, message));
        }
        self.serial = serial;
    }

    fn check_order(&mut self, record: &Record) {
        let kind = record.kind();
        let expected = match self.stage {
            Stage::Header => "1: a file begins with its header",
            Stage::Carrier => "2: the record of a carrier",
            Stage::Legs => "3, 4 or 5: a leg, its segment data or the carrier's trailer",
            Stage::End => "zeros: a trailer has ended the file",
            Stage::Unknown => "a record type from 1 to 5",
        };
        let fits = match self.stage {
            Stage::Header => kind == '1',
            Stage::Carrier => kind == '2',
            Stage::Legs => matches!(kind, '3'..='5'),
            Stage::End => false,
            Stage::Unknown => matches!(kind, '1'..='5'),
        };
        if !fits {
            let message = format!("a record of type {kind:?} should be {expected}");
            self.faults.push(record.fault((1, 1), message));
        }
        self.stage = match kind {
            '1' => Stage::Carrier,
            '2'..='4' => Stage::Legs,
            // Whether that is right is for the trailer itself to say.
            '5' => Stage::End,
            _ => Stage::Unknown,
        };
    }

    fn header(&mut self, record: &Record) {
        let expected = format!("{:?}", header::TITLE_TEXT);
        record.read(header::TITLE, &expected, &mut self.faults, |t| (t == header::TITLE_TEXT).then_some(()));
        let expected = "a number of three digits or blank";
        let data_set = record.read_optional(header::DATA_SET, expected, &mut self.faults, field::number);
        self.data_set = data_set.ok().flatten();
    }

    fn carrier(&mut self, record: &Record) {
        self.before = Before::Nothing;
        let schedule = CarrierSchedule::parse(record, &mut self.faults);
        self.current = schedule.as_ref().map(|schedule| (schedule.carrier, schedule.mode));
        self.carriers.extend(schedule);
    }

    /// Whether the record is of the current carrier; true where there is none to compare it with.
    fn check_carrier(&mut self, record: &Record) {
        let Some((current, _)) = self.current else { return };
        let expected = format!("{current}, the carrier whose record came before");
        record.read(CARRIER, &expected, &mut self.faults, |t| carrier(t).filter(|c| *c == current));
    }

    fn leg(&mut self, record: Record<'a>) {
        let known = self.faults.len();
        let mode = self.current.map_or(TimeMode::Local, |(_, mode)| mode);
        let filed = FiledLeg::parse(record, mode, self.airports, &mut self.faults);
        if filed.is_some() {
            self.check_carrier(&record);
        }
        let before = std::mem::replace(&mut self.before, Before::Faulty);
        let Some(filed) = filed.filter(|_| self.faults.len() == known && self.current.is_some()) else {
            return;
        };
        let route = match &before {
            Before::Leg { route, .. } => Some(&**route),
            Before::Faulty if filed.leg > 1 => return,
            Before::Faulty | Before::Nothing => None,
        };
        match Route::follow(route, filed, mode) {
            Ok((leg, route)) => {
                self.before = Before::Leg { record, route: Box::new(route) };
                if let Some(schedule) = self.carriers.last_mut() {
                    schedule.legs.push(leg);
                    self.lines.push(record.line);
                }
            }
            Err(fault) => self.faults.push(fault),
        }
    }

    /// Of segment data, only the mark of made legs is kept.
    fn segment(&mut self, record: &Record) {
        let element = record.read(segment::ELEMENT, "an element of three digits", &mut self.faults, |t| {
            t.bytes().all(|b| b.is_ascii_digit()).then_some(t)
        });
        match &self.before {
            Before::Leg { record: leg, .. } if leg.at(leg::NAME) == record.at(leg::NAME) => {
                let made = element == Some(MADE_ELEMENT);
                if let Some(leg) = self.carriers.last_mut().and_then(|schedule| schedule.legs.last_mut()) {
                    leg.made |= made;
                }
            }
            Before::Leg { .. } | Before::Nothing => {
                let message =
                    "segment data should follow the leg whose flight, variation and sequence it names";
                self.faults.push(record.fault(leg::NAME, message));
            }
            Before::Faulty => {}
        }
    }

    fn trailer(&mut self, record: &Record, before: Option<u32>) {
        self.check_carrier(record);
        self.current = None;
        self.before = Before::Nothing;
        let check =
            record.read(trailer::CHECK, "the serial of the record before", &mut self.faults, field::serial);
        if let (Some(check), Some(before)) = (check, before)
            && check != before
        {
            let message =
                format!("the check reference is {check}, but the record before has serial {before}");
            self.faults.push(record.fault(trailer::CHECK, message));
        }
        let end =
            record.read(trailer::END, "C when a carrier follows, or E", &mut self.faults, |t| match t {
                "C" => Some(Stage::Carrier),
                "E" => Some(Stage::End),
                _ => None,
            });
        self.stage = end.unwrap_or(Stage::Unknown);
    }

    fn finish(mut self, last: usize) -> Result<ScheduleFile, Vec<Fault>> {
        let missing = match self.stage {
            Stage::Header => Some("the file has no records"),
            Stage::Carrier => Some("the file ends where the record of a carrier should follow"),
            Stage::Legs => Some("the file ends without a trailer"),
            Stage::End | Stage::Unknown => None,
        };
        if let Some(message) = missing {
            self.faults.push(Fault { line: last + 1, column: 1, message: message.to_owned() });
        }
        self.faults.extend(clashes(&self.carriers, &self.lines));
        if self.faults.is_empty() {
            Ok(ScheduleFile { serial: self.data_set, carriers: self.carriers })
        } else {
            Err(bounded(self.faults))
        }
    }
}
