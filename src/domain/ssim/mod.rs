//! Schedule files: IATA's Standard Schedules Information Manual, chapter 7.
//!
//! A file is lines of 200 bytes with fields at fixed positions: a header (1), then for each carrier a carrier record
//! (2), its legs (3) with their segment data (4), and a trailer (5). Lines of zeros are padding.
//!
//! A leg's period and days are those of its flight: the dates on which the flight's first leg departs. Its date
//! variation counts from there. [`read`] gives both in local time, whatever the file's time mode was.

mod carrier;
mod clash;
mod fault;
mod field;
mod layout;
mod leg;
mod read;
mod record;
mod route;
mod write;

use jiff::civil::{Date, Time};

pub use fault::Fault;
pub use read::read;
pub use write::{WriteError, write};

use crate::{
    carrier::CarrierCode,
    schedule::{Period, ScheduledLeg},
};

/// A data set: the schedules of one or more carriers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduleFile {
    /// Counts the data sets that a sender issues; 0 to 999.
    pub serial: Option<u16>,
    pub carriers: Vec<CarrierSchedule>,
}

impl ScheduleFile {
    /// The legs of all carriers.
    pub fn legs(&self) -> impl Iterator<Item = &ScheduledLeg> {
        self.carriers.iter().flat_map(|carrier| &carrier.legs)
    }

    pub fn into_legs(self) -> Vec<ScheduledLeg> {
        self.carriers.into_iter().flat_map(|carrier| carrier.legs).collect()
    }
}

/// What a carrier files for a season.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CarrierSchedule {
    pub carrier: CarrierCode,
    /// How the file told its times; the legs here are in local times.
    pub mode: TimeMode,
    /// Such as `W26` for the winter of 2026.
    pub season: Option<String>,
    pub period: Period,
    pub created: Option<Date>,
    pub created_time: Option<Time>,
    pub title: String,
    pub released: Option<Date>,
    /// `P` for a proposed schedule, `C` for a complete one.
    pub status: Option<char>,
    /// Who wrote it.
    pub creator: String,
    pub legs: Vec<ScheduledLeg>,
}

/// In which time a carrier's records are filed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeMode {
    /// Coordinated universal time, for days and dates too.
    Utc,
    /// The local time of each station.
    Local,
}

#[cfg(test)]
mod tests;
