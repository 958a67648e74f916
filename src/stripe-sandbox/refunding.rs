//! Money given back after it was captured.

use crate::books::{Books, fresh_id};
use crate::card::Issuer;
use crate::error::ApiError;
use crate::form::Form;
use crate::refund::{Due, Refund, RefundEnd, RefundStatus};

impl Books {
    /// Refunds `amount` of the intent's or charge's captured money, or all that is left of it. It leaves the account
    /// at once, whatever the bank says later.
    ///
    /// # Errors
    /// `resource_missing`, `charge_already_refunded`, `charge_disputed`, more than is left, or nothing captured.
    pub fn refund(&mut self, form: &Form, now_unix: i64) -> Result<Refund, ApiError> {
        let charge_id = match (form.get("payment_intent"), form.get("charge")) {
            (Some(intent), _) => {
                self.intent(intent)?.latest_charge.clone().ok_or_else(|| nothing_to_refund(intent))?
            }
            (None, Some(charge)) => charge.to_owned(),
            (None, None) => {
                let message = "One of the following params should be provided for this request: payment_intent or charge.";
                return Err(ApiError::parameter("payment_intent", "parameter_missing", message));
            }
        };
        let asked_minor = form.integer("amount")?;
        if self.is_charged_back(&self.charge(&charge_id)?.intent) {
            let message = format!("Charge {charge_id} has been charged back; cannot issue a refund.");
            return Err(ApiError::refused("charge", "charge_disputed", message));
        }
        let settles_at_unix = now_unix + i64::from(self.refunds_settle_secs);
        let charge = self.charge_mut(&charge_id)?;
        if charge.captured_minor == 0 {
            return Err(nothing_to_refund(&charge.intent));
        }
        let left_minor = charge.captured_minor - charge.refunded_minor;
        if left_minor == 0 {
            let message = format!("Charge {charge_id} has already been refunded.");
            return Err(ApiError::refused("charge", "charge_already_refunded", message));
        }
        let amount_minor = asked_minor.unwrap_or(left_minor);
        if amount_minor < 1 {
            let message = "This value must be greater than or equal to 1.";
            return Err(ApiError::parameter("amount", "parameter_invalid_integer", message));
        }
        if amount_minor > left_minor {
            let message = format!(
                "Refund amount ({amount_minor}) is greater than unrefunded amount on charge ({left_minor})"
            );
            return Err(ApiError::refused("amount", "amount_too_large", message));
        }
        charge.refunded_minor += amount_minor;
        let (status, end) = match charge.card.issuer {
            Issuer::TakesRefundsLater => (RefundStatus::Pending, Some(RefundEnd::Succeeded)),
            Issuer::ReturnsRefunds => (RefundStatus::Succeeded, Some(RefundEnd::Failed)),
            _ => (RefundStatus::Succeeded, None),
        };
        let refund = Refund {
            id: fresh_id("re"),
            intent: charge.intent.clone(),
            charge: charge_id,
            amount_minor,
            currency: charge.currency.clone(),
            created_unix: now_unix,
            reason: form.text("reason"),
            metadata: form.map("metadata"),
            status,
            failure_reason: None,
            due: end.map(|end| Due { at_unix: settles_at_unix, end }),
        };
        let refunded = charge.to_json();
        if let Some(due) = refund.due {
            self.undecided.insert((due.at_unix, refund.id.clone()));
        }
        self.refunds.push(refund.clone());
        self.move_balance(&refund.currency, -amount_minor);
        self.tell("refund.created", refund.to_json(), now_unix);
        self.tell("charge.refunded", refunded, now_unix);
        if status == RefundStatus::Succeeded {
            self.tell("refund.updated", refund.to_json(), now_unix);
        }
        Ok(refund)
    }

    /// The bank's answer to a refund: one that is pending succeeds or fails, and one that succeeded may still come
    /// back, as banks send money back days later.
    ///
    /// # Errors
    /// There is no such refund, or its end is known.
    pub fn settle_refund(&mut self, id: &str, end: RefundEnd, now_unix: i64) -> Result<Refund, ApiError> {
        let refund = self.refunds.get_mut(id).ok_or_else(|| ApiError::missing("refund", id))?;
        match (refund.status, end) {
            (RefundStatus::Pending, RefundEnd::Succeeded) => {
                refund.status = RefundStatus::Succeeded;
                refund.due = None;
                let settled = refund.clone();
                self.tell("refund.updated", settled.to_json(), now_unix);
                Ok(settled)
            }
            (RefundStatus::Pending | RefundStatus::Succeeded, RefundEnd::Failed) => {
                self.fail_refund(id, "expired_or_canceled_card", now_unix)
            }
            (RefundStatus::Succeeded | RefundStatus::Failed, _) => {
                let message = format!("This refund has ended: {}.", refund.status.as_str());
                Err(ApiError::refused("refund", "refund_settled", message))
            }
        }
    }

    /// Settles the refunds whose bank has answered by now. Tells whether there were any.
    pub fn settle_due_refunds(&mut self, now_unix: i64) -> bool {
        let mut settled = false;
        while self.undecided.first().is_some_and(|(at_unix, _)| *at_unix <= now_unix) {
            let Some((_, id)) = self.undecided.pop_first() else { break };
            // One that was settled by hand meanwhile has nothing due.
            let due = self.refunds.get(&id).and_then(|refund| refund.due);
            settled |= due.is_some_and(|due| self.settle_refund(&id, due.end, now_unix).is_ok());
        }
        settled
    }

    /// The money is the account's again, and the charge counts it as not refunded.
    pub fn fail_refund(&mut self, id: &str, reason: &str, now_unix: i64) -> Result<Refund, ApiError> {
        let refund = self.refunds.get_mut(id).ok_or_else(|| ApiError::missing("refund", id))?;
        refund.status = RefundStatus::Failed;
        refund.failure_reason = Some(reason.to_owned());
        refund.due = None;
        let failed = refund.clone();
        self.charge_mut(&failed.charge)?.refunded_minor -= failed.amount_minor;
        self.move_balance(&failed.currency, failed.amount_minor);
        self.tell("refund.updated", failed.to_json(), now_unix);
        self.tell("refund.failed", failed.to_json(), now_unix);
        Ok(failed)
    }
}

fn nothing_to_refund(intent: &str) -> ApiError {
    let message = format!("This PaymentIntent ({intent}) does not have a successful charge to refund.");
    ApiError::refused("payment_intent", "charge_not_refundable", message)
}
