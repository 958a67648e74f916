//! What may happen to a dispute. Source: <https://docs.stripe.com/disputes/how-disputes-work>.

use serde::{Deserialize, Serialize};

use crate::books::{Books, fresh_id};
use crate::dispute::{BalanceTransaction, Dispute, DisputeStatus};
use crate::error::ApiError;
use crate::refund::RefundStatus;

/// How the bank decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The merchant has the money again.
    Won,
    /// The card's holder keeps it.
    Lost,
}

impl Books {
    pub fn dispute(&self, id: &str) -> Result<&Dispute, ApiError> {
        self.disputes.get(id).ok_or_else(|| ApiError::missing("dispute", id))
    }

    /// Whether a bank has taken the money of this payment back.
    pub fn is_charged_back(&self, intent: &str) -> bool {
        self.disputes.of_intent(intent).any(Dispute::holds_money)
    }

    /// The holder of the card disputes what was captured and not refunded; the bank takes it at once. Refunds that
    /// are still pending fail, as their money would be given back twice.
    ///
    /// # Errors
    /// Nothing captured is left, or it is in dispute already.
    pub fn open_dispute(&mut self, intent: &str, now_unix: i64) -> Result<Dispute, ApiError> {
        let charge = self.intent(intent)?.latest_charge.clone().ok_or_else(|| nothing_to_dispute(intent))?;
        if self.is_charged_back(intent) {
            return Err(nothing_to_dispute(intent));
        }
        let pending: Vec<String> = self
            .refunds
            .of_intent(intent)
            .filter(|refund| refund.status == RefundStatus::Pending)
            .map(|refund| refund.id.clone())
            .collect();
        for refund in pending {
            self.fail_refund(&refund, "charge_for_pending_refund_disputed", now_unix)?;
        }
        let charge = self.charge_mut(&charge)?;
        let amount_minor = charge.captured_minor - charge.refunded_minor;
        if amount_minor == 0 {
            return Err(nothing_to_dispute(intent));
        }
        charge.is_disputed = true;
        let dispute = Dispute {
            id: fresh_id("du"),
            intent: intent.to_owned(),
            charge: charge.id.clone(),
            card_brand: charge.card.brand.clone(),
            amount_minor,
            currency: charge.currency.clone(),
            created_unix: now_unix,
            status: DisputeStatus::NeedsResponse,
            balance_transactions: vec![transaction(-amount_minor, now_unix)],
        };
        self.move_balance(&dispute.currency, -amount_minor);
        self.disputes.push(dispute.clone());
        self.tell("charge.dispute.created", dispute.to_json(), now_unix);
        self.tell("charge.dispute.funds_withdrawn", dispute.to_json(), now_unix);
        Ok(dispute)
    }

    /// The bank decides, once.
    ///
    /// # Errors
    /// There is no such dispute, or it is closed.
    pub fn close_dispute(&mut self, id: &str, verdict: Verdict, now_unix: i64) -> Result<Dispute, ApiError> {
        let dispute = self.disputes.get_mut(id).ok_or_else(|| ApiError::missing("dispute", id))?;
        if dispute.status != DisputeStatus::NeedsResponse {
            let message = format!("This dispute is closed: {}.", dispute.status.as_str());
            return Err(ApiError::refused("dispute", "dispute_closed", message));
        }
        match verdict {
            Verdict::Lost => dispute.status = DisputeStatus::Lost,
            Verdict::Won => {
                dispute.status = DisputeStatus::Won;
                dispute.balance_transactions.push(transaction(dispute.amount_minor, now_unix));
            }
        }
        let closed = dispute.clone();
        self.tell("charge.dispute.closed", closed.to_json(), now_unix);
        if verdict == Verdict::Won {
            self.move_balance(&closed.currency, closed.amount_minor);
            self.tell("charge.dispute.funds_reinstated", closed.to_json(), now_unix);
        }
        Ok(closed)
    }
}

fn transaction(amount_minor: i64, now_unix: i64) -> BalanceTransaction {
    BalanceTransaction { id: fresh_id("txn"), amount_minor, created_unix: now_unix }
}

fn nothing_to_dispute(intent: &str) -> ApiError {
    let message = format!("This PaymentIntent ({intent}) has no captured money that could be disputed.");
    ApiError::refused("payment_intent", "charge_not_disputable", message)
}
