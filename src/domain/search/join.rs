use super::{Hop, Way, connection::wait_min, ends::Ends, scan::Scanned};
use crate::network::{Network, starts};

/// Joins what was scanned to every way with at most two changes within the bounds of waiting and of detours; no price
/// is looked at, since those of parts do not add up.
#[derive(Debug)]
pub(super) struct Join<'a> {
    pub network: &'a Network,
    pub ends: &'a Ends,
    /// The longest that a traveller waits on the way, all changes together.
    pub longest_min: i32,
}

/// The hops of all ways, and the ways.
#[derive(Debug, Default)]
pub(super) struct Joined {
    pub hops: Vec<Hop>,
    pub ways: Vec<Way>,
}

impl Join<'_> {
    pub fn run(&self, scanned: Scanned) -> Joined {
        let Scanned { direct, firsts, middles, lasts } = scanned;
        let mut hops = direct;
        let mut ways: Vec<Way> = (0u32..).take(hops.len()).map(Way::direct).collect();
        let first_of_firsts = number(hops.len());
        hops.extend(firsts);
        let firsts = first_of_firsts..number(hops.len());
        let middles = Onward::add(&mut hops, middles, self.network.stations().len());
        let lasts = Onward::add(&mut hops, lasts, self.network.stations().len());
        for first in firsts {
            self.go_on(&hops, first, &middles, &lasts, &mut ways);
        }
        Joined { hops, ways }
    }

    fn go_on(&self, hops: &[Hop], first: u32, middles: &Onward, lasts: &Onward, ways: &mut Vec<Way>) {
        let routes = self.network.routes();
        let one = &hops[first as usize];
        let flown_km = routes.km(one.route);
        for last in lasts.within(hops, one, self.longest_min) {
            let end = &hops[last as usize];
            if self.is_on_the_way(one, end, flown_km) && self.wait_min(one, end, self.longest_min).is_some() {
                ways.push(Way::with_one_stop(first, last));
            }
        }
        for middle in middles.within(hops, one, self.longest_min) {
            let two = &hops[middle as usize];
            let Some(waited_min) = self.wait_min(one, two, self.longest_min) else { continue };
            let left_min = self.longest_min - waited_min;
            let flown_km = flown_km + routes.km(two.route);
            for last in lasts.within(hops, two, left_min) {
                let end = &hops[last as usize];
                if self.is_on_the_way(one, end, flown_km)
                    && self.are_joined(one, end)
                    && self.wait_min(two, end, left_min).is_some()
                {
                    ways.push(Way::with_two_stops(first, middle, last));
                }
            }
        }
    }

    fn wait_min(&self, first: &Hop, next: &Hop, longest_min: i32) -> Option<i32> {
        wait_min(self.network, first, next, longest_min)
    }

    fn are_joined(&self, one: &Hop, other: &Hop) -> bool {
        self.network.changes().are_joined(one.flown().carrier, other.flown().carrier)
    }

    fn is_on_the_way(&self, first: &Hop, last: &Hop, flown_km: u32) -> bool {
        let flown_km = flown_km + self.network.routes().km(last.route);
        self.ends.is_on_the_way(first.origin, last.destination, flown_km)
    }
}

/// Hops in order of station and departure.
#[derive(Debug)]
struct Onward {
    /// Where the hops from each station begin; one more than there are stations.
    starts: Vec<u32>,
}

impl Onward {
    /// Puts them behind the others.
    fn add(hops: &mut Vec<Hop>, mut added: Vec<Hop>, stations: usize) -> Self {
        added.sort_by_key(|hop| (hop.origin, hop.departs_min, hop.leg));
        let before = number(hops.len());
        let mut starts = starts(added.iter().map(|hop| usize::from(hop.origin)), stations);
        for start in &mut starts {
            *start += before;
        }
        hops.extend(added);
        Self { starts }
    }

    /// The numbers of those that leave from where a hop arrives, up to so many minutes later.
    fn within(&self, hops: &[Hop], arrived: &Hop, longest_min: i32) -> std::ops::Range<u32> {
        let station = usize::from(arrived.destination);
        let (begin, end) = (self.starts[station], self.starts[station + 1]);
        let there = &hops[begin as usize..end as usize];
        let count = |before: i32| number(there.partition_point(|hop| hop.departs_min < before));
        begin + count(arrived.arrives_min)..begin + count(arrived.arrives_min + longest_min + 1)
    }
}

/// Hops are counted in 32 bits: no search reads as many.
fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
