//! The account's statement, for whoever compares ledgers: [`crate::Sandbox::statement`] or `GET /sandbox/books`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Sandbox;
use crate::books::Books;
use crate::dispute::Dispute;

/// All payments, refunds and disputes at one moment, oldest first. Amounts are in minor units, currencies in lower
/// case, and statuses have Stripe's names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    pub intents: Vec<IntentLine>,
    pub refunds: Vec<RefundLine>,
    pub disputes: Vec<DisputeLine>,
    /// What the account holds, by currency. It is kept apart from the lines, and equals what was captured less what
    /// was refunded and what is disputed.
    pub balances_minor: BTreeMap<String, i64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntentLine {
    pub id: String,
    /// The intent's `metadata.booking`.
    pub booking: Option<String>,
    pub status: String,
    pub cancellation_reason: Option<String>,
    pub currency: String,
    pub amount_minor: i64,
    pub capturable_minor: i64,
    pub captured_minor: i64,
    /// Without refunds that failed.
    pub refunded_minor: i64,
    /// What the bank holds for disputes that are open or lost.
    pub disputed_minor: i64,
    pub created_unix: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundLine {
    pub id: String,
    pub intent: String,
    /// The refund's `metadata.key`: the idempotency key under which it was asked for.
    pub key: Option<String>,
    pub status: String,
    pub currency: String,
    pub amount_minor: i64,
    pub created_unix: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisputeLine {
    pub id: String,
    pub intent: String,
    pub status: String,
    pub currency: String,
    pub amount_minor: i64,
    pub created_unix: i64,
}

impl Sandbox {
    /// Everything that the account's owner could see at Stripe, at this moment.
    pub fn statement(&self) -> Statement {
        Statement::of(&self.books())
    }
}

impl Statement {
    fn of(books: &Books) -> Self {
        let intents = books.intents.iter().map(|intent| {
            let charge = intent.latest_charge.as_deref().and_then(|id| books.charges.get(id));
            let held = books.disputes.of_intent(&intent.id).filter(|dispute| dispute.holds_money());
            IntentLine {
                id: intent.id.clone(),
                booking: intent.metadata.get("booking").cloned(),
                status: intent.status.as_str().to_owned(),
                cancellation_reason: intent.cancellation_reason.clone(),
                currency: intent.currency.clone(),
                amount_minor: intent.amount_minor,
                capturable_minor: intent.capturable_minor(),
                captured_minor: intent.received_minor,
                refunded_minor: charge.map_or(0, |charge| charge.refunded_minor),
                disputed_minor: held.map(|dispute| dispute.amount_minor).sum(),
                created_unix: intent.created_unix,
            }
        });
        let refunds = books.refunds.iter().map(|refund| RefundLine {
            id: refund.id.clone(),
            intent: refund.intent.clone(),
            key: refund.metadata.get("key").cloned(),
            status: refund.status.as_str().to_owned(),
            currency: refund.currency.clone(),
            amount_minor: refund.amount_minor,
            created_unix: refund.created_unix,
        });
        Self {
            intents: intents.collect(),
            refunds: refunds.collect(),
            disputes: books.disputes.iter().map(DisputeLine::from).collect(),
            balances_minor: books.balances_minor.clone(),
        }
    }
}

impl From<&Dispute> for DisputeLine {
    fn from(dispute: &Dispute) -> Self {
        Self {
            id: dispute.id.clone(),
            intent: dispute.intent.clone(),
            status: dispute.status.as_str().to_owned(),
            currency: dispute.currency.clone(),
            amount_minor: dispute.amount_minor,
            created_unix: dispute.created_unix,
        }
    }
}
