use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::form::{DEPART, FROM, TO};
use crate::airport::AirportCode;

/// Why nothing can be searched for; the message is for the traveller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueryError {
    /// Which bound is at fault, from 0.
    pub bound: usize,
    pub fault: BoundFault,
}

/// What is wrong with a bound.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BoundFault {
    /// There is no bound at all.
    Missing,
    /// It is one more than a trip may have.
    TooMany,
    UnknownOrigin(AirportCode),
    UnknownDestination(AirportCode),
    SamePlace,
    Past(Date),
    TooFarAhead {
        last: Date,
    },
    ReturnTooFarAhead {
        last: Date,
    },
    ReturnBeforeLeaving {
        leaving: Date,
    },
    /// It is before the day of the bound before it.
    Backwards {
        before: Date,
    },
}

impl QueryError {
    /// The field of the search form to look at: `from`, `to` or `depart`, with the bound's number from the second on.
    pub fn field(&self) -> &'static str {
        let fields = match self.fault {
            BoundFault::Missing | BoundFault::UnknownOrigin(_) => FROM,
            BoundFault::TooMany | BoundFault::UnknownDestination(_) | BoundFault::SamePlace => TO,
            BoundFault::Past(_)
            | BoundFault::TooFarAhead { .. }
            | BoundFault::ReturnTooFarAhead { .. }
            | BoundFault::ReturnBeforeLeaving { .. }
            | BoundFault::Backwards { .. } => DEPART,
        };
        fields[self.bound.min(fields.len() - 1)]
    }
}

impl std::error::Error for QueryError {}

impl std::fmt::Display for QueryError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let number = self.bound + 1;
        match &self.fault {
            BoundFault::Missing => write!(f, "Say where you leave from and where you fly to."),
            BoundFault::TooMany => {
                write!(
                    f,
                    "A trip has at most six flights here. Search for the others as a trip of their own."
                )
            }
            BoundFault::UnknownOrigin(code) => {
                write!(f, "We know no airport or city with the code {code} to leave from.")
            }
            BoundFault::UnknownDestination(code) => {
                write!(f, "We know no airport or city with the code {code} to fly to.")
            }
            BoundFault::SamePlace if self.bound == 0 => {
                write!(f, "You leave from and fly to the same place. Choose another destination.")
            }
            BoundFault::SamePlace => {
                write!(
                    f,
                    "Flight {number} leaves from and leads to the same place. Choose another destination."
                )
            }
            BoundFault::Past(date) => {
                write!(f, "{} is in the past. Choose today or a later day.", spelled(*date))
            }
            BoundFault::TooFarAhead { last } => {
                write!(f, "Flights are on sale until {}. Choose an earlier day to leave.", spelled(*last))
            }
            BoundFault::ReturnTooFarAhead { last } => {
                write!(f, "Flights are on sale until {}. Choose an earlier day to return.", spelled(*last))
            }
            BoundFault::ReturnBeforeLeaving { leaving } => {
                write!(f, "You return before you leave. Choose a return on or after {}.", spelled(*leaving))
            }
            BoundFault::Backwards { before } => {
                let day = spelled(*before);
                write!(f, "Flight {number} leaves before flight {}. Choose {day} or a later day.", self.bound)
            }
        }
    }
}

/// "22 December 2026".
fn spelled(date: Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}
