//! The `PaymentIntent` and its JSON. Source: <https://docs.stripe.com/api/payment_intents/object>.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::card::Card;
use crate::charge::{Charge, no_billing_details};
use crate::error::ApiError;
use crate::register::Record;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    RequiresPaymentMethod,
    RequiresAction,
    RequiresCapture,
    Succeeded,
    Canceled,
}

impl Status {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RequiresPaymentMethod => "requires_payment_method",
            Self::RequiresAction => "requires_action",
            Self::RequiresCapture => "requires_capture",
            Self::Succeeded => "succeeded",
            Self::Canceled => "canceled",
        }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PaymentMethod {
    pub id: String,
    pub created_unix: i64,
    pub card: Card,
}

impl PaymentMethod {
    pub fn to_json(&self) -> Value {
        json!({
            "id": self.id, "object": "payment_method", "type": "card", "card": self.card.to_json(),
            "billing_details": no_billing_details(), "created": self.created_unix,
            "customer": null, "livemode": false, "metadata": {},
        })
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PaymentIntent {
    pub id: String,
    pub client_secret: String,
    pub amount_minor: i64,
    pub currency: String,
    pub captures_manually: bool,
    /// The caller left the choice of payment methods to Stripe.
    pub picks_methods: bool,
    pub metadata: BTreeMap<String, String>,
    pub description: Option<String>,
    pub receipt_email: Option<String>,
    pub created_unix: i64,
    pub status: Status,
    pub received_minor: i64,
    pub latest_charge: Option<String>,
    pub payment_method: Option<PaymentMethod>,
    pub last_error: Option<ApiError>,
    pub canceled_unix: Option<i64>,
    pub cancellation_reason: Option<String>,
}

impl Record for PaymentIntent {
    fn id(&self) -> &str {
        &self.id
    }

    fn created_unix(&self) -> i64 {
        self.created_unix
    }
}

impl PaymentIntent {
    pub fn capturable_minor(&self) -> i64 {
        if self.status == Status::RequiresCapture { self.amount_minor } else { 0 }
    }

    /// What the secret key sees. `latest_charge` is an id unless the caller expanded it.
    pub fn to_json(&self, expanded_charge: Option<&Charge>) -> Value {
        let latest_charge = match expanded_charge {
            Some(charge) => charge.to_json(),
            None => json!(self.latest_charge),
        };
        let next_action = (self.status == Status::RequiresAction).then(
            || json!({ "type": "use_stripe_sdk", "use_stripe_sdk": { "type": "three_d_secure_redirect" } }),
        );
        let automatic = self.picks_methods.then(|| json!({ "allow_redirects": "always", "enabled": true }));
        json!({
            "id": self.id, "object": "payment_intent", "livemode": false, "created": self.created_unix,
            "amount": self.amount_minor, "amount_capturable": self.capturable_minor(),
            "amount_received": self.received_minor, "currency": self.currency, "status": self.status.as_str(),
            "capture_method": if self.captures_manually { "manual" } else { "automatic" },
            "confirmation_method": "automatic", "client_secret": self.client_secret,
            "payment_method": self.payment_method.as_ref().map(|method| &method.id),
            "payment_method_types": ["card"], "payment_method_options": {}, "automatic_payment_methods": automatic,
            "latest_charge": latest_charge, "last_payment_error": self.last_error, "next_action": next_action,
            "canceled_at": self.canceled_unix, "cancellation_reason": self.cancellation_reason,
            "description": self.description, "receipt_email": self.receipt_email, "metadata": self.metadata,
            "application": null, "application_fee_amount": null, "customer": null, "on_behalf_of": null,
            "processing": null, "review": null, "setup_future_usage": null, "shipping": null, "source": null,
            "statement_descriptor": null, "statement_descriptor_suffix": null, "transfer_data": null,
            "transfer_group": null,
        })
    }

    /// What a browser with the publishable key sees: nothing that the merchant wrote for himself.
    pub fn to_public_json(&self) -> Value {
        let mut intent = self.to_json(None);
        if let Value::Object(fields) = &mut intent {
            fields.remove("metadata");
        }
        intent
    }
}
