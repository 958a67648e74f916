//! What Stripe tells by webhook.

use serde_json::Value;
use stripe_webhook::Webhook;

/// Why a webhook is not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// It is signed by Stripe and still no event: answer 400 and look at the log.
    #[error("the body is no event of Stripe's")]
    Malformed,
    /// Not signed by Stripe, or not with our key.
    #[error("the signature is missing or wrong")]
    WrongSignature,
    /// Signed too long ago or ahead of time, as a replayed request is.
    #[error("the signature of {signed_at_unix} is more than 300 seconds off")]
    Stale { signed_at_unix: i64 },
}

/// What happened, as far as we act on it. Source: <https://docs.stripe.com/api/events/types>.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventKind {
    IntentCreated,
    IntentRequiresAction,
    /// `payment_intent.amount_capturable_updated`: authorised.
    IntentAuthorised,
    IntentFailed,
    /// Captured.
    IntentSucceeded,
    IntentCanceled,
    ChargeCaptured,
    /// The bank withdrew an authorisation, or it ran out, before it was captured.
    ChargeExpired,
    ChargeRefunded,
    RefundCreated,
    RefundUpdated,
    RefundFailed,
    DisputeCreated,
    DisputeUpdated,
    DisputeFundsWithdrawn,
    DisputeFundsReinstated,
    /// Won or lost.
    DisputeClosed,
    /// Any other, by Stripe's name.
    Other(String),
}

impl EventKind {
    fn named(name: &str) -> Self {
        match name {
            "payment_intent.created" => Self::IntentCreated,
            "payment_intent.requires_action" => Self::IntentRequiresAction,
            "payment_intent.amount_capturable_updated" => Self::IntentAuthorised,
            "payment_intent.payment_failed" => Self::IntentFailed,
            "payment_intent.succeeded" => Self::IntentSucceeded,
            "payment_intent.canceled" => Self::IntentCanceled,
            "charge.captured" => Self::ChargeCaptured,
            "charge.expired" => Self::ChargeExpired,
            "charge.refunded" => Self::ChargeRefunded,
            "refund.created" => Self::RefundCreated,
            "refund.updated" => Self::RefundUpdated,
            "refund.failed" => Self::RefundFailed,
            "charge.dispute.created" => Self::DisputeCreated,
            "charge.dispute.updated" => Self::DisputeUpdated,
            "charge.dispute.funds_withdrawn" => Self::DisputeFundsWithdrawn,
            "charge.dispute.funds_reinstated" => Self::DisputeFundsReinstated,
            "charge.dispute.closed" => Self::DisputeClosed,
            other => Self::Other(other.to_owned()),
        }
    }
}

/// One event. It says that something happened and to which payment; what is true now is asked of Stripe, since events
/// come in any order and more than once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The same for every delivery of the event.
    pub id: String,
    pub kind: EventKind,
    /// The payment that the event is about, or whose charge, refund or dispute it is about.
    pub intent_id: Option<String>,
    /// The refund that the event is about.
    pub refund_id: Option<String>,
    /// The dispute that the event is about.
    pub dispute_id: Option<String>,
    /// The attempt that failed, as in [`crate::Decline::attempt_id`]: two that follow each other closely are both told
    /// here, while the intent shows the last one alone.
    pub attempt_id: Option<String>,
    pub created_at_unix: i64,
}

pub(crate) fn read(body: &str, signature: &str, secret: &str) -> Result<Event, WebhookError> {
    use stripe_webhook::WebhookError as Fault;
    match Webhook::construct_event(body, signature, secret) {
        // async-stripe reads the body only after the signature and its time held. What it cannot read, such as an
        // object of a newer version of the API, we may still know well enough.
        Ok(_) | Err(Fault::BadParse(_)) => {}
        Err(Fault::BadTimestamp(signed_at_unix)) => return Err(WebhookError::Stale { signed_at_unix }),
        Err(Fault::BadSignature | Fault::BadHeader(_) | Fault::BadKey) => {
            return Err(WebhookError::WrongSignature);
        }
    }
    parse(body).ok_or(WebhookError::Malformed)
}

fn parse(body: &str) -> Option<Event> {
    let event: Value = serde_json::from_str(body).ok()?;
    let object = event.get("data")?.get("object")?;
    let kind_of_object = object.get("object")?.as_str()?;
    let failure = object.get("last_payment_error");
    let id_of = |kind| (kind_of_object == kind).then(|| text(object.get("id"))).flatten();
    // An id, or the whole intent where the account expands it.
    let intent = object.get("payment_intent").map(|intent| intent.get("id").unwrap_or(intent));
    Some(Event {
        id: text(event.get("id"))?,
        kind: EventKind::named(event.get("type")?.as_str()?),
        intent_id: id_of("payment_intent").or_else(|| text(intent)),
        refund_id: id_of("refund"),
        dispute_id: id_of("dispute"),
        attempt_id: failure.and_then(|failure| {
            text(failure.get("charge")).or_else(|| text(failure.get("payment_method")?.get("id")))
        }),
        created_at_unix: event.get("created")?.as_i64()?,
    })
}

fn text(value: Option<&Value>) -> Option<String> {
    value.and_then(Value::as_str).map(str::to_owned)
}
