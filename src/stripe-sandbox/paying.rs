//! What may happen to a `PaymentIntent`: the state machine of docs.stripe.com/payments/paymentintents/lifecycle.

use crate::books::{Books, fresh_id};
use crate::card::{Card, Issuer};
use crate::charge::Charge;
use crate::error::ApiError;
use crate::intent::{PaymentIntent, PaymentMethod, Status};

/// How the traveller ended 3-D Secure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authentication {
    Completed,
    Failed,
}

impl Books {
    /// One attempt to pay by `card`. An attempt that waits for 3-D Secure is given up for the new one.
    ///
    /// # Errors
    /// `payment_intent_unexpected_state`, or the issuer's decline, after which the intent takes another card.
    pub fn confirm(&mut self, id: &str, card: Card, now_unix: i64) -> Result<PaymentIntent, ApiError> {
        let intent = self.intent_mut(id)?;
        if !matches!(intent.status, Status::RequiresPaymentMethod | Status::RequiresAction) {
            return Err(unexpected("confirm", intent));
        }
        let issuer = card.issuer;
        intent.payment_method = Some(PaymentMethod { id: fresh_id("pm"), created_unix: now_unix, card });
        intent.last_error = None;
        match issuer.decline() {
            Some(decline) => Err(self.decline(id, decline, now_unix)?),
            None if issuer == Issuer::WantsAuthentication => {
                intent.status = Status::RequiresAction;
                let asked = intent.clone();
                self.tell("payment_intent.requires_action", asked.to_json(None), now_unix);
                Ok(asked)
            }
            None => self.authorise(id, now_unix),
        }
    }

    /// The end of 3-D Secure. A failed one is no error of the call: the intent says so itself.
    ///
    /// # Errors
    /// `payment_intent_unexpected_state` where no authentication is waited for.
    pub fn authenticate(
        &mut self,
        id: &str,
        outcome: Authentication,
        now_unix: i64,
    ) -> Result<PaymentIntent, ApiError> {
        let intent = self.intent_mut(id)?;
        if intent.status != Status::RequiresAction {
            return Err(unexpected("authenticate", intent));
        }
        if outcome == Authentication::Completed {
            return self.authorise(id, now_unix);
        }
        let mut error = ApiError::authentication_failed();
        error.told.payment_method = intent.payment_method.take().map(|method| method.to_json());
        intent.status = Status::RequiresPaymentMethod;
        intent.last_error = Some(error);
        let failed = intent.clone();
        self.tell("payment_intent.payment_failed", failed.to_json(None), now_unix);
        Ok(failed)
    }

    /// Takes `amount_minor` (all of it if none) of what was authorised; the rest is given back.
    ///
    /// # Errors
    /// `payment_intent_unexpected_state`, or an amount that was not authorised.
    pub fn capture(
        &mut self,
        id: &str,
        amount_minor: Option<i64>,
        now_unix: i64,
    ) -> Result<PaymentIntent, ApiError> {
        let intent = self.intent_mut(id)?;
        if intent.status != Status::RequiresCapture {
            return Err(unexpected("capture", intent));
        }
        let amount_minor = amount_minor.unwrap_or(intent.amount_minor);
        if amount_minor > intent.capturable_minor() {
            let message =
                "The requested capture amount is greater than the amount you can capture for this charge.";
            return Err(ApiError::refused("amount_to_capture", "amount_too_large", message));
        }
        if amount_minor < 1 {
            let message = "The requested capture amount must be greater than zero.";
            return Err(ApiError::refused("amount_to_capture", "parameter_invalid_integer", message));
        }
        self.receive(id, amount_minor, now_unix)
    }

    /// Gives up the payment and what was authorised. Since Stripe's version 2025-03-31 that is no refund.
    ///
    /// # Errors
    /// `payment_intent_unexpected_state` once the money is taken or the intent is cancelled.
    pub fn cancel(
        &mut self,
        id: &str,
        reason: Option<String>,
        now_unix: i64,
    ) -> Result<PaymentIntent, ApiError> {
        let intent = self.intent_mut(id)?;
        if matches!(intent.status, Status::Succeeded | Status::Canceled) {
            return Err(unexpected("cancel", intent));
        }
        intent.status = Status::Canceled;
        intent.canceled_unix = Some(now_unix);
        intent.cancellation_reason = reason;
        let cancelled = intent.clone();
        self.tell("payment_intent.canceled", cancelled.to_json(None), now_unix);
        Ok(cancelled)
    }

    /// The bank withdraws what it authorised before it was captured: the payment is cancelled by Stripe, for good.
    ///
    /// # Errors
    /// `payment_intent_unexpected_state` where nothing is authorised.
    pub fn expire(&mut self, id: &str, now_unix: i64) -> Result<PaymentIntent, ApiError> {
        let intent = self.intent(id)?;
        if intent.status != Status::RequiresCapture {
            return Err(unexpected("expire", intent));
        }
        if let Some(charge) = intent.latest_charge.as_deref() {
            let expired = self.charge(charge)?.to_json();
            self.tell("charge.expired", expired, now_unix);
        }
        self.cancel(id, Some("automatic".to_owned()), now_unix)
    }

    fn authorise(&mut self, id: &str, now_unix: i64) -> Result<PaymentIntent, ApiError> {
        let charge = self.add_charge(id, None, now_unix)?;
        let intent = self.intent_mut(id)?;
        intent.latest_charge = Some(charge);
        intent.last_error = None;
        intent.status = Status::RequiresCapture;
        let authorised = intent.clone();
        if authorised.captures_manually {
            self.tell("payment_intent.amount_capturable_updated", authorised.to_json(None), now_unix);
            Ok(authorised)
        } else {
            self.receive(id, authorised.amount_minor, now_unix)
        }
    }

    fn decline(&mut self, id: &str, mut decline: ApiError, now_unix: i64) -> Result<ApiError, ApiError> {
        let charge = self.add_charge(id, Some(decline.clone()), now_unix)?;
        decline.told.charge = Some(charge.clone());
        let intent = self.intent_mut(id)?;
        // Stripe takes the refused card off the intent and shows it inside the error alone.
        decline.told.payment_method = intent.payment_method.take().map(|method| method.to_json());
        intent.status = Status::RequiresPaymentMethod;
        intent.latest_charge = Some(charge);
        intent.last_error = Some(decline.clone());
        let refused = intent.to_json(None);
        self.tell("payment_intent.payment_failed", refused.clone(), now_unix);
        decline.told.payment_intent = Some(refused);
        Ok(decline)
    }

    fn receive(&mut self, id: &str, amount_minor: i64, now_unix: i64) -> Result<PaymentIntent, ApiError> {
        let intent = self.intent_mut(id)?;
        intent.status = Status::Succeeded;
        intent.received_minor = amount_minor;
        let paid = intent.clone();
        self.move_balance(&paid.currency, amount_minor);
        if let Some(charge) = paid.latest_charge.as_deref() {
            let charge = self.charge_mut(charge)?;
            charge.captured_minor = amount_minor;
            let captured = charge.to_json();
            self.tell("charge.captured", captured, now_unix);
        }
        self.tell("payment_intent.succeeded", paid.to_json(None), now_unix);
        if paid.payment_method.as_ref().is_some_and(|method| method.card.issuer == Issuer::Disputes) {
            self.open_dispute(id, now_unix)?;
        }
        Ok(paid)
    }

    fn add_charge(
        &mut self,
        intent: &str,
        failure: Option<ApiError>,
        now_unix: i64,
    ) -> Result<String, ApiError> {
        let intent = self.intent(intent)?;
        let Some(method) = intent.payment_method.clone() else {
            return Err(unexpected("charge", intent));
        };
        let charge = Charge {
            id: fresh_id("ch"),
            intent: intent.id.clone(),
            payment_method: method.id,
            card: method.card,
            amount_minor: intent.amount_minor,
            captured_minor: 0,
            refunded_minor: 0,
            currency: intent.currency.clone(),
            created_unix: now_unix,
            failure,
            metadata: intent.metadata.clone(),
            description: intent.description.clone(),
            receipt_email: intent.receipt_email.clone(),
            is_disputed: false,
        };
        let id = charge.id.clone();
        self.charges.push(charge);
        Ok(id)
    }
}

fn unexpected(step: &str, intent: &PaymentIntent) -> ApiError {
    let status = intent.status.as_str();
    let message = format!("You cannot {step} this PaymentIntent because it has a status of {status}.");
    ApiError::unexpected_state(message, intent.to_json(None))
}
