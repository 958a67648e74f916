//! Which departures make a connection.

use super::Hop;
use crate::network::Network;

/// The longest that a traveller waits on the way, all changes together.
pub const LONGEST_WAIT_MIN: i32 = 6 * 60;

/// The longest wait on a day without any other way to fly.
pub const LONG_WAIT_MIN: i32 = 12 * 60;

/// The minutes between two departures that follow each other, if a traveller can change from one to the other within
/// `longest_min`; none otherwise.
///
/// The departures are of one airport: none is changed on the way. Legs of one flight connect however short the stop is.
pub(super) fn wait_min(network: &Network, first: &Hop, next: &Hop, longest_min: i32) -> Option<i32> {
    let (one, other) = (first.flown(), next.flown());
    if !network.changes().are_joined(one.carrier, other.carrier) {
        return None;
    }
    let wait_min = next.departs_min - first.arrives_min;
    if wait_min < 0 || wait_min > longest_min {
        return None;
    }
    let least_min = network.changes().least_min(next.origin, one, other);
    let can_change = wait_min >= i32::from(least_min) || is_through(network, first, next);
    can_change.then_some(wait_min)
}

/// Whether both are legs of one flight that follow each other.
fn is_through(network: &Network, first: &Hop, next: &Hop) -> bool {
    let legs = network.timetable().legs();
    let (first, next) = (&legs[first.leg as usize], &legs[next.leg as usize]);
    first.flight == next.flight && first.leg + 1 == next.leg
}

/// The most kilometres that are flown instead of the direct ones: 1.8 times as many, 2.5 times where these are less than
/// 800, since the next hub is seldom on the way of a short hop. More is a detour.
pub(super) fn most_km(direct_km: u32) -> u32 {
    let tenths = if direct_km < 800 { 25 } else { 18 };
    direct_km * tenths / 10
}

#[cfg(test)]
mod tests {
    use super::most_km;

    #[test]
    fn a_short_hop_may_go_further_round() {
        assert_eq!((most_km(1000), most_km(800), most_km(799)), (1800, 1440, 1997));
    }
}
