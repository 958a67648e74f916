use std::{collections::BTreeSet, ops::Range};

use super::Stations;
use crate::{airports::Airports, schedule::ScheduledLeg};

/// The pairs of stations between which some leg flies, by number: in order of origin, then destination.
#[derive(Debug)]
pub(crate) struct Routes {
    ends: Vec<(u16, u16)>,
    km: Vec<u32>,
    abroad: Vec<bool>,
    /// Where the routes out of each station begin; one more than there are stations.
    starts: Vec<u32>,
    /// All routes in order of destination, and where those into each station begin.
    inward: Vec<u32>,
    inward_starts: Vec<u32>,
}

impl Routes {
    /// A leg that ends where it began is none of them.
    pub fn new(legs: &[ScheduledLeg], stations: &Stations, airports: &Airports) -> Self {
        let ends: BTreeSet<(u16, u16)> =
            legs.iter().filter_map(|leg| ends_of(leg, stations)).filter(|(from, to)| from != to).collect();
        let ends: Vec<_> = ends.into_iter().collect();
        let km = |(from, to): &(u16, u16)| {
            airports.distance_km(stations.code(*from), stations.code(*to)).unwrap_or(u32::MAX / 4)
        };
        let mut inward: Vec<u32> = (0u32..).take(ends.len()).collect();
        inward.sort_by_key(|route| ends[*route as usize].1);
        Self {
            km: ends.iter().map(km).collect(),
            abroad: ends.iter().map(|(from, to)| !stations.in_one_country(*from, *to)).collect(),
            starts: starts(ends.iter().map(|(from, _)| usize::from(*from)), stations.len()),
            inward_starts: starts(
                inward.iter().map(|route| usize::from(ends[*route as usize].1)),
                stations.len(),
            ),
            inward,
            ends,
        }
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// The number of the route that a leg flies.
    pub fn of(&self, leg: &ScheduledLeg, stations: &Stations) -> Option<u32> {
        let number = self.ends.binary_search(&ends_of(leg, stations)?).ok()?;
        u32::try_from(number).ok()
    }

    /// Origin and destination.
    pub fn ends(&self, route: u32) -> (u16, u16) {
        self.ends[route as usize]
    }

    pub fn km(&self, route: u32) -> u32 {
        self.km[route as usize]
    }

    /// Whether it crosses a border.
    pub fn is_abroad(&self, route: u32) -> bool {
        self.abroad[route as usize]
    }

    pub fn out_of(&self, station: u16) -> Range<u32> {
        self.starts[usize::from(station)]..self.starts[usize::from(station) + 1]
    }

    pub fn into(&self, station: u16) -> &[u32] {
        let at = |station: usize| self.inward_starts[station] as usize;
        &self.inward[at(usize::from(station))..at(usize::from(station) + 1)]
    }
}

fn ends_of(leg: &ScheduledLeg, stations: &Stations) -> Option<(u16, u16)> {
    Some((stations.number(leg.origin.airport)?, stations.number(leg.destination.airport)?))
}

/// Where each number's stretch begins in a list in order of these numbers, and after the last where the list ends.
pub(crate) fn starts(numbers: impl Iterator<Item = usize>, count: usize) -> Vec<u32> {
    let mut starts = vec![0; count + 1];
    for number in numbers {
        starts[number + 1] += 1;
    }
    for i in 1..starts.len() {
        starts[i] += starts[i - 1];
    }
    starts
}
