use std::ops::Range;

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::{Legs, Routes, routes::starts};
use crate::timetable::Timetable;

/// Minutes from the midnight that times are counted from to the date's own at UTC: it begins up to 14 hours earlier in
/// the first zones, and the clocks may move.
const AHEAD_MIN: i32 = 24 * 60;

/// Every departure on one local date at its origin, in columns, in order of route, then departure: a search takes up
/// the routes that are of use to it, and passes over all others unread.
#[derive(Debug)]
pub(crate) struct Day {
    date: Date,
    /// The minute of the Unix epoch that `departs` counts from.
    base_min: i32,
    /// Where the departures of each route begin; one more than there are routes.
    starts: Vec<u32>,
    departs: Vec<u16>,
    block_min: Vec<u16>,
    /// The place in the timetable's legs.
    legs: Vec<u32>,
}

impl Day {
    pub fn new(timetable: &Timetable, legs: &Legs, routes: &Routes, date: Date) -> Self {
        let base_min = midnight_min(date) - AHEAD_MIN;
        let mut rows: Vec<(u32, u16, u32, u16)> = timetable
            .on(date)
            .filter_map(|(leg, times)| {
                let departs = u16::try_from(minute(times.departs_at) - base_min).ok()?;
                // None arrives before it has left.
                let block_min = u16::try_from(times.block_time_min()).ok()?;
                Some((legs.route(leg)?, departs, u32::try_from(leg).ok()?, block_min))
            })
            .collect();
        rows.sort_unstable();
        Self {
            date,
            base_min,
            starts: starts(rows.iter().map(|row| row.0 as usize), routes.len()),
            departs: rows.iter().map(|row| row.1).collect(),
            block_min: rows.iter().map(|row| row.3).collect(),
            legs: rows.iter().map(|row| row.2).collect(),
        }
    }

    pub fn date(&self) -> Date {
        self.date
    }

    pub fn len(&self) -> usize {
        self.legs.len()
    }

    /// The places of a route's departures, in order.
    pub fn of(&self, route: u32) -> Range<usize> {
        let at = |i: usize| self.starts[i] as usize;
        at(route as usize)..at(route as usize + 1)
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
        self.starts.len() * size_of::<u32>() + self.len() * (size_of::<u32>() + size_of::<u16>() * 2)
    }

    /// Reads all columns from end to end, to measure that; the sum means nothing.
    pub fn read(&self) -> u64 {
        let wide = |column: &[u32]| column.iter().map(|value| u64::from(*value)).sum::<u64>();
        let narrow = |column: &[u16]| column.iter().map(|value| u64::from(*value)).sum::<u64>();
        wide(&self.starts) + wide(&self.legs) + narrow(&self.departs) + narrow(&self.block_min)
    }
}

/// The minute of the Unix epoch; it fits until the year 6053.
pub(crate) fn minute(at: Timestamp) -> i32 {
    i32::try_from(at.as_second().div_euclid(60)).unwrap_or(i32::MAX)
}

fn midnight_min(date: Date) -> i32 {
    TimeZone::UTC.to_timestamp(date.to_datetime(jiff::civil::Time::midnight())).map_or(i32::MAX, minute)
}
