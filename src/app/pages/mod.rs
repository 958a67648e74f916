//! One page a file, in the order in which travellers meet them.

mod booking;
pub mod calendar;
pub mod home;
pub mod not_found;
pub mod pay;
pub mod price;
pub mod results;
pub mod seats;
pub mod travellers;
pub mod trip;
pub mod trips;

#[cfg(feature = "ssr")]
pub use booking::posted_by_a_plain_form;
