//! Money that a card's holder asks the bank to take back.

use stripe_shared::DisputeStatus as Told;

/// Where a dispute stands. Source: <https://docs.stripe.com/disputes/how-disputes-work>.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DisputeStatus {
    /// The money is withdrawn; evidence may be handed in.
    NeedsResponse,
    UnderReview,
    /// The money is ours again.
    Won,
    Lost,
    /// An inquiry, open or closed: no money has moved.
    Inquiry,
    /// Settled before it became a dispute.
    Prevented,
    /// One that Stripe invented after this was written: as good as open, until a person has looked.
    Other(String),
}

impl DisputeStatus {
    /// Whether Stripe has taken the money off our account, for now or for good, or may have: nobody gives back twice
    /// what a dispute that is not understood may have taken.
    pub fn holds_money(&self) -> bool {
        matches!(self, Self::NeedsResponse | Self::UnderReview | Self::Lost | Self::Other(_))
    }

    /// Whether it will not change any more.
    pub fn is_closed(&self) -> bool {
        matches!(self, Self::Won | Self::Lost | Self::Prevented)
    }
}

/// A dispute about a captured payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dispute {
    pub id: String,
    pub intent_id: Option<String>,
    pub charge_id: String,
    /// What is in dispute: all of the payment, or a part of it.
    pub amount_minor: i64,
    /// ISO 4217, lower case.
    pub currency: String,
    pub status: DisputeStatus,
    /// Stripe's word for the holder's reason, such as `fraudulent`.
    pub reason: String,
    pub created_at_unix: i64,
}

impl From<stripe_shared::Dispute> for Dispute {
    fn from(dispute: stripe_shared::Dispute) -> Self {
        let status = match &dispute.status {
            Told::NeedsResponse => DisputeStatus::NeedsResponse,
            Told::UnderReview => DisputeStatus::UnderReview,
            Told::Won => DisputeStatus::Won,
            Told::Lost => DisputeStatus::Lost,
            Told::WarningNeedsResponse | Told::WarningUnderReview | Told::WarningClosed => {
                DisputeStatus::Inquiry
            }
            Told::Prevented => DisputeStatus::Prevented,
            other => DisputeStatus::Other(other.as_str().to_owned()),
        };
        Self {
            id: dispute.id.to_string(),
            intent_id: dispute.payment_intent.map(|intent| intent.id().to_string()),
            charge_id: dispute.charge.id().to_string(),
            amount_minor: dispute.amount,
            currency: dispute.currency.to_string(),
            status,
            reason: dispute.reason,
            created_at_unix: dispute.created,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::DisputeStatus;

    #[test]
    fn a_status_that_is_new_to_us_counts_as_open() {
        let new = DisputeStatus::Other("escalated".into());
        assert!(new.holds_money() && !new.is_closed());
    }
}
