//! A booking: travellers, coupons, money.

use serde::{Deserialize, Serialize};

/// Where a booking is in its life. Pay-later and supplier bookings will add their states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BookingState {
    /// Payment has started.
    Pending,
    /// Paid, with a PNR and ticket numbers.
    Ticketed,
    /// Never paid: the void of its payment is confirmed.
    Failed,
    /// The capture failed for good; it is being unwound.
    Unpaid,
    Cancelled,
}

impl BookingState {
    pub const ALL: [Self; 5] = [Self::Pending, Self::Ticketed, Self::Failed, Self::Unpaid, Self::Cancelled];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Ticketed => "ticketed",
            Self::Failed => "failed",
            Self::Unpaid => "unpaid",
            Self::Cancelled => "cancelled",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == text)
    }

    pub fn may_become(self, next: Self) -> bool {
        use BookingState::{Cancelled, Failed, Pending, Ticketed, Unpaid};
        matches!(
            (self, next),
            (Pending, Ticketed | Failed) | (Ticketed, Cancelled | Unpaid) | (Unpaid, Cancelled)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::BookingState;

    #[test]
    fn a_failed_booking_is_never_ticketed() {
        assert!(BookingState::ALL.into_iter().all(|next| !BookingState::Failed.may_become(next)));
    }
}
