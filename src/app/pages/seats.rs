//! Step three: the cabin from above, live, for one leg at a time.

mod board;
mod cabin_map;
mod calls;
#[cfg(feature = "ssr")]
mod choose;
mod choosing;
mod detail;
#[cfg(feature = "ssr")]
mod elsewhere;
mod face;
#[cfg(feature = "ssr")]
mod given;
#[cfg(feature = "hydrate")]
mod hearing;
mod keys;
mod legend;
#[cfg(feature = "ssr")]
mod legs;
#[cfg(feature = "ssr")]
mod onwards;
mod people;
mod picking;
mod seat_button;
mod seat_list;
mod start;
mod status;
mod tidings;
mod trouble;
#[cfg(feature = "hydrate")]
mod wish;
mod zoom;

#[cfg(feature = "ssr")]
mod page;

#[cfg(feature = "ssr")]
pub use page::SeatsPage;
