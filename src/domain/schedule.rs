//! What an airline files: a leg, flown at the same times on some weekdays of a period.

use jiff::{
    Span,
    civil::{Date, Time},
};
use serde::{Deserialize, Serialize};

use crate::{airport::AirportCode, cabin::Configuration, code::code, flight::FlightDesignator};

code! {
    /// An IATA aircraft type, such as `320` or `77W` (SSIM appendix A).
    AircraftCode, 3,
    |b| b.iter().all(u8::is_ascii_alphanumeric),
    "an aircraft type of three letters or digits, such as 320"
}

/// One leg of the schedule, in local times. Which departures follow from it: see [`crate::timetable`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduledLeg {
    pub flight: FlightDesignator,
    /// Tells apart variations of one flight that fly in different periods or on different days; from 1.
    pub variation: u16,
    /// The leg's sequence in its flight, from 1.
    pub leg: u8,
    /// SSIM service type; `J` is a scheduled passenger flight.
    pub service: char,
    /// Dates and days are those of the flight's first departure.
    pub period: Period,
    pub days: OperatingDays,
    pub origin: Call,
    pub destination: Call,
    /// Days from the flight's date to this leg's local departure date.
    pub departure_day: i8,
    /// Days from the flight's date to this leg's local arrival date.
    pub arrival_day: i8,
    pub aircraft: AircraftCode,
    /// Booking classes as filed, such as `FY`.
    pub classes: String,
    pub configuration: Configuration,
    /// Whether the demo's generator made this leg up; filed as such in the segment data.
    pub made: bool,
}

impl ScheduledLeg {
    /// Whether it departs on that local date at its origin.
    pub fn departs_on(&self, date: Date) -> bool {
        let flight = self.flight_date(date);
        self.period.contains(flight) && self.days.contains(flight)
    }

    /// The date of the flight of which this leg departs on that local date at its origin.
    pub(crate) fn flight_date(&self, date: Date) -> Date {
        days_after(date, -i32::from(self.departure_day))
    }

    /// The first local date at the origin on which both would be one departure, which only one of them can be.
    pub fn clash(&self, other: &Self) -> Option<Date> {
        if (self.flight, self.leg) != (other.flight, other.leg) {
            return None;
        }
        let starts = |leg: &Self| days_after(leg.period.from, i32::from(leg.departure_day));
        // Weekly patterns that share no date within a week from where both have begun share none at all.
        first_within_a_week(starts(self).max(starts(other)), |date| {
            self.departs_on(date) && other.departs_on(date)
        })
    }
}

fn first_within_a_week(from: Date, flies: impl Fn(Date) -> bool) -> Option<Date> {
    (0..7).map(|days| days_after(from, days)).find(|date| flies(*date))
}

/// The date so many days later, or earlier when negative; it stays within the calendar.
pub(crate) fn days_after(date: Date, days: i32) -> Date {
    if days == 0 { date } else { date.saturating_add(Span::new().days(days)) }
}

/// A leg's end: an airport, the local passenger time there, and the terminal if filed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    pub airport: AirportCode,
    pub time: Time,
    pub terminal: Option<String>,
}

/// Dates, both included; no end means until further notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    pub from: Date,
    pub to: Option<Date>,
}

impl Period {
    pub fn contains(&self, date: Date) -> bool {
        self.from <= date && self.to.is_none_or(|to| date <= to)
    }

    /// The first date in it on one of those weekdays.
    pub fn first(&self, days: OperatingDays) -> Option<Date> {
        first_within_a_week(self.from, |date| self.contains(date) && days.contains(date))
    }

    pub fn overlaps(&self, other: &Self) -> bool {
        self.to.is_none_or(|to| other.from <= to) && other.to.is_none_or(|to| self.from <= to)
    }
}

/// Weekdays on which a flight operates; bit 0 is Monday (SSIM day 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperatingDays(u8);

impl OperatingDays {
    pub const DAILY: Self = Self(0x7f);

    /// The lower seven bits, Monday first; the eighth is dropped.
    pub fn from_bits(bits: u8) -> Self {
        Self(bits & 0x7f)
    }

    pub fn bits(self) -> u8 {
        self.0
    }

    pub fn contains(self, date: Date) -> bool {
        self.0 >> date.weekday().to_monday_zero_offset() & 1 == 1
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The weekdays that lie so many days later.
    #[must_use]
    pub fn later_by(self, days: i32) -> Self {
        let days = days.rem_euclid(7);
        Self::from_bits(self.0 << days | self.0 >> (7 - days))
    }

    /// SSIM's form: the digits of the days flown, blanks for the others, `1 3 5  `.
    pub fn ssim(self) -> String {
        (0..7u8).map(|d| if self.0 >> d & 1 == 1 { char::from(b'1' + d) } else { ' ' }).collect()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::{OperatingDays, Period};

    #[test]
    fn monday_is_day_one() {
        let mondays = OperatingDays::from_bits(1);
        assert!(mondays.contains(date(2026, 11, 23)));
        assert!(!mondays.contains(date(2026, 11, 22)));
        assert_eq!(mondays.ssim(), "1      ");
        assert_eq!(mondays.later_by(-1).ssim(), "      7");
        assert_eq!(OperatingDays::DAILY.later_by(3), OperatingDays::DAILY);
    }

    #[test]
    fn an_open_period_never_ends() {
        let open = Period { from: date(2026, 1, 1), to: None };
        let past = Period { from: date(2025, 1, 1), to: Some(date(2025, 12, 31)) };
        assert!(open.contains(date(2099, 1, 1)) && !open.contains(date(2025, 12, 31)));
        assert!(!open.overlaps(&past) && open.overlaps(&open));
    }
}
