//! Which of the ways to fly that were found are shown.

use std::collections::BTreeMap;

use domain::search::Itinerary;
use leptos_router::params::ParamsMap;

use crate::listing::Way;

/// A part of the day, by the hours that it has.
pub const DAY_PARTS: [(&str, &str, std::ops::Range<i8>); 4] = [
    ("night", "Before 06:00", 0..6),
    ("morning", "06:00 to 12:00", 6..12),
    ("afternoon", "12:00 to 18:00", 12..18),
    ("evening", "After 18:00", 18..24),
];

/// What the traveller wants to see alone; a list that is empty leaves out nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filters {
    /// At most so many stops.
    pub most_stops: Option<u8>,
    /// Codes of airlines that may fly.
    pub airlines: Vec<String>,
    /// Codes of airports where one may change.
    pub via: Vec<String>,
    /// Names of the parts of the day in which one may leave, as in [`DAY_PARTS`], in local time.
    pub leaves: Vec<String>,
    pub arrives: Vec<String>,
}

impl Filters {
    pub fn read(query: &ParamsMap) -> Self {
        let all = |name| query.get_all(name).unwrap_or_default();
        // The form has a box for direct flights alone, `direct=1`; the links have `stops`.
        let is_direct = query.get("direct").is_some_and(|text| text == "1");
        let most_stops = query.get("stops").and_then(|text| text.trim().parse().ok());
        Self {
            most_stops: if is_direct { Some(0) } else { most_stops },
            airlines: all("airline"),
            via: all("via"),
            leaves: all("leaves"),
            arrives: all("arrives"),
        }
    }

    /// As the URL has them, by name and value.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let stops = self.most_stops.map(|stops| ("stops", stops.to_string()));
        stops.into_iter().chain(self.boxes()).collect()
    }

    /// Those that have a box each: all but the stops.
    pub fn boxes(&self) -> Vec<(&'static str, String)> {
        [
            ("airline", &self.airlines),
            ("via", &self.via),
            ("leaves", &self.leaves),
            ("arrives", &self.arrives),
        ]
        .into_iter()
        .flat_map(|(name, values)| values.iter().map(move |value| (name, value.clone())))
        .collect()
    }

    pub fn shows(&self, itinerary: &Itinerary) -> bool {
        let has = |list: &[String], code: &str| list.is_empty() || list.iter().any(|one| one == code);
        self.most_stops.is_none_or(|most| itinerary.stops() <= usize::from(most))
            && itinerary.legs().iter().all(|leg| has(&self.airlines, &leg.id.flight.carrier.to_string()))
            && itinerary.layovers().iter().all(|layover| has(&self.via, &layover.airport.to_string()))
            && is_within(&self.leaves, itinerary.first().departs.hour())
            && is_within(&self.arrives, itinerary.last().arrives.hour())
    }
}

fn is_within(parts: &[String], hour: i8) -> bool {
    let mut known = DAY_PARTS.iter().filter(|(name, ..)| parts.iter().any(|part| part == name)).peekable();
    known.peek().is_none() || known.any(|(.., hours)| hours.contains(&hour))
}

/// What there is to choose from among the ways that were found: codes with their names.
pub struct Choices {
    pub airlines: Vec<(String, String)>,
    pub via: Vec<(String, String)>,
}

impl Choices {
    pub fn of(ways: &[Way]) -> Self {
        let (mut airlines, mut via) = (BTreeMap::new(), BTreeMap::new());
        for (itinerary, lines) in ways.iter().flat_map(Way::bounds) {
            for (leg, line) in itinerary.legs().iter().zip(lines) {
                airlines.insert(leg.id.flight.carrier.to_string(), line.carrier_name.clone());
            }
            let changes = itinerary.layovers().into_iter().zip(lines);
            via.extend(
                changes.map(|(layover, line)| (layover.airport.to_string(), line.destination_name.clone())),
            );
        }
        Self { airlines: airlines.into_iter().collect(), via: via.into_iter().collect() }
    }
}

#[cfg(test)]
mod tests {
    use leptos_router::params::ParamsMap;

    use super::{Filters, is_within};

    fn read(pairs: &[(&str, &str)]) -> Filters {
        let mut query = ParamsMap::new();
        for (name, value) in pairs {
            query.insert((*name).to_owned(), (*value).to_owned());
        }
        Filters::read(&query)
    }

    #[test]
    fn only_a_number_of_stops_is_a_limit() {
        let most = |pairs| read(pairs).most_stops;
        assert_eq!(most(&[("stops", "1")]), Some(1));
        assert_eq!(most(&[("stops", "-1")]), None);
        assert_eq!(most(&[("stops", "1"), ("direct", "1")]), Some(0));
        assert_eq!(most(&[]), None);
    }

    #[test]
    fn a_box_that_is_ticked_twice_is_two_values_of_one_name() {
        let filters = read(&[("airline", "B6"), ("airline", "DL"), ("stops", "1")]);
        assert_eq!(filters.airlines, ["B6", "DL"]);
        assert_eq!(
            filters.pairs(),
            [("stops", "1".to_owned()), ("airline", "B6".to_owned()), ("airline", "DL".to_owned())]
        );
    }

    #[test]
    fn an_hour_is_in_one_part_of_the_day_and_unknown_parts_leave_out_nothing() {
        let parts = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert!(is_within(&parts(&["morning"]), 6) && !is_within(&parts(&["morning"]), 12));
        assert!(is_within(&parts(&["night", "evening"]), 23));
        assert!(is_within(&[], 3) && is_within(&parts(&["teatime"]), 3));
    }
}
