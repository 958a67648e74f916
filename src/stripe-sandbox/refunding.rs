//! Money given back after it was captured.

use crate::books::{Books, fresh_id};
use crate::error::ApiError;
use crate::form::Form;
use crate::refund::Refund;

impl Books {
    /// Refunds `amount` of the intent's or charge's captured money, or all that is left of it.
    ///
    /// # Errors
    /// `resource_missing`, `charge_already_refunded`, more than is left, or nothing captured.
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
        let refund = Refund {
            id: fresh_id("re"),
            intent: charge.intent.clone(),
            charge: charge_id,
            amount_minor,
            currency: charge.currency.clone(),
            created_unix: now_unix,
            reason: form.text("reason"),
            metadata: form.map("metadata"),
        };
        let refunded = charge.to_json();
        self.refunds.push(refund.clone());
        self.tell("refund.created", refund.to_json(), now_unix);
        self.tell("charge.refunded", refunded, now_unix);
        self.tell("refund.updated", refund.to_json(), now_unix);
        Ok(refund)
    }
}

fn nothing_to_refund(intent: &str) -> ApiError {
    let message = format!("This PaymentIntent ({intent}) does not have a successful charge to refund.");
    ApiError::refused("payment_intent", "charge_not_refundable", message)
}
