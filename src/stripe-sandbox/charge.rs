//! The charge that an attempt to pay leaves behind. Source: <https://docs.stripe.com/api/charges/object>.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::card::Card;
use crate::error::ApiError;
use crate::register::Record;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Charge {
    pub id: String,
    pub intent: String,
    pub payment_method: String,
    pub card: Card,
    pub amount_minor: i64,
    pub captured_minor: i64,
    pub refunded_minor: i64,
    pub currency: String,
    pub created_unix: i64,
    pub failure: Option<ApiError>,
    pub metadata: BTreeMap<String, String>,
    pub description: Option<String>,
    pub receipt_email: Option<String>,
    /// Whether it was ever disputed.
    #[serde(default)]
    pub is_disputed: bool,
}

impl Record for Charge {
    fn id(&self) -> &str {
        &self.id
    }

    fn created_unix(&self) -> i64 {
        self.created_unix
    }
}

impl Charge {
    pub fn to_json(&self) -> Value {
        let returned = self.captured_minor > 0 && self.refunded_minor == self.captured_minor;
        json!({
            "id": self.id, "object": "charge", "livemode": false, "created": self.created_unix,
            "amount": self.amount_minor, "amount_captured": self.captured_minor, "amount_refunded": self.refunded_minor,
            "currency": self.currency, "captured": self.captured_minor > 0, "refunded": returned,
            "paid": self.failure.is_none(), "status": if self.failure.is_none() { "succeeded" } else { "failed" },
            "failure_code": self.failure.as_ref().and_then(|failure| failure.told.code.clone()),
            "failure_message": self.failure.as_ref().map(|failure| &failure.told.message),
            "payment_intent": self.intent, "payment_method": self.payment_method,
            "payment_method_details": { "type": "card", "card": self.card.to_json() },
            "outcome": self.outcome(), "billing_details": no_billing_details(), "disputed": self.is_disputed,
            "description": self.description, "receipt_email": self.receipt_email, "receipt_url": null,
            "metadata": self.metadata, "application": null, "application_fee": null, "balance_transaction": null,
            "customer": null, "fraud_details": {}, "on_behalf_of": null, "review": null, "shipping": null,
            "transfer_group": null,
        })
    }

    fn outcome(&self) -> Value {
        match &self.failure {
            None => json!({
                "network_status": "approved_by_network", "reason": null, "risk_level": "normal",
                "seller_message": "Payment complete.", "type": "authorized",
            }),
            Some(failure) => json!({
                "network_status": "declined_by_network", "reason": failure.told.decline_code, "risk_level": "normal",
                "seller_message": "The bank declined the payment.", "type": "issuer_declined",
            }),
        }
    }
}

/// The sandbox's card form asks for no billing details.
pub fn no_billing_details() -> Value {
    json!({
        "address": { "city": null, "country": null, "line1": null, "line2": null, "postal_code": null, "state": null },
        "email": null, "name": null, "phone": null, "tax_id": null,
    })
}
