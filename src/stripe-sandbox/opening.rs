//! A new `PaymentIntent`, and what Stripe asks of it.

use crate::books::{Books, fresh_id};
use crate::error::ApiError;
use crate::form::Form;
use crate::intent::{PaymentIntent, Status};

/// Stripe takes eight digits at most.
const LARGEST_AMOUNT_MINOR: i64 = 99_999_999;

impl Books {
    /// # Errors
    /// An amount, currency or choice of payment methods that Stripe would not take.
    pub fn create_intent(&mut self, form: &Form, now_unix: i64) -> Result<PaymentIntent, ApiError> {
        let currency = form.require("currency")?.to_ascii_lowercase();
        if currency.len() != 3 || !currency.bytes().all(|b| b.is_ascii_lowercase()) {
            let message = format!("Invalid currency: {currency}.");
            return Err(ApiError::parameter("currency", "parameter_invalid_string", message));
        }
        form.require("amount")?;
        let amount_minor = form.integer("amount")?.unwrap_or(0);
        check_amount(amount_minor, &currency)?;
        let picks_methods = picks_methods(form)?;
        let captures_manually = match form.get("capture_method") {
            Some("manual") => true,
            None | Some("automatic" | "automatic_async") => false,
            Some(_) => {
                let message = "Invalid capture_method: must be one of automatic, automatic_async, or manual";
                return Err(ApiError::parameter("capture_method", "parameter_unknown", message));
            }
        };
        let id = fresh_id("pi");
        let intent = PaymentIntent {
            client_secret: fresh_id(&format!("{id}_secret")),
            id,
            amount_minor,
            currency,
            captures_manually,
            picks_methods,
            metadata: form.map("metadata"),
            description: form.text("description"),
            receipt_email: form.text("receipt_email"),
            created_unix: now_unix,
            status: Status::RequiresPaymentMethod,
            received_minor: 0,
            latest_charge: None,
            payment_method: None,
            last_error: None,
            canceled_unix: None,
            cancellation_reason: None,
        };
        self.intents.push(intent.clone());
        self.tell("payment_intent.created", intent.to_json(None), now_unix);
        Ok(intent)
    }
}

/// Whether Stripe chooses the payment methods. The sandbox knows cards alone.
///
/// Source: the changelog of version 2026-09-30, which took `payment_method_types` away.
fn picks_methods(form: &Form) -> Result<bool, ApiError> {
    if form.has_list("payment_method_types") {
        let message = "payment_method_types is no longer supported; use allowed_payment_method_types.";
        return Err(ApiError::parameter(
            "payment_method_types",
            "payment_method_types_no_longer_supported",
            message,
        ));
    }
    let automatic = form.get("automatic_payment_methods[enabled]") == Some("true");
    if automatic && form.has_list("allowed_payment_method_types") {
        let message = "You may not pass both allowed_payment_method_types and automatic_payment_methods.";
        return Err(ApiError::parameter("allowed_payment_method_types", "parameters_exclusive", message));
    }
    Ok(automatic)
}

/// Smallest amounts: docs.stripe.com/currencies#minimum-and-maximum-charge-amounts.
fn check_amount(amount_minor: i64, currency: &str) -> Result<(), ApiError> {
    let smallest_minor = match currency {
        "usd" | "eur" | "cad" | "aud" | "nzd" | "chf" | "sgd" | "jpy" => 50,
        "gbp" => 30,
        "hkd" => 400,
        "mxn" => 1_000,
        _ => 1,
    };
    if amount_minor < 1 {
        let message = "This value must be greater than or equal to 1.";
        return Err(ApiError::parameter("amount", "parameter_invalid_integer", message));
    }
    if amount_minor < smallest_minor {
        let message = format!("Amount must be at least {smallest_minor} in the smallest unit of {currency}.");
        return Err(ApiError::parameter("amount", "amount_too_small", message));
    }
    if amount_minor > LARGEST_AMOUNT_MINOR {
        let message = format!("Amount must be no more than {LARGEST_AMOUNT_MINOR}.");
        return Err(ApiError::parameter("amount", "amount_too_large", message));
    }
    Ok(())
}
