//! A coupon: one traveller on one leg, the part of a ticket that is flown or given back.

use serde::{Deserialize, Serialize};

use crate::moves::{IllegalMove, Move, after, may_become};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CouponState {
    /// Its holder may fly on it.
    Open,
    /// Given back; its place and seat are on sale again.
    Cancelled,
    Flown,
}

impl CouponState {
    pub const ALL: [Self; 3] = [Self::Open, Self::Cancelled, Self::Flown];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Cancelled => "cancelled",
            Self::Flown => "flown",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == text)
    }

    /// Every move of a coupon.
    pub const MOVES: &[Move<Self, CouponEvent>] = &[
        (Self::Open, CouponEvent::GivenBack, Self::Cancelled),
        (Self::Open, CouponEvent::Flown, Self::Flown),
    ];

    /// Where an event leads.
    ///
    /// # Errors
    /// The event cannot happen to a coupon in this state.
    pub fn after(self, event: CouponEvent) -> Result<Self, IllegalMove<Self, CouponEvent>> {
        after(Self::MOVES, self, event)
    }

    pub fn may_become(self, next: Self) -> bool {
        may_become(Self::MOVES, self, next)
    }
}

/// What happens to a coupon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CouponEvent {
    GivenBack,
    Flown,
}

#[cfg(test)]
mod tests {
    use super::{CouponEvent, CouponState};

    #[test]
    fn nobody_is_paid_back_for_what_they_flew() {
        assert!(CouponState::Flown.after(CouponEvent::GivenBack).is_err());
    }

    #[test]
    fn nobody_flies_on_what_was_given_back() {
        assert!(CouponState::Cancelled.after(CouponEvent::Flown).is_err());
    }
}
