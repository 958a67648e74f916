//! An order at an outside supplier.

use crate::moves::{IllegalMove, Move, after, may_become};

/// Where an order at a supplier is in its life, as far as we know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SupplierOrderState {
    /// It has a name, and the supplier is asked to hold it: it may or may not be there.
    Asked,
    /// Ours until its deadline, unpaid.
    Held,
    /// The supplier is asked to confirm it.
    Confirming,
    /// What became of the confirmation stayed unclear: how the order stands is asked until it is known.
    Unknown,
    /// Paid there.
    Ticketed,
    /// The supplier would not have it, and nothing of it is left there.
    Refused,
    /// Given back, or never made.
    Released,
}

impl SupplierOrderState {
    pub const ALL: [Self; 7] = [
        Self::Asked,
        Self::Held,
        Self::Confirming,
        Self::Unknown,
        Self::Ticketed,
        Self::Refused,
        Self::Released,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Held => "held",
            Self::Confirming => "confirming",
            Self::Unknown => "unknown",
            Self::Ticketed => "ticketed",
            Self::Refused => "refused",
            Self::Released => "released",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == text)
    }

    /// Every move of an order. Once it was asked to be confirmed, nothing but the supplier's own word decides what became
    /// of it.
    pub const MOVES: &[Move<Self, SupplierOrderEvent>] = &[
        (Self::Asked, SupplierOrderEvent::Held, Self::Held),
        (Self::Asked, SupplierOrderEvent::Refused, Self::Refused),
        (Self::Asked, SupplierOrderEvent::GivenBack, Self::Released),
        (Self::Held, SupplierOrderEvent::ConfirmationAsked, Self::Confirming),
        (Self::Held, SupplierOrderEvent::GivenBack, Self::Released),
        (Self::Confirming, SupplierOrderEvent::Confirmed, Self::Ticketed),
        (Self::Confirming, SupplierOrderEvent::Refused, Self::Refused),
        (Self::Confirming, SupplierOrderEvent::StayedUnclear, Self::Unknown),
        (Self::Unknown, SupplierOrderEvent::Confirmed, Self::Ticketed),
        (Self::Unknown, SupplierOrderEvent::Refused, Self::Refused),
        (Self::Ticketed, SupplierOrderEvent::GivenBack, Self::Released),
    ];

    /// Where an event leads.
    ///
    /// # Errors
    /// The event cannot happen to an order in this state.
    pub fn after(self, event: SupplierOrderEvent) -> Result<Self, IllegalMove<Self, SupplierOrderEvent>> {
        after(Self::MOVES, self, event)
    }

    pub fn may_become(self, next: Self) -> bool {
        may_become(Self::MOVES, self, next)
    }
}

/// What happens to an order at a supplier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SupplierOrderEvent {
    Held,
    ConfirmationAsked,
    Confirmed,
    /// No answer, or one that tells neither yes nor no.
    StayedUnclear,
    Refused,
    GivenBack,
}

#[cfg(test)]
mod tests {
    use super::{
        SupplierOrderEvent::{ConfirmationAsked, Confirmed, GivenBack, Refused, StayedUnclear},
        SupplierOrderState as State,
    };

    #[test]
    fn what_may_be_paid_is_not_taken_for_given_back_before_the_supplier_has_said_so() {
        for unclear in [State::Confirming, State::Unknown] {
            assert!(unclear.after(GivenBack).is_err());
            assert_eq!(unclear.after(StayedUnclear), Ok(State::Unknown));
            assert_eq!(unclear.after(Confirmed), Ok(State::Ticketed));
            assert_eq!(unclear.after(Refused), Ok(State::Refused));
        }
    }

    #[test]
    fn only_what_is_held_is_confirmed() {
        for state in State::ALL {
            let confirming = matches!(state, State::Held | State::Confirming);
            assert_eq!(state.after(ConfirmationAsked).is_ok(), confirming, "{state:?}");
        }
    }
}
