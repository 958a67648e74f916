//! Which two departures make a connection.

use crate::{
    airports::Airports,
    departure::{Departure, minutes_between},
};

/// The longest wait between two flights.
pub const LONGEST_LAYOVER_MIN: i32 = 6 * 60;

/// The longest wait on a day without any other way to fly.
pub const LONG_LAYOVER_MIN: i32 = 12 * 60;

/// The time to change between two flights inside one country.
const DOMESTIC_MIN: i32 = 45;

/// The time to change where either flight crosses a border.
const INTERNATIONAL_MIN: i32 = 75;

/// The time to change from a flight from abroad to one inside the country: passports, baggage and security come between.
const ENTRY_MIN: i32 = 90;

/// The minutes between two departures that follow each other, if a traveller can change from one to the other within
/// [`LONG_LAYOVER_MIN`]; none otherwise.
///
/// The least times are ours, near the defaults that airports file; an airport's own would replace them. Every carrier
/// connects to every other, and airports are never changed. Legs of one flight connect however short the stop is.
pub fn layover_min(airports: &Airports, first: &Departure, next: &Departure) -> Option<i32> {
    if first.destination != next.origin {
        return None;
    }
    let wait_min = minutes_between(first.arrives_at, next.departs_at);
    let through = first.id.flight == next.id.flight && first.id.leg + 1 == next.id.leg;
    let least_min = if through { 0 } else { change_min(airports, first, next)? };
    (least_min..=LONG_LAYOVER_MIN).contains(&wait_min).then_some(wait_min)
}

fn change_min(airports: &Airports, first: &Departure, next: &Departure) -> Option<i32> {
    let country = |code| airports.get(code).map(|a| a.country);
    let (from, here, to) = (country(first.origin)?, country(next.origin)?, country(next.destination)?);
    Some(match (from == here, here == to) {
        (true, true) => DOMESTIC_MIN,
        (false, true) => ENTRY_MIN,
        _ => INTERNATIONAL_MIN,
    })
}

/// Whether flying these kilometres instead of the direct ones is no detour: at most 1.8 times as far, 2.5 times where
/// it is less than 800 km, since the next hub is seldom on the way of a short hop.
pub fn is_on_the_way(direct_km: u32, flown_km: u32) -> bool {
    let most_tenths = if direct_km < 800 { 25 } else { 18 };
    u64::from(flown_km) * 10 <= u64::from(direct_km) * most_tenths
}

#[cfg(test)]
mod tests {
    use super::{is_on_the_way, layover_min};
    use crate::{airports::tests::few, search::itinerary::tests::departure};

    #[test]
    fn the_least_time_to_change_grows_with_borders() {
        let airports = few();
        let layover = |first: &str, next: &str, wait: i64| {
            let first = departure(&airports, "B61", first, "2026-12-22T10:00", 300);
            let mut second = departure(&airports, "B62", next, "2026-12-22T10:00", 300);
            second.departs_at = first.arrives_at + jiff::Span::new().minutes(wait);
            layover_min(&airports, &first, &second)
        };
        for (first, next, least) in
            [("BOS-JFK", "JFK-LAX", 45), ("BOS-JFK", "JFK-CDG", 75), ("CDG-JFK", "JFK-LAX", 90)]
        {
            assert_eq!(layover(first, next, least - 1), None, "{first} {next}");
            assert_eq!(layover(first, next, least), i32::try_from(least).ok(), "{first} {next}");
        }
        assert_eq!(layover("BOS-JFK", "JFK-LAX", 720), Some(720));
        assert_eq!(layover("BOS-JFK", "JFK-LAX", 721), None);
        assert_eq!(layover("BOS-JFK", "LGA-LAX", 120), None);
    }

    #[test]
    fn legs_of_one_flight_connect_at_once() {
        let airports = few();
        let first = departure(&airports, "B61", "BOS-JFK", "2026-12-22T10:00", 60);
        let mut next = departure(&airports, "B61", "JFK-LAX", "2026-12-22T11:20", 300);
        assert_eq!(layover_min(&airports, &first, &next), None);
        next.id.leg = 2;
        assert_eq!(layover_min(&airports, &first, &next), Some(20));
    }

    #[test]
    fn a_short_hop_may_go_further_round() {
        assert!(is_on_the_way(1000, 1800) && !is_on_the_way(1000, 1801));
        assert!(is_on_the_way(799, 1997) && !is_on_the_way(799, 1998));
    }
}
