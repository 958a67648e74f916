//! A booking: travellers, coupons, money.

use serde::{Deserialize, Serialize};

use crate::moves::{IllegalMove, Move, after, may_become};

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

    /// Every move of a booking. An outside supplier whose answer stayed unclear is asked for the booking's status and
    /// never told to confirm again.
    pub const MOVES: &[Move<Self, BookingEvent>] = &[
        (Self::Pending, BookingEvent::Ticketed, Self::Ticketed),
        (Self::Pending, BookingEvent::VoidConfirmed, Self::Failed),
        (Self::Pending, BookingEvent::SupplierAsked, Self::Confirming),
        (Self::Confirming, BookingEvent::Ticketed, Self::Ticketed),
        (Self::Confirming, BookingEvent::SupplierRefused, Self::Refused),
        (Self::Confirming, BookingEvent::SupplierUnclear, Self::Unknown),
        (Self::Unknown, BookingEvent::Ticketed, Self::Ticketed),
        (Self::Unknown, BookingEvent::SupplierRefused, Self::Refused),
        (Self::AwaitingPayment, BookingEvent::Ticketed, Self::Ticketed),
        (Self::AwaitingPayment, BookingEvent::DeadlinePassed, Self::Lapsed),
        (Self::AwaitingPayment, BookingEvent::AllGivenBack, Self::Cancelled),
        (Self::Ticketed, BookingEvent::PartGivenBack, Self::PartCancelled),
        (Self::Ticketed, BookingEvent::AllGivenBack, Self::Cancelled),
        (Self::PartCancelled, BookingEvent::AllGivenBack, Self::Cancelled),
        (Self::Ticketed, BookingEvent::CaptureFailed, Self::Unpaid),
        (Self::PartCancelled, BookingEvent::CaptureFailed, Self::Unpaid),
        (Self::Unpaid, BookingEvent::AllGivenBack, Self::Cancelled),
    ];

    /// Where an event leads.
    ///
    /// # Errors
    /// The event cannot happen to a booking in this state.
    pub fn after(self, event: BookingEvent) -> Result<Self, IllegalMove<Self, BookingEvent>> {
        after(Self::MOVES, self, event)
    }

    pub fn may_become(self, next: Self) -> bool {
        may_become(Self::MOVES, self, next)
    }

    /// Whether its travellers may fly on what is left of it.
    pub fn is_valid(self) -> bool {
        matches!(self, Self::Ticketed | Self::PartCancelled | Self::Unpaid)
    }
}

/// What happens to a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BookingEvent {
    /// Authorised in time and, where an outside supplier sells it, confirmed there.
    Ticketed,
    /// What was or might have been authorised is given back for certain.
    VoidConfirmed,
    SupplierAsked,
    /// No answer, or one that tells neither yes nor no.
    SupplierUnclear,
    SupplierRefused,
    /// Of a booking to be paid later.
    DeadlinePassed,
    PartGivenBack,
    AllGivenBack,
    /// The bank would not part with what it had kept aside, and no further try can change it.
    CaptureFailed,
}

#[cfg(test)]
mod tests {
    use super::{BookingEvent, BookingState};

    #[test]
    fn what_is_over_stays_over() {
        use BookingState::{Cancelled, Failed, Lapsed, Refused};
        for over in [Failed, Cancelled, Refused, Lapsed] {
            assert!(BookingState::ALL.into_iter().all(|next| !over.may_become(next)));
        }
    }

    #[test]
    fn a_supplier_whose_answer_was_unclear_is_asked_until_it_has_ticketed_or_refused() {
        let unknown = BookingState::Confirming.after(BookingEvent::SupplierUnclear).unwrap();
        assert_eq!(unknown.after(BookingEvent::SupplierUnclear), Ok(unknown), "still unclear");
        assert_eq!(unknown.after(BookingEvent::Ticketed), Ok(BookingState::Ticketed));
        assert_eq!(unknown.after(BookingEvent::SupplierRefused), Ok(BookingState::Refused));
        assert!(unknown.after(BookingEvent::SupplierAsked).is_err(), "it is never told to confirm again");
    }

    #[test]
    fn a_capture_that_failed_for_good_leaves_the_booking_unpaid_and_then_it_is_unwound() {
        for paid in [BookingState::Ticketed, BookingState::PartCancelled] {
            let unpaid = paid.after(BookingEvent::CaptureFailed).unwrap();
            assert_eq!(unpaid, BookingState::Unpaid);
            assert_eq!(unpaid.after(BookingEvent::AllGivenBack), Ok(BookingState::Cancelled));
            assert!(unpaid.after(BookingEvent::Ticketed).is_err());
        }
    }

    #[test]
    fn a_booking_to_be_paid_later_lapses_at_its_deadline_and_is_never_ticketed_after_it() {
        let lapsed = BookingState::AwaitingPayment.after(BookingEvent::DeadlinePassed).unwrap();
        assert_eq!(lapsed, BookingState::Lapsed);
        assert!(lapsed.after(BookingEvent::Ticketed).is_err());
        assert!(BookingState::Ticketed.after(BookingEvent::DeadlinePassed).is_err(), "paid before it");
    }

    #[test]
    fn a_ticketed_booking_never_fails() {
        assert!(BookingState::Ticketed.after(BookingEvent::VoidConfirmed).is_err());
    }
}
