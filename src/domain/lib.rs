//! The rules of selling seats on aircraft; no clock, no socket, no database.
//!
//! Read in this order: the words (`airport`, `flight`, `departure`, `money`, `traveller`), the timetable and what is
//! searched in it, what a seat costs, then the life of a seat, a hold, a booking and a payment.

mod code;

pub mod airport;
pub mod cabin;
pub mod carrier;
pub mod departure;
pub mod flight;
pub mod money;
pub mod schedule;
pub mod traveller;

pub mod fare;
pub mod search;
pub mod ssim;
pub mod timetable;

pub mod booking;
pub mod hold;
pub mod live;
pub mod payment;
pub mod pnr;
pub mod seat;
pub mod ticket;
