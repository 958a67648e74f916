//! Cabins: who sits where on which aircraft.

mod class;
mod configuration;
mod layout;
mod seat_number;

pub use class::Cabin;
pub use configuration::Configuration;
pub use layout::{Features, Layout, Row, Seat, Section};
pub use seat_number::{SeatNumber, SeatNumberError};
