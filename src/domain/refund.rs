//! Money on its way back: the cancellation that promises it, the refund that brings it, the dispute that takes it.

use serde::{Deserialize, Serialize};

use crate::moves::{IllegalMove, Move, after, may_become};

/// Where the giving back of coupons is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CancellationState {
    /// What comes back was shown.
    Quoted,
    /// Accepted: coupons are void, places and seats are free, the refund is queued.
    Confirmed,
    /// All that was promised has come back.
    Settled,
}

/// What happens to a cancellation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CancellationEvent {
    Confirmed,
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

    /// Every move of a cancellation: once confirmed there is no way back.
    pub const MOVES: &[Move<Self, CancellationEvent>] = &[
        (Self::Quoted, CancellationEvent::Confirmed, Self::Confirmed),
        (Self::Confirmed, CancellationEvent::Settled, Self::Settled),
    ];

    /// Where an event leads.
    ///
    /// # Errors
    /// The event cannot happen to a cancellation in this state.
    pub fn after(self, event: CancellationEvent) -> Result<Self, IllegalMove<Self, CancellationEvent>> {
        after(Self::MOVES, self, event)
    }

    pub fn may_become(self, next: Self) -> bool {
        may_become(Self::MOVES, self, next)
    }
}

/// Where a refund is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundState {
    /// The provider is yet to be asked for it.
    Queued,
    /// The provider has it.
    Pending,
    Succeeded,
    /// The bank sent it back: a case for staff, who queue it again once they have found a way.
    Failed,
    /// The payment was never taken after all, so there is nothing to give back.
    Dropped,
    /// Staff found another way than the card.
    PaidOtherwise,
}

/// What happens to a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RefundEvent {
    /// The provider has taken it on.
    Accepted,
    Succeeded,
    /// Even after it had succeeded: banks change their minds.
    Failed,
    QueuedAgain,
    /// The capture of its payment failed for good.
    NothingTaken,
    /// After it had failed.
    PaidOtherwise,
}

impl RefundState {
    pub const ALL: [Self; 6] =
        [Self::Queued, Self::Pending, Self::Succeeded, Self::Failed, Self::Dropped, Self::PaidOtherwise];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Pending => "pending",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Dropped => "dropped",
            Self::PaidOtherwise => "paid_otherwise",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == text)
    }

    /// Every move of a refund. One that was refused may turn out to have been made, by a call whose answer was lost.
    pub const MOVES: &[Move<Self, RefundEvent>] = &[
        (Self::Queued, RefundEvent::Accepted, Self::Pending),
        (Self::Queued, RefundEvent::Succeeded, Self::Succeeded),
        (Self::Pending, RefundEvent::Succeeded, Self::Succeeded),
        (Self::Queued, RefundEvent::Failed, Self::Failed),
        (Self::Pending, RefundEvent::Failed, Self::Failed),
        (Self::Succeeded, RefundEvent::Failed, Self::Failed),
        (Self::Failed, RefundEvent::Accepted, Self::Pending),
        (Self::Failed, RefundEvent::Succeeded, Self::Succeeded),
        (Self::Failed, RefundEvent::QueuedAgain, Self::Queued),
        (Self::Queued, RefundEvent::NothingTaken, Self::Dropped),
        (Self::Failed, RefundEvent::NothingTaken, Self::Dropped),
        (Self::Failed, RefundEvent::PaidOtherwise, Self::PaidOtherwise),
    ];

    /// Where an event leads.
    ///
    /// # Errors
    /// The event cannot happen to a refund in this state.
    pub fn after(self, event: RefundEvent) -> Result<Self, IllegalMove<Self, RefundEvent>> {
        after(Self::MOVES, self, event)
    }

    pub fn may_become(self, next: Self) -> bool {
        may_become(Self::MOVES, self, next)
    }
}

/// Where a dispute is: a cardholder's bank takes a captured payment back until it has decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DisputeState {
    /// The amount is gone from our account, and staff have a case.
    Open,
    /// It is ours again.
    Won,
    /// The cardholder keeps it.
    Lost,
}

/// What happens to a dispute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DisputeEvent {
    Won,
    Lost,
}

impl DisputeState {
    pub const ALL: [Self; 3] = [Self::Open, Self::Won, Self::Lost];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Won => "won",
            Self::Lost => "lost",
        }
    }

    /// Every move of a dispute: what the bank has decided stands.
    pub const MOVES: &[Move<Self, DisputeEvent>] =
        &[(Self::Open, DisputeEvent::Won, Self::Won), (Self::Open, DisputeEvent::Lost, Self::Lost)];

    /// Where an event leads.
    ///
    /// # Errors
    /// The event cannot happen to a dispute in this state.
    pub fn after(self, event: DisputeEvent) -> Result<Self, IllegalMove<Self, DisputeEvent>> {
        after(Self::MOVES, self, event)
    }

    pub fn may_become(self, next: Self) -> bool {
        may_become(Self::MOVES, self, next)
    }
}

#[cfg(test)]
mod tests {
    use super::{CancellationEvent, CancellationState, DisputeEvent, DisputeState, RefundEvent, RefundState};

    #[test]
    fn a_failed_refund_is_queued_again_and_may_still_succeed() {
        let failed = RefundState::Pending.after(RefundEvent::Failed).unwrap();
        let again = failed.after(RefundEvent::QueuedAgain).unwrap();
        assert_eq!(again, RefundState::Queued);
        assert_eq!(again.after(RefundEvent::Succeeded), Ok(RefundState::Succeeded));
    }

    #[test]
    fn a_refund_that_was_refused_may_turn_out_to_have_been_made() {
        for (event, state) in
            [(RefundEvent::Accepted, RefundState::Pending), (RefundEvent::Succeeded, RefundState::Succeeded)]
        {
            assert_eq!(RefundState::Failed.after(event), Ok(state));
        }
    }

    #[test]
    fn the_bank_may_fail_a_refund_that_had_succeeded_but_nobody_queues_one_that_did() {
        assert_eq!(RefundState::Succeeded.after(RefundEvent::Failed), Ok(RefundState::Failed));
        assert!(RefundState::Succeeded.after(RefundEvent::QueuedAgain).is_err());
    }

    #[test]
    fn only_a_refund_that_failed_is_paid_otherwise_and_then_no_more_by_card() {
        let paid = RefundState::Failed.after(RefundEvent::PaidOtherwise).unwrap();
        assert!(paid.after(RefundEvent::QueuedAgain).is_err());
        for state in [RefundState::Queued, RefundState::Pending, RefundState::Succeeded] {
            assert!(state.after(RefundEvent::PaidOtherwise).is_err());
        }
    }

    #[test]
    fn a_late_word_that_a_refund_was_accepted_does_not_take_its_success_back() {
        assert!(RefundState::Succeeded.after(RefundEvent::Accepted).is_err());
    }

    #[test]
    fn a_cancellation_is_settled_only_after_it_was_confirmed() {
        assert!(CancellationState::Quoted.after(CancellationEvent::Settled).is_err());
        let confirmed = CancellationState::Quoted.after(CancellationEvent::Confirmed);
        assert_eq!(confirmed, Ok(CancellationState::Confirmed));
    }

    #[test]
    fn a_dispute_is_won_or_lost_once() {
        let lost = DisputeState::Open.after(DisputeEvent::Lost).unwrap();
        assert_eq!(lost.after(DisputeEvent::Lost), Ok(lost), "told again");
        assert!(lost.after(DisputeEvent::Won).is_err());
    }
}
