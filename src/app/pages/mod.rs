//! One page a file, in the order in which travellers meet them.

#[cfg(feature = "ssr")]
mod booking;
#[cfg(feature = "ssr")]
pub mod calendar;
#[cfg(feature = "ssr")]
pub mod home;
#[cfg(feature = "ssr")]
pub mod not_found;
#[cfg(feature = "ssr")]
pub mod pay;
#[cfg(feature = "ssr")]
pub mod price;
#[cfg(feature = "ssr")]
pub mod results;
pub mod seats;
pub mod travellers;
#[cfg(feature = "ssr")]
pub mod trip;
#[cfg(feature = "ssr")]
pub mod trips;

#[cfg(feature = "ssr")]
pub use booking::posted_by_a_plain_form;
