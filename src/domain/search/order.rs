use std::cmp::Reverse;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Itinerary;
use crate::airport::AirportCode;

/// The most itineraries with a change that one list shows; direct flights are all shown.
pub const MOST_CONNECTIONS: usize = 60;

/// An itinerary with what it costs everyone, in minor units; all of one list are in one currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Priced {
    pub itinerary: Itinerary,
    pub price_minor: i64,
}

/// The order of a list of results.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sort {
    /// Price, duration and stops weighed together: each option's price over the lowest, half its duration over the
    /// shortest, and a tenth for each stop. So a tenth dearer weighs as much as a fifth longer or one more stop.
    #[default]
    Best,
    Cheapest,
    Fastest,
    Earliest,
}

impl Sort {
    pub const ALL: [Self; 4] = [Self::Best, Self::Cheapest, Self::Fastest, Self::Earliest];

    /// As URLs have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Best => "best",
            Self::Cheapest => "cheapest",
            Self::Fastest => "fastest",
            Self::Earliest => "earliest",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.as_str() == text)
    }

    /// Puts options in this order; where they are equal, by departure, then duration, then key, so that the same
    /// options always stand in the same order.
    pub fn sort(self, options: &mut [Priced]) {
        let lowest = options.iter().map(|o| o.price_minor).min().unwrap_or_default().max(1);
        let shortest = options.iter().map(|o| o.itinerary.duration_min()).min().unwrap_or_default().max(1);
        options.sort_by_cached_key(|option| {
            let Priced { itinerary, price_minor } = option;
            let duration_min = i64::from(itinerary.duration_min());
            let first = match self {
                Self::Best => weight(option, lowest, shortest),
                Self::Cheapest => *price_minor,
                Self::Fastest => duration_min,
                Self::Earliest => 0,
            };
            (first, itinerary.first().departs_at, duration_min, itinerary.key())
        });
    }
}

/// See [`Sort::Best`]; in ten-thousandths.
fn weight(option: &Priced, lowest_minor: i64, shortest_min: i32) -> i64 {
    let price = option.price_minor.saturating_mul(10_000) / lowest_minor;
    let duration = i64::from(option.itinerary.duration_min()) * 5_000 / i64::from(shortest_min);
    let stops = i64::try_from(option.itinerary.stops()).unwrap_or(i64::MAX / 10_000) * 1_000;
    price.saturating_add(duration).saturating_add(stops)
}

/// Leaves out the itineraries with a change than which another one is better: between the same airports, leaving no
/// earlier, arriving no later, no dearer, with no more stops, and better in one of these. Then keeps the best
/// [`MOST_CONNECTIONS`] of them. Direct flights all stay: which airline flies them matters to people.
pub fn worth_showing(options: Vec<Priced>) -> Vec<Priced> {
    let mut frontier: Vec<Merit> = Vec::new();
    let mut merits: Vec<Merit> = options.iter().map(Merit::of).collect();
    // Each comes after all that could be better, so that one pass over those kept so far is enough.
    merits.sort_by_key(|m| (m.departs_at, Reverse(m.arrives_at), Reverse((m.price_minor, m.stops))));
    for merit in merits.into_iter().rev() {
        if !frontier.iter().any(|better| better.beats(&merit)) {
            frontier.push(merit);
        }
    }
    let (direct, mut connecting): (Vec<_>, Vec<_>) = options
        .into_iter()
        .filter(|o| o.itinerary.stops() == 0 || frontier.contains(&Merit::of(o)))
        .partition(|o| o.itinerary.stops() == 0);
    Sort::Best.sort(&mut connecting);
    connecting.truncate(MOST_CONNECTIONS);
    direct.into_iter().chain(connecting).collect()
}

/// What two options are compared by.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Merit {
    ends: (AirportCode, AirportCode),
    departs_at: Timestamp,
    arrives_at: Timestamp,
    price_minor: i64,
    stops: usize,
}

impl Merit {
    fn of(option: &Priced) -> Self {
        let itinerary = &option.itinerary;
        Self {
            ends: (itinerary.origin(), itinerary.destination()),
            departs_at: itinerary.first().departs_at,
            arrives_at: itinerary.last().arrives_at,
            price_minor: option.price_minor,
            stops: itinerary.stops(),
        }
    }

    fn beats(&self, other: &Self) -> bool {
        self != other
            && self.ends == other.ends
            && self.departs_at >= other.departs_at
            && self.arrives_at <= other.arrives_at
            && self.price_minor <= other.price_minor
            && self.stops <= other.stops
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_CONNECTIONS, Merit, Priced, Sort, worth_showing};
    use crate::search::itinerary::tests::itinerary;

    fn direct(flight: &str, at: &str, min: i64, price_minor: i64) -> Priced {
        Priced { itinerary: itinerary(&[(flight, "JFK-LAX", at, min)]), price_minor }
    }

    fn over_atlanta(flight: &str, at: &str, onward: &str, price_minor: i64) -> Priced {
        let legs = [(flight, "JFK-ATL", at, 150), ("DL9", "ATL-LAX", onward, 300)];
        Priced { itinerary: itinerary(&legs), price_minor }
    }

    fn flights(options: &[Priced]) -> Vec<String> {
        options.iter().map(|o| o.itinerary.first().id.flight.to_string()).collect()
    }

    #[test]
    fn each_order_puts_its_own_first() {
        let mut options = vec![
            direct("AA1", "2026-12-22T09:00", 370, 30_000),
            direct("AA2", "2026-12-22T07:00", 390, 24_000),
            over_atlanta("DL3", "2026-12-22T06:00", "2026-12-22T10:00", 20_000),
        ];
        for (sort, order) in [
            (Sort::Cheapest, ["DL3", "AA2", "AA1"]),
            (Sort::Fastest, ["AA1", "AA2", "DL3"]),
            (Sort::Earliest, ["DL3", "AA2", "AA1"]),
            (Sort::Best, ["AA2", "DL3", "AA1"]),
        ] {
            sort.sort(&mut options);
            assert_eq!(flights(&options), order, "{sort:?}");
            assert_eq!(Sort::parse(sort.as_str()), Some(sort));
        }
    }

    #[test]
    fn a_change_that_only_costs_more_is_left_out() {
        let kept = worth_showing(vec![
            over_atlanta("DL3", "2026-12-22T06:00", "2026-12-22T10:00", 20_000),
            over_atlanta("DL4", "2026-12-22T06:00", "2026-12-22T11:00", 20_000),
            over_atlanta("DL5", "2026-12-22T05:00", "2026-12-22T10:30", 19_000),
            over_atlanta("DL6", "2026-12-22T06:00", "2026-12-22T10:00", 20_000),
            direct("AA1", "2026-12-22T09:00", 370, 30_000),
            direct("AA2", "2026-12-22T08:59", 372, 30_000),
        ]);
        let mut kept = flights(&kept);
        kept.sort();
        assert_eq!(kept, ["AA1", "AA2", "DL3", "DL5", "DL6"]);
    }

    #[test]
    fn all_direct_flights_and_the_best_changes_are_shown() {
        let many = |n: usize| (0..n).map(|i| format!("2026-12-22T{:02}:{:02}", 6 + i / 60, i % 60));
        let directs = many(70).map(|at| direct("AA1", &at, 370, 30_000));
        let changes = many(80).map(|at| over_atlanta("DL3", &at, "2026-12-22T11:00", 20_000));
        let mut price_minor = 0;
        let changes = changes.map(|option| {
            price_minor += 100;
            Priced { price_minor: option.price_minor + price_minor, ..option }
        });
        assert_eq!(worth_showing(directs.chain(changes).collect()).len(), 70 + MOST_CONNECTIONS);
    }

    proptest::proptest! {
        #[test]
        fn what_is_left_out_is_beaten_by_something_kept(
            raw in proptest::collection::vec((0..20i64, 0..5i64, 0..3i64), 1..25)
        ) {
            let options: Vec<Priced> = raw.iter().map(|(departs, wait, price)| {
                let (at, onward) = (departs * 5, 200 + (departs + wait) * 5);
                let clock = |min: i64| format!("2026-12-22T{:02}:{:02}", 6 + min / 60, min % 60);
                over_atlanta("DL3", &clock(at), &clock(onward), 20_000 + price * 100)
            }).collect();
            let kept = worth_showing(options.clone());
            for option in &options {
                let merit = Merit::of(option);
                let beaten = options.iter().any(|o| Merit::of(o).beats(&merit));
                proptest::prop_assert_eq!(!beaten, kept.iter().any(|k| Merit::of(k) == merit));
            }
        }
    }
}
