use std::ops::Range;

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::Legs;
use crate::timetable::Timetable;

/// Minutes from the midnight that times are counted from to the date's own at UTC: it begins up to 14 hours earlier in
/// the first zones, and the clocks may move.
const AHEAD_MIN: i32 = 24 * 60;

/// Every departure on one local date at its origin, in columns, in order of departure.
#[derive(Debug)]
pub(crate) struct Day {
    date: Date,
    /// The minute of the Unix epoch that `departs` counts from.
    base_min: i32,
    routes: Vec<u32>,
    departs: Vec<u16>,
    block_min: Vec<u16>,
    /// The place in the timetable's legs.
    legs: Vec<u32>,
}

impl Day {
    pub fn new(timetable: &Timetable, legs: &Legs, date: Date) -> Self {
        let base_min = midnight_min(date) - AHEAD_MIN;
        let mut rows: Vec<(u16, u32, u32, u16)> = timetable
            .on(date)
            .filter_map(|(leg, times)| {
                let departs = u16::try_from(minute(times.departs_at) - base_min).ok()?;
                // None arrives before it has left.
                let block_min = u16::try_from(times.block_time_min()).ok()?;
                Some((departs, u32::try_from(leg).ok()?, legs.route(leg)?, block_min))
            })
            .collect();
        rows.sort_unstable();
        Self {
            date,
            base_min,
            routes: rows.iter().map(|row| row.2).collect(),
            departs: rows.iter().map(|row| row.0).collect(),
            block_min: rows.iter().map(|row| row.3).collect(),
            legs: rows.iter().map(|row| row.1).collect(),
        }
    }

    pub fn date(&self) -> Date {
        self.date
    }

    /// The column that a scan reads.
    pub fn routes(&self) -> &[u32] {
        &self.routes
    }

    /// Those that leave from one minute of the epoch to another, both included.
    pub fn within(&self, from_min: i32, until_min: i32) -> Range<usize> {
        let begin = self.departs.partition_point(|departs| self.base_min + i32::from(*departs) < from_min);
        let end = self.departs.partition_point(|departs| self.base_min + i32::from(*departs) <= until_min);
        begin..end.max(begin)
    }

    /// When it leaves and arrives, in minutes of the epoch.
    pub fn times_min(&self, i: usize) -> (i32, i32) {
        let departs_min = self.base_min + i32::from(self.departs[i]);
        (departs_min, departs_min + i32::from(self.block_min[i]))
    }

    pub fn leg(&self, i: usize) -> u32 {
        self.legs[i]
    }

    pub fn bytes(&self) -> usize {
        self.routes.len() * (size_of::<u32>() * 2 + size_of::<u16>() * 2)
    }
}

/// The minute of the Unix epoch; it fits until the year 6053.
pub(crate) fn minute(at: Timestamp) -> i32 {
    i32::try_from(at.as_second().div_euclid(60)).unwrap_or(i32::MAX)
}

fn midnight_min(date: Date) -> i32 {
    TimeZone::UTC.to_timestamp(date.to_datetime(jiff::civil::Time::midnight())).map_or(i32::MAX, minute)
}
