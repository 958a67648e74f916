//! Cabins: who sits where on which aircraft.

mod choice;
mod class;
mod configuration;
mod layout;
mod seat_number;

pub use choice::{SeatRefusal, SeatedTraveller, best_together, closest, may_sit, nearest};
pub use class::Cabin;
pub use configuration::Configuration;
pub use layout::{Features, Layout, Row, Seat, Section};
pub use seat_number::{SeatNumber, SeatNumberError};
