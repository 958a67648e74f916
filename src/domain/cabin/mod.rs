//! Cabins: who sits where on which aircraft.

mod booking_class;
mod choice;
mod class;
mod classes_left;
mod configuration;
mod layout;
mod seat_number;
mod seat_price;

pub use booking_class::{BookingClass, default_authorised};
pub use choice::{
    ACCESSIBLE_KEPT, BestSeats, Placing, SeatRefusal, SeatRules, SeatWish, SeatedTraveller, best_together,
    children_alone, closest, keeps_accessible, may_sit, nearest,
};
pub use class::Cabin;
pub use classes_left::ClassesLeft;
pub use configuration::Configuration;
pub use layout::{Features, Layout, Row, Seat, Section, Step};
pub use seat_number::{SeatNumber, SeatNumberError};
pub use seat_price::SeatPrice;
