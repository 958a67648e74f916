//! A payment as Stripe tells it: the `PaymentIntent`.

use std::fmt;

use stripe_shared::{ApiErrors, Charge, PaymentIntent, PaymentIntentStatus};
use stripe_types::Expandable;

/// The metadata field that says which booking an intent pays.
pub(crate) const BOOKING: &str = "booking";

/// What is to be paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntentOrder {
    pub amount_minor: i64,
    /// ISO 4217, lower case.
    pub currency: String,
    /// Our booking's id, by which [`crate::Stripe::find_intent`] finds the intent again.
    pub booking: String,
    /// Where Stripe sends its receipt, if anywhere.
    pub receipt_email: Option<String>,
    /// What the account's owner reads at Stripe.
    pub description: String,
}

/// Where a payment stands. Source: <https://docs.stripe.com/payments/paymentintents/lifecycle>.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IntentStatus {
    /// Waits for a card: none came yet, or the last one was declined.
    RequiresPaymentMethod,
    RequiresConfirmation,
    /// Waits for the card's holder, such as for 3-D Secure.
    RequiresAction,
    Processing,
    /// Authorised: the money is set aside and may be captured.
    RequiresCapture,
    /// Captured.
    Succeeded,
    Canceled,
    /// One that Stripe invented after this was written.
    Other(String),
}

impl From<&PaymentIntentStatus> for IntentStatus {
    fn from(status: &PaymentIntentStatus) -> Self {
        match status {
            PaymentIntentStatus::RequiresPaymentMethod => Self::RequiresPaymentMethod,
            PaymentIntentStatus::RequiresConfirmation => Self::RequiresConfirmation,
            PaymentIntentStatus::RequiresAction => Self::RequiresAction,
            PaymentIntentStatus::Processing => Self::Processing,
            PaymentIntentStatus::RequiresCapture => Self::RequiresCapture,
            PaymentIntentStatus::Succeeded => Self::Succeeded,
            PaymentIntentStatus::Canceled => Self::Canceled,
            other => Self::Other(other.as_str().to_owned()),
        }
    }
}

/// Why an attempt to pay failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decline {
    /// Such as `card_declined`, `expired_card`, `payment_intent_authentication_failure`.
    pub code: String,
    /// The issuer's reason, such as `insufficient_funds`.
    pub decline_code: Option<String>,
    /// A sentence that may be shown to the card's holder.
    pub message: String,
    /// The attempt's charge; none where it failed before a charge was made, as by 3-D Secure.
    pub charge_id: Option<String>,
    /// Tells one attempt from another, and is the same however often the same attempt is told: its charge, else the
    /// payment method, which Stripe makes anew for each attempt and shows in the error.
    pub attempt_id: Option<String>,
}

impl From<&ApiErrors> for Decline {
    fn from(told: &ApiErrors) -> Self {
        Self {
            code: told.code.as_ref().map_or(told.type_.as_str(), |code| code.as_str()).to_owned(),
            decline_code: told.decline_code.clone(),
            message: told.message.clone().unwrap_or_default(),
            attempt_id: told
                .charge
                .clone()
                .or_else(|| told.payment_method.as_ref().map(|method| method.id.to_string())),
            charge_id: told.charge.clone(),
        }
    }
}

/// A payment.
#[derive(Clone, PartialEq, Eq)]
pub struct Intent {
    pub id: String,
    pub status: IntentStatus,
    pub amount_minor: i64,
    /// ISO 4217, lower case.
    pub currency: String,
    pub amount_capturable_minor: i64,
    /// What was captured, whatever became of it later.
    pub amount_received_minor: i64,
    /// What of it was given back, without refunds that failed.
    pub amount_refunded_minor: i64,
    /// Whether the payment was ever disputed; [`crate::Stripe::disputes_of`] tells how it stands.
    pub is_disputed: bool,
    pub created_at_unix: i64,
    /// Why it was cancelled, by Stripe's word: `automatic` or `expired` where the bank withdrew its authorisation, none
    /// where we cancelled.
    pub cancellation_reason: Option<String>,
    /// Lets a browser pay this intent: for the payer alone, and never for a log.
    pub client_secret: Option<String>,
    /// What [`IntentOrder::booking`] said.
    pub booking: Option<String>,
    /// Why the last attempt failed, until another one is made.
    pub last_error: Option<Decline>,
    pub card_last4: Option<String>,
    /// Such as `visa`.
    pub card_brand: Option<String>,
}

/// One page of payments, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntentPage {
    pub intents: Vec<Intent>,
    /// Where the next page begins; none at the end.
    pub next: Option<String>,
}

impl fmt::Debug for Intent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Intent")
            .field("id", &self.id)
            .field("status", &self.status)
            .field("amount_minor", &self.amount_minor)
            .field("currency", &self.currency)
            .field("amount_capturable_minor", &self.amount_capturable_minor)
            .field("amount_received_minor", &self.amount_received_minor)
            .field("amount_refunded_minor", &self.amount_refunded_minor)
            .field("is_disputed", &self.is_disputed)
            .field("created_at_unix", &self.created_at_unix)
            .field("cancellation_reason", &self.cancellation_reason)
            .field("booking", &self.booking)
            .field("last_error", &self.last_error)
            .finish_non_exhaustive()
    }
}

impl From<PaymentIntent> for Intent {
    fn from(mut intent: PaymentIntent) -> Self {
        let charge: Option<Charge> = intent.latest_charge.and_then(Expandable::into_object);
        let (amount_refunded_minor, is_disputed) =
            charge.as_ref().map_or((0, false), |charge| (charge.amount_refunded, charge.disputed));
        let card = charge.and_then(|charge| charge.payment_method_details).and_then(|details| details.card);
        let (card_last4, card_brand) = card.map_or((None, None), |card| (card.last4, card.brand));
        Self {
            id: intent.id.to_string(),
            status: IntentStatus::from(&intent.status),
            amount_minor: intent.amount,
            currency: intent.currency.to_string(),
            amount_capturable_minor: intent.amount_capturable,
            amount_received_minor: intent.amount_received,
            amount_refunded_minor,
            is_disputed,
            created_at_unix: intent.created,
            cancellation_reason: intent.cancellation_reason.map(|reason| reason.as_str().to_owned()),
            client_secret: intent.client_secret,
            booking: intent.metadata.remove(BOOKING),
            last_error: intent.last_payment_error.as_deref().map(Decline::from),
            card_last4,
            card_brand,
        }
    }
}
