use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{BoundFault, QueryError};
use crate::{airport::AirportCode, cabin::Cabin, traveller::Party};

/// How far ahead flights are sold, in days from today.
pub const HORIZON_DAYS: i32 = 330;

/// Bounds of one trip at most, as airlines' sites and Duffel have it.
pub const MOST_BOUNDS: usize = 6;

/// What a traveller asks for: one to six bounds in order of travel, of which none is before the one before it. They need
/// not connect: who arrives in one place may go on from another.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct SearchQuery {
    bounds: Vec<Bound>,
    pub party: Party,
    pub cabin: Cabin,
}

/// The wire form of a query, before its bounds are counted.
#[derive(Serialize, Deserialize)]
struct Wire {
    bounds: Vec<Bound>,
    party: Party,
    cabin: Cabin,
}

/// One direction of a trip: from a place to a place, airports or cities, on a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Bound {
    pub origin: AirportCode,
    pub destination: AirportCode,
    /// The local date at the origin.
    pub date: Date,
}

impl SearchQuery {
    /// # Errors
    /// No bound at all, or more than [`MOST_BOUNDS`].
    pub fn new(bounds: Vec<Bound>, party: Party, cabin: Cabin) -> Result<Self, QueryError> {
        match bounds.len() {
            0 => Err(QueryError { bound: 0, fault: BoundFault::Missing }),
            1..=MOST_BOUNDS => Ok(Self { bounds, party, cabin }),
            _ => Err(QueryError { bound: MOST_BOUNDS, fault: BoundFault::TooMany }),
        }
    }

    /// In order of travel, at least one.
    pub fn bounds(&self) -> &[Bound] {
        &self.bounds
    }

    /// Whether the second of two bounds leads back from where the first went to where it began.
    pub fn is_return(&self) -> bool {
        matches!(self.bounds[..], [out, back]
            if (out.origin, out.destination) == (back.destination, back.origin))
    }

    /// The same with that bound on another day; the way back moves with the way out so far as nobody returns before
    /// leaving, since it is one decision. Other bounds stay where they are.
    #[must_use]
    pub fn with_date(&self, bound: usize, date: Date) -> Self {
        let mut moved = self.clone();
        if let Some(bound) = moved.bounds.get_mut(bound) {
            bound.date = date;
        }
        if self.is_return() {
            moved.bounds[1].date = moved.bounds[1].date.max(moved.bounds[0].date);
        }
        moved
    }

    /// Whether it can be searched for on that day; `today` is the date at the first origin.
    ///
    /// # Errors
    /// The first fault, in the order in which the form asks.
    #[cfg(feature = "zones")]
    pub fn validate(&self, airports: &crate::airports::Airports, today: Date) -> Result<(), QueryError> {
        for (place, bound) in self.bounds.iter().enumerate() {
            let error = |fault| Err(QueryError { bound: place, fault });
            let (from, to) = (airports.expand(bound.origin), airports.expand(bound.destination));
            if from.is_empty() {
                return error(BoundFault::UnknownOrigin(bound.origin));
            }
            if to.is_empty() {
                return error(BoundFault::UnknownDestination(bound.destination));
            }
            if from.iter().any(|airport| to.contains(airport)) {
                return error(BoundFault::SamePlace);
            }
        }
        self.validate_dates(today)
    }

    /// The part of [`Self::validate`] that needs no list of airports.
    ///
    /// # Errors
    /// The first fault of the dates.
    pub fn validate_dates(&self, today: Date) -> Result<(), QueryError> {
        let last = today.saturating_add(jiff::Span::new().days(HORIZON_DAYS));
        let mut before = None;
        for (place, Bound { date, .. }) in self.bounds.iter().enumerate() {
            let returns = place == 1 && self.is_return();
            let fault = match before {
                Some(leaving) if *date < leaving && returns => BoundFault::ReturnBeforeLeaving { leaving },
                Some(before) if *date < before => BoundFault::Backwards { before },
                _ if *date < today => BoundFault::Past(*date),
                _ if *date > last && returns => BoundFault::ReturnTooFarAhead { last },
                _ if *date > last => BoundFault::TooFarAhead { last },
                _ => {
                    before = Some(*date);
                    continue;
                }
            };
            return Err(QueryError { bound: place, fault });
        }
        Ok(())
    }
}

impl TryFrom<Wire> for SearchQuery {
    type Error = QueryError;
    fn try_from(Wire { bounds, party, cabin }: Wire) -> Result<Self, QueryError> {
        Self::new(bounds, party, cabin)
    }
}

impl From<SearchQuery> for Wire {
    fn from(SearchQuery { bounds, party, cabin }: SearchQuery) -> Self {
        Self { bounds, party, cabin }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, date};

    use super::{Bound, BoundFault, MOST_BOUNDS, QueryError, SearchQuery};
    use crate::{
        airports::tests::{code, few},
        cabin::Cabin,
        traveller::Party,
    };

    const TODAY: Date = date(2026, 11, 22);
    const LAST: Date = date(2027, 10, 18);

    fn query(bounds: &[(&str, Date)]) -> SearchQuery {
        let bound = |(route, date): &(&str, Date)| Bound {
            origin: code(&route[..3]),
            destination: code(&route[4..]),
            date: *date,
        };
        let bounds = bounds.iter().map(bound).collect();
        SearchQuery::new(bounds, Party::new(1, 0, 0).unwrap(), Cabin::Economy).unwrap()
    }

    fn error<T>(bound: usize, fault: BoundFault) -> Result<T, QueryError> {
        Err(QueryError { bound, fault })
    }

    #[test]
    fn a_trip_leaves_its_city() {
        let airports = few();
        let check = |route| query(&[(route, TODAY)]).validate(&airports, TODAY);
        assert_eq!(check("BOS-LAX"), Ok(()));
        assert_eq!(check("JFK-EWR"), Ok(()));
        for route in ["JFK-JFK", "NYC-EWR", "LGA-NYC"] {
            assert_eq!(check(route), error(0, BoundFault::SamePlace));
        }
        assert_eq!(check("XXX-EWR"), error(0, BoundFault::UnknownOrigin(code("XXX"))));
        assert_eq!(check("EWR-XXX"), error(0, BoundFault::UnknownDestination(code("XXX"))));
    }

    #[test]
    fn each_bound_of_a_trip_leaves_its_city_and_need_not_connect() {
        let airports = few();
        let check = |third| {
            let bounds = [("BOS-LAX", TODAY), ("LAX-SYD", TODAY), (third, TODAY)];
            query(&bounds).validate(&airports, TODAY)
        };
        assert_eq!(check("JFK-BOS"), Ok(()));
        assert_eq!(check("NYC-JFK"), error(2, BoundFault::SamePlace));
        assert_eq!(check("JFK-XXX"), error(2, BoundFault::UnknownDestination(code("XXX"))));
        assert_eq!(check("XXX-JFK").unwrap_err().field(), "from3");
    }

    #[test]
    fn dates_are_from_today_to_the_end_of_sales() {
        let after = LAST.tomorrow().unwrap();
        let check = |leave, back| query(&[("BOS-LAX", leave), ("LAX-BOS", back)]).validate_dates(TODAY);
        assert_eq!(check(LAST, LAST), Ok(()));
        assert_eq!(
            query(&[("BOS-LAX", after)]).validate_dates(TODAY),
            error(0, BoundFault::TooFarAhead { last: LAST })
        );
        assert_eq!(check(TODAY, after), error(1, BoundFault::ReturnTooFarAhead { last: LAST }));
        assert_eq!(check(LAST, TODAY), error(1, BoundFault::ReturnBeforeLeaving { leaving: LAST }));
        let past = check(date(2026, 11, 21), TODAY).unwrap_err();
        assert_eq!(past.to_string(), "21 November 2026 is in the past. Choose today or a later day.");
        assert_eq!(past.field(), "depart");
    }

    #[test]
    fn the_dates_of_a_trip_never_go_backwards() {
        let check = |second, third| {
            query(&[("BOS-LAX", TODAY), ("LAX-SYD", second), ("SYD-BOS", third)]).validate_dates(TODAY)
        };
        let (early, late) = (date(2026, 12, 1), date(2026, 12, 9));
        assert_eq!(check(early, early), Ok(()));
        let wrong = check(late, early).unwrap_err();
        assert_eq!((wrong.bound, wrong.field()), (2, "depart3"));
        assert_eq!(
            wrong.to_string(),
            "Flight 3 leaves before flight 2. Choose 9 December 2026 or a later day."
        );
        let beyond = check(early, LAST.tomorrow().unwrap());
        assert_eq!(beyond, error(2, BoundFault::TooFarAhead { last: LAST }));
    }

    #[test]
    fn a_return_turns_the_places_round() {
        assert!(query(&[("BOS-LAX", TODAY), ("LAX-BOS", TODAY)]).is_return());
        assert!(!query(&[("BOS-LAX", TODAY)]).is_return());
        assert!(!query(&[("BOS-LAX", TODAY), ("LAX-JFK", TODAY)]).is_return());
        assert!(!query(&[("BOS-LAX", TODAY), ("LAX-BOS", TODAY), ("BOS-JFK", TODAY)]).is_return());
    }

    #[test]
    fn the_way_back_moves_with_the_way_out_and_other_bounds_do_not() {
        let later = date(2026, 12, 1);
        let there_and_back = query(&[("BOS-LAX", TODAY), ("LAX-BOS", TODAY)]).with_date(0, later);
        assert_eq!(there_and_back.bounds()[1].date, later);
        let onwards = query(&[("BOS-LAX", TODAY), ("LAX-JFK", TODAY)]).with_date(0, later);
        assert_eq!(onwards.validate_dates(TODAY), error(1, BoundFault::Backwards { before: later }));
    }

    #[test]
    fn a_query_has_one_to_six_bounds_over_the_wire_too() {
        let six = query(&[("BOS-LAX", TODAY); MOST_BOUNDS]);
        let json = serde_json::to_string(&six).unwrap();
        assert_eq!(serde_json::from_str::<SearchQuery>(&json).unwrap(), six);
        let party = Party::new(1, 0, 0).unwrap();
        let none = SearchQuery::new(Vec::new(), party, Cabin::Economy);
        assert_eq!(none, error(0, BoundFault::Missing));
        let seven = SearchQuery::new([six.bounds(), &six.bounds()[..1]].concat(), party, Cabin::Economy);
        assert_eq!(seven, error(MOST_BOUNDS, BoundFault::TooMany));
        assert!(
            serde_json::from_str::<SearchQuery>(&json.replace(r#""bounds":["#, r#""bounds":[],"x":["#))
                .is_err()
        );
    }
}
