//! Ways to fly: what is asked for, what answers it, and in which order it is shown.

mod itinerary;
mod order;
mod query;

#[cfg(feature = "zones")]
mod connection;
#[cfg(feature = "zones")]
mod find;

pub use itinerary::{Itinerary, ItineraryError, Layover};
pub use order::{MOST_CONNECTIONS, Priced, Sort, worth_showing};
pub use query::{Bound, HORIZON_DAYS, QueryError, SearchQuery};

#[cfg(feature = "zones")]
pub use connection::{LONG_LAYOVER_MIN, LONGEST_LAYOVER_MIN};
#[cfg(feature = "zones")]
pub use find::search;

#[cfg(test)]
pub(crate) use itinerary::tests;
