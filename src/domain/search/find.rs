//! From a bound to every way to fly it, direct or with one stop.

use std::collections::HashMap;

use jiff::{Timestamp, ToSpan, civil::Date};

use super::{
    Bound, Itinerary,
    connection::{LONGEST_LAYOVER_MIN, is_on_the_way, layover_min},
};
use crate::{
    airport::AirportCode,
    airports::Airports,
    cabin::Cabin,
    departure::{Departure, minutes_between},
    selling::SALES_CLOSE_MIN,
    timetable::Timetable,
};

/// Every way to fly a bound in a cabin, direct or with one stop, in order of departure: each leg has the cabin, sales
/// of the first are still open, and no way is a detour. To change takes 45 minutes inside a country, 75 at a border and
/// 90 on entering a country to fly on inside it. A wait is at most six hours, or up to twelve where there is no other way
/// on that day. Every carrier connects to every other. Whether places are left is not known here.
pub fn search(
    timetable: &Timetable,
    airports: &Airports,
    bound: &Bound,
    cabin: Cabin,
    now: Timestamp,
) -> Vec<Itinerary> {
    Search { airports, bound, cabin, now, from: |airport, date| timetable.departures_from(airport, date) }
        .run()
}

/// `from` gives the departures from an airport on a local date there.
struct Search<'a, F> {
    airports: &'a Airports,
    bound: &'a Bound,
    cabin: Cabin,
    now: Timestamp,
    from: F,
}

impl<F: Fn(AirportCode, Date) -> Vec<Departure>> Search<'_, F> {
    fn run(self) -> Vec<Itinerary> {
        let origins = self.airports.expand(self.bound.origin);
        let destinations = self.airports.expand(self.bound.destination);
        let mut onwards: HashMap<(AirportCode, Date), Vec<Departure>> = HashMap::new();
        let mut found = Vec::new();
        for first in origins.iter().flat_map(|origin| (self.from)(*origin, self.bound.date)) {
            if !self.is_sold(&first) || origins.contains(&first.destination) {
                continue;
            }
            if destinations.contains(&first.destination) {
                found.extend(Itinerary::new(vec![first]));
                continue;
            }
            let arrives = first.arrives.date();
            for date in [arrives, arrives.saturating_add(1.day())] {
                let onward = onwards.entry((first.destination, date)).or_insert_with(|| {
                    let mut onward = (self.from)(first.destination, date);
                    onward.retain(|d| destinations.contains(&d.destination) && self.has_cabin(d));
                    onward
                });
                let connecting = onward.iter().filter(|next| self.connects(&first, next));
                found.extend(
                    connecting.filter_map(|next| Itinerary::new(vec![first.clone(), next.clone()]).ok()),
                );
            }
        }
        let is_short = |i: &Itinerary| i.layovers().iter().all(|l| l.duration_min <= LONGEST_LAYOVER_MIN);
        if found.iter().any(is_short) {
            found.retain(is_short);
        }
        found.sort_by_cached_key(|i| (i.first().departs_at, i.last().arrives_at, i.key()));
        found
    }

    fn is_sold(&self, first: &Departure) -> bool {
        self.has_cabin(first) && minutes_between(self.now, first.departs_at) >= SALES_CLOSE_MIN
    }

    fn has_cabin(&self, departure: &Departure) -> bool {
        departure.configuration.places(self.cabin) > 0
    }

    fn connects(&self, first: &Departure, next: &Departure) -> bool {
        let km = |from, to| self.airports.distance_km(from, to);
        let on_the_way = || {
            let flown_km = km(first.origin, first.destination)? + km(next.origin, next.destination)?;
            Some(is_on_the_way(km(first.origin, next.destination)?, flown_km))
        };
        layover_min(self.airports, first, next).is_some() && on_the_way() == Some(true)
    }
}

#[cfg(test)]
mod tests;
