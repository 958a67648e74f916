//! Giving coupons back: what each is worth, what comes back for it and why, and what may not be given back.
//!
//! A coupon is one leg of one traveller's ticket. Coupons are given back alone or together; the money follows the fare
//! rules that were sold with the ticket.

mod coupon;
mod refusal;
mod settlement;
mod value;

pub use coupon::{Coupon, CouponKey};
pub use refusal::Refusal;
pub use settlement::{Cause, FreeDay, Settlement, Share, Why, nobody_is_left_alone, settle};
pub use value::{CouponValue, coupon_values, shared_values};

#[cfg(test)]
mod tests;
