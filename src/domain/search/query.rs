use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{airport::AirportCode, cabin::Cabin, traveller::Party};

/// How far ahead flights are sold, in days from today.
pub const HORIZON_DAYS: i32 = 330;

/// What a traveller asks for; places are airports or cities, dates those at the place that is left.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SearchQuery {
    pub origin: AirportCode,
    pub destination: AirportCode,
    pub date: Date,
    /// None for one way.
    pub return_date: Option<Date>,
    pub party: Party,
    pub cabin: Cabin,
}

/// One direction of a trip: from a place to a place on a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Bound {
    pub origin: AirportCode,
    pub destination: AirportCode,
    /// The local date at the origin.
    pub date: Date,
}

/// Why nothing can be searched for; the message is for the traveller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum QueryError {
    #[error("We know no airport or city with the code {0} to leave from.")]
    UnknownOrigin(AirportCode),
    #[error("We know no airport or city with the code {0} to fly to.")]
    UnknownDestination(AirportCode),
    #[error("You leave from and fly to the same place. Choose another destination.")]
    SamePlace,
    #[error("{} is in the past. Choose today or a later day.", spelled(*.0))]
    Past(Date),
    #[error("Flights are on sale until {}. Choose an earlier day to leave.", spelled(*.last))]
    TooFarAhead { last: Date },
    #[error("Flights are on sale until {}. Choose an earlier day to return.", spelled(*.last))]
    ReturnTooFarAhead { last: Date },
    #[error("You return before you leave. Choose a return on or after {}.", spelled(*.leaving))]
    ReturnBeforeLeaving { leaving: Date },
}

impl QueryError {
    /// The field of the search form to look at: `from`, `to`, `depart` or `back`.
    pub fn field(&self) -> &'static str {
        match self {
            Self::UnknownOrigin(_) => "from",
            Self::UnknownDestination(_) | Self::SamePlace => "to",
            Self::Past(_) | Self::TooFarAhead { .. } => "depart",
            Self::ReturnTooFarAhead { .. } | Self::ReturnBeforeLeaving { .. } => "back",
        }
    }
}

impl SearchQuery {
    /// The way out and, for a return, the way back.
    pub fn bounds(&self) -> Vec<Bound> {
        let Self { origin, destination, date, .. } = *self;
        let back = self.return_date.map(|date| Bound { origin: destination, destination: origin, date });
        std::iter::once(Bound { origin, destination, date }).chain(back).collect()
    }

    /// Whether it can be searched for on that day; `today` is the date at the origin.
    ///
    /// # Errors
    /// The first fault, in the order in which the form asks.
    #[cfg(feature = "zones")]
    pub fn validate(&self, airports: &crate::airports::Airports, today: Date) -> Result<(), QueryError> {
        let (from, to) = (airports.expand(self.origin), airports.expand(self.destination));
        if from.is_empty() {
            return Err(QueryError::UnknownOrigin(self.origin));
        }
        if to.is_empty() {
            return Err(QueryError::UnknownDestination(self.destination));
        }
        if from.iter().any(|airport| to.contains(airport)) {
            return Err(QueryError::SamePlace);
        }
        self.validate_dates(today)
    }

    /// The part of [`Self::validate`] that needs no list of airports.
    ///
    /// # Errors
    /// The first fault of the dates.
    pub fn validate_dates(&self, today: Date) -> Result<(), QueryError> {
        let last = today.saturating_add(jiff::Span::new().days(HORIZON_DAYS));
        if self.date < today {
            return Err(QueryError::Past(self.date));
        }
        if self.date > last {
            return Err(QueryError::TooFarAhead { last });
        }
        match self.return_date {
            Some(back) if back < self.date => Err(QueryError::ReturnBeforeLeaving { leaving: self.date }),
            Some(back) if back > last => Err(QueryError::ReturnTooFarAhead { last }),
            _ => Ok(()),
        }
    }
}

/// "22 December 2026".
fn spelled(date: Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, date};

    use super::{QueryError, SearchQuery};
    use crate::{
        airports::tests::{code, few},
        cabin::Cabin,
        traveller::Party,
    };

    const TODAY: Date = date(2026, 11, 22);

    fn query(origin: &str, destination: &str, leave: Date, back: Option<Date>) -> SearchQuery {
        SearchQuery {
            origin: code(origin),
            destination: code(destination),
            date: leave,
            return_date: back,
            party: Party::new(1, 0, 0).unwrap(),
            cabin: Cabin::Economy,
        }
    }

    #[test]
    fn a_trip_leaves_its_city() {
        let airports = few();
        let check = |from, to| query(from, to, TODAY, None).validate(&airports, TODAY);
        assert_eq!(check("BOS", "LAX"), Ok(()));
        assert_eq!(check("JFK", "JFK"), Err(QueryError::SamePlace));
        assert_eq!(check("NYC", "EWR"), Err(QueryError::SamePlace));
        assert_eq!(check("LGA", "NYC"), Err(QueryError::SamePlace));
        assert_eq!(check("JFK", "EWR"), Ok(()));
        assert_eq!(check("XXX", "EWR"), Err(QueryError::UnknownOrigin(code("XXX"))));
        assert_eq!(check("EWR", "XXX"), Err(QueryError::UnknownDestination(code("XXX"))));
    }

    #[test]
    fn dates_are_from_today_to_the_end_of_sales() {
        let (last, after) = (date(2027, 10, 18), date(2027, 10, 19));
        let check = |leave, back| query("BOS", "LAX", leave, back).validate_dates(TODAY);
        assert_eq!(check(last, Some(last)), Ok(()));
        assert_eq!(check(after, None), Err(QueryError::TooFarAhead { last }));
        assert_eq!(check(TODAY, Some(after)), Err(QueryError::ReturnTooFarAhead { last }));
        assert_eq!(check(last, Some(TODAY)), Err(QueryError::ReturnBeforeLeaving { leaving: last }));
        let past = check(date(2026, 11, 21), None).unwrap_err();
        assert_eq!(past.to_string(), "21 November 2026 is in the past. Choose today or a later day.");
        assert_eq!(past.field(), "depart");
    }

    #[test]
    fn the_way_back_turns_the_places_round() {
        let bounds = query("BOS", "LAX", TODAY, Some(date(2026, 12, 1))).bounds();
        assert_eq!((bounds[1].origin, bounds[1].destination), (code("LAX"), code("BOS")));
        assert_eq!(bounds[1].date, date(2026, 12, 1));
        assert_eq!(query("BOS", "LAX", TODAY, None).bounds().len(), 1);
    }
}
