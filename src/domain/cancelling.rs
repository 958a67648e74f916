//! Giving coupons back: what each is worth, what comes back for it and why, and what may not be given back.
//!
//! A coupon is one leg of one traveller's ticket. Coupons are given back alone or together; the money follows the fare
//! rules that were sold with the ticket.

mod coupon;
mod refusal;
mod settlement;
mod value;

pub use coupon::{Coupon, CouponKey, CouponState};
pub use refusal::Refusal;
pub use settlement::{Cause, FreeDay, Settlement, Share, Why, settle};
pub use value::{CouponValue, coupon_values};

use serde::{Deserialize, Serialize};

/// Where a cancellation is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancellationState {
    /// What comes back was told, and nothing is cancelled yet.
    Quoted,
    /// The seats are free again; the money is on its way.
    Confirmed,
    /// Nothing is left to do.
    Settled,
}

impl CancellationState {
    pub const ALL: [Self; 3] = [Self::Quoted, Self::Confirmed, Self::Settled];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Quoted => "quoted",
            Self::Confirmed => "confirmed",
            Self::Settled => "settled",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == text)
    }

    pub fn may_become(self, next: Self) -> bool {
        matches!((self, next), (Self::Quoted, Self::Confirmed) | (Self::Confirmed, Self::Settled))
    }
}

/// Where the money that comes back is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundState {
    /// Written down; Stripe will be asked for it.
    Queued,
    /// Stripe has it, and the bank is yet to take it.
    Pending,
    Succeeded,
    /// The bank would not take it: a person finds another way.
    Failed,
    /// The payment was never taken after all, so there is nothing to give back.
    Dropped,
}

impl RefundState {
    pub const ALL: [Self; 5] = [Self::Queued, Self::Pending, Self::Succeeded, Self::Failed, Self::Dropped];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Pending => "pending",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Dropped => "dropped",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == text)
    }

    /// The bank may fail a refund that had succeeded; one that failed is queued again once there is a way.
    pub fn may_become(self, next: Self) -> bool {
        use RefundState::{Dropped, Failed, Pending, Queued, Succeeded};
        matches!(
            (self, next),
            (Queued, Pending | Succeeded | Failed | Dropped)
                | (Pending, Succeeded | Failed)
                | (Succeeded, Failed)
                | (Failed, Queued | Dropped)
        )
    }
}

#[cfg(test)]
mod tests;
