use serde::{Deserialize, Serialize};

use super::{
    Itinerary,
    merit::{Merit, shown},
};
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
        self.sort_as(options, |option| (&option.itinerary, option.price_minor));
    }

    /// The same of anything that has an itinerary and a price, in one currency.
    pub fn sort_as<T>(self, options: &mut [T], of: impl Fn(&T) -> (&Itinerary, i64)) {
        let lowest = options.iter().map(|o| of(o).1).min().unwrap_or_default();
        let shortest = options.iter().map(|o| of(o).0.duration_min()).min().unwrap_or_default();
        options.sort_by_cached_key(|option| {
            let (itinerary, price_minor) = of(option);
            let duration_min = i64::from(itinerary.duration_min());
            let first = match self {
                Self::Best => weight(&Merit::of(itinerary, price_minor), lowest, shortest),
                Self::Cheapest => price_minor,
                Self::Fastest => duration_min,
                Self::Earliest => 0,
            };
            (first, itinerary.first().departs_at, duration_min, itinerary.key())
        });
    }
}

/// See [`Sort::Best`]; in ten-thousandths.
pub(super) fn weight(merit: &Merit, lowest_minor: i64, shortest_min: i32) -> i64 {
    let price = merit.price_minor.saturating_mul(10_000) / lowest_minor.max(1);
    let duration = i64::from(merit.duration_min()) * 5_000 / i64::from(shortest_min.max(1));
    price.saturating_add(duration).saturating_add(i64::from(merit.stops) * 1_000)
}

/// Of all options those that a list shows: see [`shown`].
pub fn worth_showing(options: Vec<Priced>) -> Vec<Priced> {
    let merits: Vec<Merit> = options.iter().map(|o| Merit::of(&o.itinerary, o.price_minor)).collect();
    let mut options: Vec<Option<Priced>> = options.into_iter().map(Some).collect();
    shown(&merits).into_iter().filter_map(|i| options[i].take()).collect()
}

#[cfg(test)]
mod tests {
    use super::{Priced, Sort, worth_showing};
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
}
