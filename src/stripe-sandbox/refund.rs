//! The refund. Source: <https://docs.stripe.com/api/refunds/object>.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Refund {
    pub id: String,
    pub intent: String,
    pub charge: String,
    pub amount_minor: i64,
    pub currency: String,
    pub created_unix: i64,
    pub reason: Option<String>,
    pub metadata: BTreeMap<String, String>,
}

impl Refund {
    pub fn to_json(&self) -> Value {
        json!({
            "id": self.id, "object": "refund", "amount": self.amount_minor, "currency": self.currency,
            "created": self.created_unix, "charge": self.charge, "payment_intent": self.intent,
            "status": "succeeded", "reason": self.reason, "metadata": self.metadata,
            "balance_transaction": null, "receipt_number": null, "source_transfer_reversal": null,
            "transfer_reversal": null,
        })
    }
}
