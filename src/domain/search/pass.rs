use std::{hint::black_box, sync::Arc};

use jiff::{Timestamp, civil::Date};

use super::{
    Bound,
    ends::Ends,
    roles::{DIRECT, FIRST, LAST, MIDDLE, Roles},
    scan::{Scan, Scanned},
};
use crate::{
    airports::Airports,
    cabin::Cabin,
    network::{Day, Network},
};

/// The pass of a search over all departures of some days, alone, to be measured beside reading the same memory.
#[derive(Debug)]
pub struct Pass<'n> {
    network: &'n Network,
    roles: Roles,
    days: Vec<Arc<Day>>,
    now: Timestamp,
}

impl<'n> Pass<'n> {
    pub fn new(
        network: &'n Network,
        airports: &Airports,
        bound: &Bound,
        dates: impl Iterator<Item = Date>,
        now: Timestamp,
    ) -> Self {
        let roles =
            Roles::new(network.routes(), &Ends::new(network, airports, bound.origin, bound.destination));
        Self { network, roles, days: dates.map(|date| network.day(date, now)).collect(), now }
    }

    /// How many departures there are in these days.
    pub fn departures(&self) -> usize {
        self.days.iter().map(|day| day.len()).sum()
    }

    /// Finds those that could be part of a way to fly, and writes them down as a search does.
    pub fn scan(&self) -> usize {
        let Self { network, roles, now, .. } = self;
        let scan = Scan { network, roles, cabin: Cabin::Economy, now: *now, longest_min: 0 };
        let mut scanned = Scanned::default();
        for day in &self.days {
            scan.read(day, i32::MIN, i32::MAX, DIRECT | FIRST | MIDDLE | LAST, &mut scanned);
        }
        let Scanned { direct, firsts, middles, lasts } = black_box(scanned);
        direct.len() + firsts.len() + middles.len() + lasts.len()
    }

    /// Reads the same days' columns from end to end.
    pub fn read(&self) -> u64 {
        self.days.iter().map(|day| black_box(day).read()).sum()
    }
}
