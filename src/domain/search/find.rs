//! From a bound to every way to fly it with at most two stops.

use jiff::{Timestamp, civil::Date};

use super::{
    Bound, Found,
    connection::{LONG_WAIT_MIN, LONGEST_WAIT_MIN},
    ends::Ends,
    join::{Join, Joined},
    roles::Roles,
    scan::Scan,
};
use crate::{airport::AirportCode, airports::Airports, cabin::Cabin, network::Network};

/// What can be said of a pair of places before any date: which routes lead from the one to the other.
#[derive(Debug)]
pub struct Search<'n> {
    network: &'n Network,
    ends: Ends,
    roles: Roles,
}

impl<'n> Search<'n> {
    /// Places are airports or cities; from or to a place that nothing flies from or to, nothing is found.
    pub fn new(
        network: &'n Network,
        airports: &Airports,
        origin: AirportCode,
        destination: AirportCode,
    ) -> Self {
        let ends = Ends::new(network, airports, origin, destination);
        let roles = Roles::new(network.routes(), &ends);
        Self { network, ends, roles }
    }

    /// Every way to fly in a cabin with at most two stops, leaving on that local date: each leg has the cabin, sales of
    /// the first are still open, no way is a detour or passes a place twice, and the carriers of each go together.
    ///
    /// Changing takes as long as the network's rules say. All waits of a way together are at most six hours, or up to
    /// twelve where there is no other way on that day. Whether places are left is not known here.
    pub fn on(&self, date: Date, cabin: Cabin, now: Timestamp) -> Found<'n> {
        let Self { network, ends, roles } = self;
        let mut joined = Joined::default();
        for longest_min in [LONGEST_WAIT_MIN, LONG_WAIT_MIN] {
            let scanned = Scan { network, roles, cabin, now, longest_min }.run(date);
            joined = Join { network, ends, longest_min }.run(scanned);
            if !joined.ways.is_empty() {
                break;
            }
        }
        Found::new(network, joined)
    }
}

/// Every way to fly a bound: see [`Search::on`].
pub fn search<'n>(
    network: &'n Network,
    airports: &Airports,
    bound: &Bound,
    cabin: Cabin,
    now: Timestamp,
) -> Found<'n> {
    Search::new(network, airports, bound.origin, bound.destination).on(bound.date, cabin, now)
}

#[cfg(test)]
mod tests;
