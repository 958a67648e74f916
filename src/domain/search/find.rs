//! From a bound to every way to fly it with at most two stops.

use jiff::Timestamp;

use super::{
    Bound, Found,
    connection::{LONG_WAIT_MIN, LONGEST_WAIT_MIN},
    ends::Ends,
    join::{Join, Joined},
    roles::Roles,
    scan::Scan,
};
use crate::{airports::Airports, cabin::Cabin, network::Network};

/// Every way to fly a bound in a cabin with at most two stops: each leg has the cabin, sales of the first are still open,
/// no way is a detour or passes a place twice, and the carriers of each go together.
///
/// Changing takes as long as the network's rules say. All waits of a way together are at most six hours, or up to twelve
/// where there is no other way on that day. Whether places are left is not known here.
pub fn search<'n>(
    network: &'n Network,
    airports: &Airports,
    bound: &Bound,
    cabin: Cabin,
    now: Timestamp,
) -> Found<'n> {
    let ends = Ends::new(network, airports, bound);
    let roles = Roles::new(network.routes(), &ends);
    let mut joined = Joined::default();
    for longest_min in [LONGEST_WAIT_MIN, LONG_WAIT_MIN] {
        let scanned = Scan { network, roles: &roles, cabin, now, longest_min }.run(bound);
        joined = Join { network, ends: &ends, longest_min }.run(scanned);
        if !joined.ways.is_empty() {
            break;
        }
    }
    Found::new(network, joined)
}

#[cfg(test)]
mod tests;
