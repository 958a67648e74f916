//! The dispute: a card's holder asks the bank for the money back. Source: <https://docs.stripe.com/api/disputes/object>.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::register::Record;

/// Visa's reason code for fraud where no card was present.
const REASON_CODE: &str = "10.4";
/// How long the merchant has to answer.
const ANSWER_SECS: i64 = 9 * 24 * 60 * 60;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisputeStatus {
    NeedsResponse,
    Won,
    Lost,
}

impl DisputeStatus {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NeedsResponse => "needs_response",
            Self::Won => "won",
            Self::Lost => "lost",
        }
    }
}

/// Money that the account gained or lost by a dispute.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BalanceTransaction {
    pub id: String,
    /// Negative where it was withdrawn.
    pub amount_minor: i64,
    pub created_unix: i64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Dispute {
    pub id: String,
    pub intent: String,
    pub charge: String,
    pub card_brand: String,
    pub amount_minor: i64,
    pub currency: String,
    pub created_unix: i64,
    pub status: DisputeStatus,
    pub balance_transactions: Vec<BalanceTransaction>,
}

impl Record for Dispute {
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

impl Dispute {
    /// Whether the bank has the money, for now or for good.
    pub fn holds_money(&self) -> bool {
        self.status != DisputeStatus::Won
    }

    pub fn to_json(&self) -> Value {
        let transactions: Vec<Value> =
            self.balance_transactions.iter().map(|transaction| self.show(transaction)).collect();
        json!({
            "id": self.id, "object": "dispute", "amount": self.amount_minor, "currency": self.currency,
            "charge": self.charge, "payment_intent": self.intent, "created": self.created_unix,
            "status": self.status.as_str(), "reason": "fraudulent", "network_reason_code": REASON_CODE,
            "is_charge_refundable": !self.holds_money(), "livemode": false, "metadata": {},
            "balance_transactions": transactions, "enhanced_eligibility_types": [],
            "evidence": evidence(),
            "evidence_details": {
                "due_by": self.created_unix + ANSWER_SECS, "has_evidence": false, "past_due": false,
                "submission_count": 0, "enhanced_eligibility": {},
            },
            "payment_method_details": { "type": "card", "card": {
                "brand": self.card_brand, "case_type": "chargeback", "network": self.card_brand,
                "network_reason_code": REASON_CODE,
            }},
        })
    }

    fn show(&self, transaction: &BalanceTransaction) -> Value {
        let withdrawn = transaction.amount_minor < 0;
        json!({
            "id": transaction.id, "object": "balance_transaction", "amount": transaction.amount_minor,
            "net": transaction.amount_minor, "fee": 0, "fee_details": [], "currency": self.currency,
            "created": transaction.created_unix, "available_on": transaction.created_unix, "status": "available",
            "type": "adjustment", "balance_type": "payments", "exchange_rate": null, "source": self.id,
            "reporting_category": if withdrawn { "dispute" } else { "dispute_reversal" },
            "description":
                if withdrawn { "Chargeback withdrawal" } else { "Chargeback reversal" },
        })
    }
}

/// Nothing is ever handed in here: banks decide by [`crate::Sandbox::close_dispute`].
fn evidence() -> Value {
    json!({
        "access_activity_log": null, "billing_address": null, "cancellation_policy": null,
        "cancellation_policy_disclosure": null, "cancellation_rebuttal": null, "customer_communication": null,
        "customer_email_address": null, "customer_name": null, "customer_purchase_ip": null,
        "customer_signature": null, "duplicate_charge_documentation": null, "duplicate_charge_explanation": null,
        "duplicate_charge_id": null, "enhanced_evidence": {}, "product_description": null, "receipt": null,
        "refund_policy": null, "refund_policy_disclosure": null, "refund_refusal_explanation": null,
        "service_date": null, "service_documentation": null, "shipping_address": null, "shipping_carrier": null,
        "shipping_date": null, "shipping_documentation": null, "shipping_tracking_number": null,
        "uncategorized_file": null, "uncategorized_text": null,
    })
}
