//! The rules of selling seats on aircraft; no clock, no socket, no database.
//!
//! Read in this order: the words (`airport`, `flight`, `departure`, `money`, `traveller`), the timetable and what is
//! searched in it, what a seat costs, then the life of a seat, a hold, a booking and a payment.

mod code;
#[cfg(feature = "zones")]
mod csv;
mod moves;

pub mod airport;
#[cfg(feature = "zones")]
pub mod airports;
pub mod cabin;
pub mod carrier;
pub mod departure;
pub mod flight;
pub mod money;
pub mod schedule;
pub mod traveller;

#[cfg(feature = "zones")]
pub mod connecting;
pub mod fare;
#[cfg(feature = "zones")]
pub mod network;
pub mod offer;
pub mod search;
#[cfg(feature = "zones")]
pub mod ssim;
#[cfg(feature = "zones")]
pub mod timetable;

pub mod booking;
pub mod cancelling;
pub mod coupon;
pub mod hold;
pub mod live;
pub mod pay_later;
pub mod payment;
pub mod pnr;
pub mod promotion;
pub mod refund;
pub mod seat;
pub mod selling;
pub mod supplier_order;
pub mod ticket;

pub use moves::{IllegalMove, Move};
