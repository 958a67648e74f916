//! A payment: one Stripe `PaymentIntent` with manual capture.

use serde::{Deserialize, Serialize};

/// Declines or abandoned authentications that end a payment.
pub const CARD_ATTEMPTS: u8 = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentState {
    /// The traveller is trying cards.
    Open,
    /// The bank keeps the amount aside for us.
    Authorised,
    /// The money is ours.
    Captured,
    PartRefunded,
    Refunded,
    /// Given back before any capture.
    Voided,
    CaptureFailed,
}

impl PaymentState {
    pub const ALL: [Self; 7] = [
        Self::Open,
        Self::Authorised,
        Self::Captured,
        Self::PartRefunded,
        Self::Refunded,
        Self::Voided,
        Self::CaptureFailed,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Authorised => "authorised",
            Self::Captured => "captured",
            Self::PartRefunded => "part_refunded",
            Self::Refunded => "refunded",
            Self::Voided => "voided",
            Self::CaptureFailed => "capture_failed",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == text)
    }

    pub fn may_become(self, next: Self) -> bool {
        use PaymentState::{Authorised, CaptureFailed, Captured, Open, PartRefunded, Refunded, Voided};
        matches!(
            (self, next),
            (Open, Authorised | Voided)
                | (Authorised, Captured | Voided | CaptureFailed)
                | (Captured, PartRefunded | Refunded)
                | (PartRefunded, Refunded)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::PaymentState;

    #[test]
    fn money_is_captured_only_after_it_was_authorised() {
        for state in PaymentState::ALL {
            assert_eq!(state.may_become(PaymentState::Captured), state == PaymentState::Authorised);
        }
    }
}
