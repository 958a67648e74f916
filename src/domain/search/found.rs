use super::{
    Hop, Itinerary, Priced,
    join::Joined,
    merit::{Merit, shown},
};
use crate::{airport::AirportCode, departure::DepartureId, network::Network};

/// Every way to fly a bound that a search has found, in few bytes each: no departure is written out yet.
#[derive(Debug)]
pub struct Found<'n> {
    network: &'n Network,
    hops: Vec<Hop>,
    ways: Vec<Way>,
}

/// One way to fly a bound: the places of its hops in [`Found::hops`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    hops: [u32; 3],
    count: u8,
}

impl Way {
    pub(super) fn direct(only: u32) -> Self {
        Self { hops: [only, 0, 0], count: 1 }
    }

    pub(super) fn with_one_stop(first: u32, last: u32) -> Self {
        Self { hops: [first, last, 0], count: 2 }
    }

    pub(super) fn with_two_stops(first: u32, middle: u32, last: u32) -> Self {
        Self { hops: [first, middle, last], count: 3 }
    }

    /// The places of its hops in [`Found::hops`], in order.
    pub fn hops(&self) -> &[u32] {
        &self.hops[..usize::from(self.count)]
    }
}

impl<'n> Found<'n> {
    pub(super) fn new(network: &'n Network, joined: Joined) -> Self {
        Self { network, hops: joined.hops, ways: joined.ways }
    }

    /// The departures that the ways are made of, by the numbers that these use; some may be of no way.
    pub fn hops(&self) -> &[Hop] {
        &self.hops
    }

    pub fn ways(&self) -> &[Way] {
        &self.ways
    }

    pub fn network(&self) -> &'n Network {
        self.network
    }

    /// Leaves out the ways with a hop for which this is false.
    pub fn retain(&mut self, keeps: impl FnMut(&Hop) -> bool) {
        let kept: Vec<bool> = self.hops.iter().map(keeps).collect();
        self.ways.retain(|way| way.hops().iter().all(|hop| kept[*hop as usize]));
    }

    /// The names of all departures that some way uses, each once.
    pub fn departures(&self) -> Vec<DepartureId> {
        let mut used = vec![false; self.hops.len()];
        for hop in self.ways.iter().flat_map(Way::hops) {
            used[*hop as usize] = true;
        }
        let used = self.hops.iter().zip(used).filter(|(_, is_used)| *is_used);
        used.map(|(hop, _)| hop.id(self.network)).collect()
    }

    /// A way written out.
    pub fn itinerary(&self, way: &Way) -> Option<Itinerary> {
        let legs = way.hops().iter().map(|hop| self.hops[*hop as usize].departure(self.network));
        Itinerary::new(legs.collect::<Option<_>>()?).ok()
    }

    /// All of them written out, in order of departure, arrival and key.
    pub fn itineraries(&self) -> Vec<Itinerary> {
        let mut all: Vec<_> = self.ways.iter().filter_map(|way| self.itinerary(way)).collect();
        all.sort_by_cached_key(|i| (i.first().departs_at, i.last().arrives_at, i.key()));
        all
    }

    /// The way that flies exactly these departures.
    pub fn find(&self, departures: &[DepartureId]) -> Option<Itinerary> {
        let is_it = |way: &&Way| {
            way.hops().len() == departures.len()
                && way
                    .hops()
                    .iter()
                    .zip(departures)
                    .all(|(hop, id)| self.hops[*hop as usize].id(self.network) == *id)
        };
        self.itinerary(self.ways.iter().find(is_it)?)
    }

    /// The one with the lowest price, written out; none where none has a price.
    pub fn cheapest(&self, mut price_minor: impl FnMut(&Way) -> Option<i64>) -> Option<Itinerary> {
        let priced = self.ways.iter().filter_map(|way| Some((price_minor(way)?, way)));
        self.itinerary(priced.min_by_key(|(minor, _)| *minor)?.1)
    }

    /// Those of them that a list shows, priced and written out: see [`worth_showing`](super::worth_showing). What has no price is left out.
    pub fn worth_showing(&self, mut price_minor: impl FnMut(&Way) -> Option<i64>) -> Vec<Priced> {
        let priced: Vec<(&Way, i64)> =
            self.ways.iter().filter_map(|way| Some((way, price_minor(way)?))).collect();
        let merits: Vec<Merit> = priced.iter().map(|(way, minor)| self.merit(way, *minor)).collect();
        let shown = shown(&merits).into_iter().filter_map(|i| {
            let (way, price_minor) = priced[i];
            Some(Priced { itinerary: self.itinerary(way)?, price_minor })
        });
        shown.collect()
    }

    /// What it is compared by at that price.
    pub fn merit(&self, way: &Way, price_minor: i64) -> Merit {
        let (first, last) = self.first_and_last(way);
        Merit {
            ends: (self.station(first.origin), self.station(last.destination)),
            departs_min: first.departs_min,
            arrives_min: last.arrives_min,
            price_minor,
            stops: way.count - 1,
        }
    }

    fn first_and_last(&self, way: &Way) -> (&Hop, &Hop) {
        let hop = |number: u32| &self.hops[number as usize];
        (hop(way.hops[0]), hop(way.hops[usize::from(way.count) - 1]))
    }

    fn station(&self, number: u16) -> AirportCode {
        self.network.stations().code(number)
    }
}
