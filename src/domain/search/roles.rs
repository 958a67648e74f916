use super::ends::{Ends, Side};
use crate::network::Routes;

/// Flies from an origin to a destination.
pub(super) const DIRECT: u8 = 1;
/// Flies from an origin to where one changes.
pub(super) const FIRST: u8 = 2;
/// Flies from one change to the other.
pub(super) const MIDDLE: u8 = 4;
/// Flies from a change to a destination.
pub(super) const LAST: u8 = 8;

/// What each route can be to a bound: a part of a way with at most two changes that is no detour, or 0.
///
/// Distances alone decide here, and a route is only ever one of them. Nobody passes an origin or a destination on the
/// way, nor an airport twice.
#[derive(Debug)]
pub(super) struct Roles {
    by_route: Vec<u8>,
    /// The routes that are of use, in the order in which they were met.
    useful: Vec<u32>,
}

impl Roles {
    pub fn new(routes: &Routes, ends: &Ends) -> Self {
        let mut roles = Self { by_route: vec![0; routes.len()], useful: Vec::new() };
        let inward = inward(routes, ends);
        for origin in &ends.origins {
            for first in routes.out_of(*origin) {
                roles.follow(routes, ends, &inward, first);
            }
        }
        roles
    }

    /// The routes that have one of the wanted roles, with it.
    pub fn routes(&self, wanted: u8) -> impl Iterator<Item = (u32, u8)> {
        let roles = self.useful.iter().map(|route| (*route, self.by_route[*route as usize]));
        roles.filter(move |(_, role)| role & wanted != 0)
    }

    fn follow(&mut self, routes: &Routes, ends: &Ends, inward: &[Vec<u32>], first: u32) {
        let (origin, change) = routes.ends(first);
        match ends.side(change) {
            Side::Destination(_) => return self.add(first, DIRECT),
            Side::Origin(_) => return,
            Side::Between => {}
        }
        let is_on_the_way = |last: u32, flown_km: u32| {
            ends.is_on_the_way(origin, routes.ends(last).1, flown_km + routes.km(last))
        };
        let to_change_km = routes.km(first);
        for last in &inward[usize::from(change)] {
            if is_on_the_way(*last, to_change_km) {
                self.add(first, FIRST);
                self.add(*last, LAST);
            }
        }
        for middle in routes.out_of(change) {
            let flown_km = to_change_km + routes.km(middle);
            for last in &inward[usize::from(routes.ends(middle).1)] {
                if is_on_the_way(*last, flown_km) {
                    self.add(first, FIRST);
                    self.add(middle, MIDDLE);
                    self.add(*last, LAST);
                }
            }
        }
    }

    fn add(&mut self, route: u32, role: u8) {
        let known = &mut self.by_route[route as usize];
        if *known == 0 {
            self.useful.push(route);
        }
        *known |= role;
    }
}

/// The routes that end a way with a change, by the station where that change is.
fn inward(routes: &Routes, ends: &Ends) -> Vec<Vec<u32>> {
    let mut inward = vec![Vec::new(); ends.sides().len()];
    for destination in &ends.destinations {
        for route in routes.into(*destination) {
            let (change, _) = routes.ends(*route);
            if ends.side(change) == Side::Between {
                inward[usize::from(change)].push(*route);
            }
        }
    }
    inward
}
