use std::cmp::Reverse;

use jiff::Timestamp;

use super::{Itinerary, order::weight};
use crate::{airport::AirportCode, departure::minutes_between};

/// The most itineraries with a change that one list shows, unless more of them are on the [Pareto set](pareto); direct
/// flights are all shown.
pub const MOST_CONNECTIONS: usize = 60;

/// What two ways to fly are compared by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Merit {
    pub ends: (AirportCode, AirportCode),
    /// In minutes of the Unix epoch.
    pub departs_min: i32,
    pub arrives_min: i32,
    pub price_minor: i64,
    pub stops: u8,
}

impl Merit {
    pub fn of(itinerary: &Itinerary, price_minor: i64) -> Self {
        let minute = |at| minutes_between(Timestamp::UNIX_EPOCH, at);
        Self {
            ends: (itinerary.origin(), itinerary.destination()),
            departs_min: minute(itinerary.first().departs_at),
            arrives_min: minute(itinerary.last().arrives_at),
            price_minor,
            stops: u8::try_from(itinerary.stops()).unwrap_or(u8::MAX),
        }
    }

    /// Of flights on several days, all at one price: their time in the air and on the ground, and their stops, count
    /// together, and when each leaves does not.
    pub fn of_trip(bounds: &[Itinerary], price_minor: i64) -> Option<Self> {
        let (first, last) = (bounds.first()?, bounds.last()?);
        Some(Self {
            ends: (first.origin(), last.destination()),
            departs_min: 0,
            arrives_min: bounds.iter().map(Itinerary::duration_min).sum(),
            price_minor,
            stops: u8::try_from(bounds.iter().map(Itinerary::stops).sum::<usize>()).unwrap_or(u8::MAX),
        })
    }

    pub fn duration_min(&self) -> i32 {
        self.arrives_min - self.departs_min
    }
}

/// The places of those that a list shows. Direct flights all stay: which airline flies them matters to people. Of the
/// ways with a change stay the [Pareto set](pareto) and then, up to [`MOST_CONNECTIONS`], the best that are [not
/// beaten](unbeaten), since people also choose by the time of day.
pub fn shown(merits: &[Merit]) -> Vec<usize> {
    let (pareto, unbeaten) = (pareto(merits), unbeaten(merits));
    let (direct, mut changing): (Vec<usize>, Vec<usize>) = (0..merits.len())
        .filter(|i| merits[*i].stops == 0 || unbeaten[*i])
        .partition(|i| merits[*i].stops == 0);
    let lowest_minor = changing.iter().map(|i| merits[*i].price_minor).min().unwrap_or_default();
    let shortest_min = changing.iter().map(|i| merits[*i].duration_min()).min().unwrap_or_default();
    changing.sort_by_cached_key(|i| {
        let merit = &merits[*i];
        let weight = weight(merit, lowest_minor, shortest_min);
        (Reverse(pareto[*i]), weight, merit.departs_min, merit.duration_min())
    });
    let pareto_count = changing.iter().filter(|i| pareto[**i]).count();
    changing.truncate(MOST_CONNECTIONS.max(pareto_count));
    direct.into_iter().chain(changing).collect()
}

/// For each whether none of the others is better in price, duration or stops without being worse in another of these.
pub fn pareto(merits: &[Merit]) -> Vec<bool> {
    let key = |merit: &Merit| (merit.price_minor, merit.duration_min(), merit.stops);
    let mut order: Vec<usize> = (0..merits.len()).collect();
    order.sort_unstable_by_key(|i| key(&merits[*i]));
    let mut kept = vec![false; merits.len()];
    // The shortest so far with at most so many stops; all that come later cost no less.
    let mut shortest_min: Vec<i32> = Vec::new();
    let mut before: Option<usize> = None;
    for i in order {
        let merit = &merits[i];
        let stops = usize::from(merit.stops);
        kept[i] = match before.filter(|before| key(&merits[*before]) == key(merit)) {
            Some(equal) => kept[equal],
            None => shortest_min.iter().take(stops + 1).all(|shortest| *shortest > merit.duration_min()),
        };
        if kept[i] {
            if shortest_min.len() <= stops {
                shortest_min.resize(stops + 1, i32::MAX);
            }
            shortest_min[stops] = shortest_min[stops].min(merit.duration_min());
        }
        before = Some(i);
    }
    kept
}

/// For each whether none of the others between the same airports leaves no earlier, arrives no later, is no dearer, has
/// no more stops, and is better in one of these.
fn unbeaten(merits: &[Merit]) -> Vec<bool> {
    let key = |m: &Merit| (m.ends, Reverse(m.departs_min), m.arrives_min, m.price_minor, m.stops);
    let mut order: Vec<usize> = (0..merits.len()).collect();
    order.sort_unstable_by_key(|i| key(&merits[*i]));
    let mut kept = vec![false; merits.len()];
    let mut stairs = Stairs::default();
    let mut before: Option<usize> = None;
    for i in order {
        let merit = &merits[i];
        if before.is_some_and(|before| merits[before].ends != merit.ends) {
            stairs = Stairs::default();
        }
        kept[i] = match before.filter(|before| merits[*before] == *merit) {
            Some(equal) => kept[equal],
            None => stairs.add(merit),
        };
        before = Some(i);
    }
    kept
}

/// By stops the arrivals with the lowest prices of all that arrive no later: each later one is cheaper.
#[derive(Debug, Default)]
struct Stairs {
    by_stops: Vec<Vec<(i32, i64)>>,
}

impl Stairs {
    /// Whether none that were added is as early, as cheap and as direct; these leave no earlier.
    fn add(&mut self, merit: &Merit) -> bool {
        let Merit { arrives_min, price_minor, .. } = *merit;
        let stops = usize::from(merit.stops);
        if self.by_stops.len() <= stops {
            self.by_stops.resize(stops + 1, Vec::new());
        }
        let is_beaten = self.by_stops[..=stops].iter().any(|flight| {
            let cheapest = flight[..flight.partition_point(|step| step.0 <= arrives_min)].last();
            cheapest.is_some_and(|step| step.1 <= price_minor)
        });
        if is_beaten {
            return false;
        }
        let flight = &mut self.by_stops[stops];
        let place = flight.partition_point(|step| step.0 < arrives_min);
        let dearer = flight[place..].iter().take_while(|step| step.1 >= price_minor).count();
        flight.splice(place..place + dearer, [(arrives_min, price_minor)]);
        true
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{MOST_CONNECTIONS, Merit, pareto, shown, unbeaten};
    use crate::airports::tests::code;

    fn merit((origin, departs_min, lasts_min, price_minor, stops): (bool, i32, i32, i64, u8)) -> Merit {
        let ends = (code(if origin { "JFK" } else { "EWR" }), code("LAX"));
        Merit { ends, departs_min, arrives_min: departs_min + lasts_min, price_minor, stops }
    }

    fn is_better(one: &Merit, other: &Merit) -> bool {
        let key = |m: &Merit| (m.price_minor, m.duration_min(), m.stops);
        let (a, b) = (key(one), key(other));
        a != b && a.0 <= b.0 && a.1 <= b.1 && a.2 <= b.2
    }

    fn beats(one: &Merit, other: &Merit) -> bool {
        one != other
            && one.ends == other.ends
            && one.departs_min >= other.departs_min
            && one.arrives_min <= other.arrives_min
            && one.price_minor <= other.price_minor
            && one.stops <= other.stops
    }

    fn merits() -> impl Strategy<Value = Vec<Merit>> {
        let one = (any::<bool>(), 0..12, 4..9, 1..6i64, 0..3u8);
        proptest::collection::vec(one.prop_map(merit), 0..60)
    }

    proptest! {
        #[test]
        fn the_pareto_set_is_what_no_other_is_better_than(merits in merits()) {
            let kept = pareto(&merits);
            for (i, merit) in merits.iter().enumerate() {
                prop_assert_eq!(kept[i], !merits.iter().any(|other| is_better(other, merit)), "{:?}", merit);
            }
        }

        #[test]
        fn unbeaten_is_what_no_other_between_the_same_airports_beats(merits in merits()) {
            let kept = unbeaten(&merits);
            for (i, merit) in merits.iter().enumerate() {
                prop_assert_eq!(kept[i], !merits.iter().any(|other| beats(other, merit)), "{:?}", merit);
            }
        }

        #[test]
        fn a_list_shows_all_direct_flights_and_the_pareto_set(merits in merits()) {
            let (shown, kept) = (shown(&merits), pareto(&merits));
            for (i, merit) in merits.iter().enumerate() {
                if merit.stops == 0 || kept[i] {
                    prop_assert!(shown.contains(&i), "{:?}", merit);
                }
            }
        }
    }

    #[test]
    fn a_list_is_as_long_as_its_pareto_set_where_that_is_longer() {
        let many = |stops| {
            let dearer = move |i: i32| merit((true, 0, 500 - i, i64::from(i), stops));
            (0..90).map(dearer).collect::<Vec<_>>()
        };
        assert_eq!(shown(&many(1)).len(), 90);
        let times = (0..90).map(|i| merit((true, i, 300, 20_000, 1))).collect::<Vec<_>>();
        assert_eq!(shown(&times).len(), 90, "of one price and duration");
        let worse = (0..90).map(|i| merit((true, i, 300 + i, 20_000 + i64::from(i), 1))).collect::<Vec<_>>();
        assert_eq!(
            (unbeaten(&worse).iter().filter(|kept| **kept).count(), shown(&worse).len()),
            (90, MOST_CONNECTIONS)
        );
    }
}
