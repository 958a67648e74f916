//! A booking: travellers, coupons, money.

use serde::{Deserialize, Serialize};

/// Where a booking is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BookingState {
    /// Payment has started.
    Pending,
    /// Pay later: it has its PNR and a deadline.
    AwaitingPayment,
    /// Authorised; an outside supplier is asked to confirm it.
    Confirming,
    /// The supplier's answer stayed unclear: its status is asked for, never confirmed again.
    Unknown,
    /// Paid, with a PNR and ticket numbers.
    Ticketed,
    /// Some of its coupons were given back.
    PartCancelled,
    /// The capture failed for good; it is being unwound.
    Unpaid,
    Cancelled,
    /// Never paid: the void of its payment is confirmed.
    Failed,
    /// The supplier would not have it.
    Refused,
    /// Pay later, and the deadline passed.
    Lapsed,
}

impl BookingState {
    pub const ALL: [Self; 11] = [
        Self::Pending,
        Self::AwaitingPayment,
        Self::Confirming,
        Self::Unknown,
        Self::Ticketed,
        Self::PartCancelled,
        Self::Unpaid,
        Self::Cancelled,
        Self::Failed,
        Self::Refused,
        Self::Lapsed,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::AwaitingPayment => "awaiting_payment",
            Self::Confirming => "confirming",
            Self::Unknown => "unknown",
            Self::Ticketed => "ticketed",
            Self::PartCancelled => "part_cancelled",
            Self::Unpaid => "unpaid",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
            Self::Refused => "refused",
            Self::Lapsed => "lapsed",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == text)
    }

    pub fn may_become(self, next: Self) -> bool {
        use BookingState::{
            AwaitingPayment, Cancelled, Confirming, Failed, Lapsed, PartCancelled, Pending, Refused,
            Ticketed, Unknown, Unpaid,
        };
        matches!(
            (self, next),
            (Pending, Ticketed | Confirming | Failed)
                | (AwaitingPayment, Ticketed | Lapsed | Cancelled)
                | (Confirming, Ticketed | Refused | Unknown)
                | (Unknown, Ticketed | Refused)
                | (Ticketed, PartCancelled | Cancelled | Unpaid)
                | (PartCancelled, Cancelled | Unpaid)
                | (Unpaid, Cancelled)
        )
    }

    /// Whether its travellers may fly on what is left of it.
    pub fn is_valid(self) -> bool {
        matches!(self, Self::Ticketed | Self::PartCancelled | Self::Unpaid)
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
