//! One page a file, in the order in which travellers meet them.

mod booking;
#[cfg(feature = "ssr")]
pub mod calendar;
#[cfg(not(feature = "ssr"))]
pub mod elsewhere;
#[cfg(feature = "ssr")]
pub mod home;
#[cfg(feature = "ssr")]
pub mod not_found;
pub mod pay;
#[cfg(feature = "ssr")]
pub mod price;
#[cfg(feature = "ssr")]
pub mod results;
pub mod seats;
pub mod travellers;
pub mod trip;
pub mod trips;

#[cfg(feature = "ssr")]
pub use booking::posted_by_a_plain_form;
