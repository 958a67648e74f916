//! Money given back.

/// The metadata field that holds the idempotency key of the call which made a refund.
pub(crate) const KEY: &str = "key";

/// How far a refund has come. Source: <https://docs.stripe.com/refunds>.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefundStatus {
    Pending,
    RequiresAction,
    Succeeded,
    /// The card's bank would not take it, which may become known days after it succeeded; the money is ours again and
    /// must go another way.
    Failed,
    Canceled,
    /// One that Stripe invented after this was written.
    Other(String),
}

/// A refund, full or in part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    pub id: String,
    pub intent_id: Option<String>,
    pub amount_minor: i64,
    /// ISO 4217, lower case.
    pub currency: String,
    pub status: RefundStatus,
    /// Stripe's word for why it failed, such as `expired_or_canceled_card`.
    pub failure_reason: Option<String>,
    /// The idempotency key under which we asked for it; none if it was made at Stripe by hand.
    pub key: Option<String>,
    pub created_at_unix: i64,
}

impl From<stripe_shared::Refund> for Refund {
    fn from(refund: stripe_shared::Refund) -> Self {
        let status = match refund.status.as_deref() {
            Some("pending") => RefundStatus::Pending,
            Some("requires_action") => RefundStatus::RequiresAction,
            Some("succeeded") => RefundStatus::Succeeded,
            Some("failed") => RefundStatus::Failed,
            Some("canceled") => RefundStatus::Canceled,
            other => RefundStatus::Other(other.unwrap_or_default().to_owned()),
        };
        Self {
            id: refund.id.to_string(),
            intent_id: refund.payment_intent.map(|intent| intent.id().to_string()),
            amount_minor: refund.amount,
            currency: refund.currency.to_string(),
            status,
            failure_reason: refund.failure_reason,
            key: refund.metadata.and_then(|mut metadata| metadata.remove(KEY)),
            created_at_unix: refund.created,
        }
    }
}
