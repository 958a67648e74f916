//! The refund. Source: <https://docs.stripe.com/api/refunds/object>.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::register::Record;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundStatus {
    Pending,
    #[default]
    Succeeded,
    Failed,
}

impl RefundStatus {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
        }
    }
}

/// What the card's bank does with a refund in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundEnd {
    Succeeded,
    /// The money comes back to the account.
    Failed,
}

/// The bank's answer that is still to come.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Due {
    pub at_unix: i64,
    pub end: RefundEnd,
}

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
    #[serde(default)]
    pub status: RefundStatus,
    #[serde(default)]
    pub failure_reason: Option<String>,
    #[serde(default)]
    pub due: Option<Due>,
}

impl Record for Refund {
    fn id(&self) -> &str {
        &self.id
    }

    fn created_unix(&self) -> i64 {
        self.created_unix
    }

    fn intent(&self) -> Option<&str> {
        Some(&self.intent)
    }
}

impl Refund {
    pub fn to_json(&self) -> Value {
        let pending_reason = (self.status == RefundStatus::Pending).then_some("processing");
        let mut refund = json!({
            "id": self.id, "object": "refund", "amount": self.amount_minor, "currency": self.currency,
            "created": self.created_unix, "charge": self.charge, "payment_intent": self.intent,
            "status": self.status.as_str(), "reason": self.reason, "metadata": self.metadata,
            "pending_reason": pending_reason, "balance_transaction": null, "receipt_number": null,
            "source_transfer_reversal": null, "transfer_reversal": null,
        });
        if let Some(reason) = &self.failure_reason {
            refund["failure_reason"] = json!(reason);
        }
        refund
    }
}
