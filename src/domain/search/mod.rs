//! Ways to fly: what is asked for, what answers it, and in which order it is shown.

pub mod form;
mod itinerary;
mod marks;
mod merit;
mod order;
mod query;
mod query_error;

#[cfg(feature = "zones")]
mod connection;
#[cfg(feature = "zones")]
mod ends;
#[cfg(feature = "zones")]
mod find;
#[cfg(feature = "zones")]
mod found;
#[cfg(feature = "zones")]
mod hop;
#[cfg(feature = "zones")]
mod join;
#[cfg(feature = "zones")]
mod pass;
#[cfg(feature = "zones")]
mod roles;
#[cfg(feature = "zones")]
mod scan;

pub use itinerary::{Itinerary, ItineraryError, Layover};
pub use marks::marks;
pub use merit::{MOST_CONNECTIONS, Merit, pareto, shown};
pub use order::{Priced, Sort, worth_showing};
pub use query::{Bound, HORIZON_DAYS, MOST_BOUNDS, SearchQuery};
pub use query_error::{BoundFault, QueryError};

#[cfg(feature = "zones")]
pub use connection::{LONG_WAIT_MIN, LONGEST_WAIT_MIN};
#[cfg(feature = "zones")]
pub use find::{Search, search};
#[cfg(feature = "zones")]
pub use found::{Found, Way};
#[cfg(feature = "zones")]
pub use hop::Hop;
#[cfg(feature = "zones")]
pub use pass::Pass;

#[cfg(test)]
pub(crate) use itinerary::tests;
