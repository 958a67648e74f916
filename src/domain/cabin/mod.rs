//! Cabins: who sits where on which aircraft.

mod class;
mod configuration;
mod seat_number;

pub use class::Cabin;
pub use configuration::Configuration;
pub use seat_number::{SeatNumber, SeatNumberError};
