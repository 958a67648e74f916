//! The `Checkout` port: from reserved seats to tickets. Every step may be cut off and called again.

mod outside;
mod retake;
mod settle;

use app::{
    answers::{CardForm, FliesAlready, Settled},
    ports::{Agreed, Caller, Checkout, CheckoutError, HoldError, Visitor},
};
use async_trait::async_trait;
use domain::{
    hold::{HoldId, HoldState},
    payment::{CARD_ATTEMPTS, PaymentState},
};
use payments::{Intent, IntentOrder, Stripe, StripeError};
use std::sync::Arc;
use uuid::Uuid;

use crate::{
    live::Live,
    once::once,
    postgres::{EndAs, Once, PaymentRow, Postgres, StartRefusal},
    seating::{Seating, Whom, assign, away},
    steps::reached,
    suppliers::desk::Desk,
};

/// How a browser reaches Stripe.
#[derive(Clone, Debug)]
pub struct StripePage {
    pub publishable_key: String,
    pub script_url: String,
}

#[derive(Clone)]
pub struct Paying {
    pub(crate) postgres: Postgres,
    pub(crate) live: Live,
    pub(crate) seating: Seating,
    pub(crate) stripe: Arc<Stripe>,
    /// Where orders at outside suppliers are kept.
    desk: Desk,
    page: StripePage,
}

impl std::fmt::Debug for Paying {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Paying")
    }
}

impl Paying {
    pub fn new(
        postgres: Postgres,
        live: Live,
        seating: Seating,
        stripe: Arc<Stripe>,
        desk: Desk,
        page: StripePage,
    ) -> Self {
        Self { postgres, live, seating, stripe, desk, page }
    }

    /// The same over other connections.
    #[must_use]
    pub(crate) fn over(self, postgres: Postgres, seating: Seating) -> Self {
        Self { postgres, seating, ..self }
    }

    /// The same with other books of what is ordered at suppliers.
    #[must_use]
    pub(crate) fn ordering_at(self, seating: Seating, desk: Desk) -> Self {
        Self { seating, desk, ..self }
    }

    /// The payment's intent, created under the key that was stored before. An answer that stays unclear is looked for
    /// among the recent intents before another one is made.
    async fn client_secret(&self, payment: &PaymentRow) -> Result<String, CheckoutError> {
        if payment.state != PaymentState::Open {
            return Err(HoldError::Ended(payment.hold_state).into());
        }
        if let Some(secret) = &payment.client_secret {
            return Ok(secret.clone());
        }
        let order = IntentOrder {
            amount_minor: payment.total.minor,
            currency: payment.total.currency.code().to_lowercase(),
            booking: payment.booking.to_string(),
            // An address that Stripe refuses must not stop a payment.
            receipt_email: None,
            description: format!("SkyConnect booking {}", payment.booking),
        };
        let intent = match self.stripe.create_intent(&payment.create_key, &order).await {
            Ok(intent) => intent,
            Err(StripeError::Unavailable { reason, key_spent }) => {
                tracing::warn!(booking = %payment.booking, reason, "creating an intent stayed unclear");
                self.look_for_intent(payment, key_spent).await?
            }
            Err(error) => return Err(refused(payment, &error)),
        };
        reached("checkout.intent_created");
        let secret = intent.client_secret.clone().ok_or(CheckoutError::ProviderAway)?;
        let kept = self.postgres.keep_intent(payment.booking, &intent.id, &secret).await.map_err(away)?;
        if !kept {
            // Another request was faster, or the payment went on or ended meanwhile.
            let now =
                self.postgres.payment(payment.booking).await.map_err(away)?.ok_or(HoldError::NotFound)?;
            if now.intent.as_ref() != Some(&intent.id) {
                // Nothing stands behind this one: it must not be paid.
                cancel_stray(&self.stripe, &intent).await;
            }
            return match now.client_secret {
                Some(secret) if now.state == PaymentState::Open => Ok(secret),
                _ => Err(HoldError::Ended(now.hold_state).into()),
            };
        }
        reached("checkout.intent_kept");
        Ok(secret)
    }

    async fn begin(&self, caller: Caller, id: HoldId, agreed: Agreed) -> Result<(), CheckoutError> {
        let asking = Once::new(&caller, "start_payment", &(id, agreed), Some(id));
        once(&self.postgres, &asking, self.reserve(caller.visitor, id, agreed, &asking)).await?;
        match self.card(caller.visitor, id).await {
            // Started it is; what became of it since is told by the page.
            Ok(_) | Err(CheckoutError::Hold(HoldError::Ended(_))) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Seats whoever has none, and makes hold and seats stand still.
    async fn reserve(
        &self,
        visitor: Visitor,
        id: HoldId,
        agreed: Agreed,
        asking: &Once,
    ) -> Result<(), CheckoutError> {
        let hold = self.seating.live_hold(visitor, id).await?;
        let named = hold.contact_email.is_some()
            && hold.travellers.iter().all(|t| t.surname.is_some() && t.birth_date.is_some());
        if !named {
            return Err(CheckoutError::TravellersMissing);
        }
        if hold.state == HoldState::Active {
            if !agreed.again {
                // Before anyone is seated for it; those who start at the same moment are told apart when it starts.
                let found = self.postgres.twins(visitor.0, id).await.map_err(away)?;
                if !found.is_empty() {
                    return Err(CheckoutError::FliesAlready(found));
                }
            }
            if let Some(offered) = &hold.outside {
                self.order_outside(&hold, offered).await?;
            }
            let own_legs = if hold.outside.is_some() { 0 } else { hold.legs.len() };
            for leg in 0..own_legs {
                assign(&self.seating, visitor, &hold, leg, Whom::TheUnseated).await.map_err(|error| {
                    match error {
                        app::ports::PickError::Hold(error) => error,
                        _ => HoldError::Unavailable,
                    }
                })?;
            }
            reached("checkout.seated");
        }
        let key = Uuid::new_v4().to_string();
        match self.postgres.start_payment(visitor.0, id, &key, agreed, asking).await {
            Ok(seats) => self.live.publish(&seats),
            Err(StartRefusal::Missing) => return Err(HoldError::NotFound.into()),
            Err(StartRefusal::Expired) => {
                self.seating.end(id, EndAs::Expired).await?;
                return Err(HoldError::Ended(HoldState::Expired).into());
            }
            Err(StartRefusal::Ended(state)) => return Err(HoldError::Ended(state).into()),
            Err(StartRefusal::FliesAlready(found)) => return Err(CheckoutError::FliesAlready(found)),
            Err(StartRefusal::OtherTotal(now)) => return Err(CheckoutError::OtherTotal(now)),
            Err(StartRefusal::Store(error)) => return Err(away(error).into()),
        }
        reached("checkout.reserved");
        Ok(())
    }

    async fn look_for_intent(&self, payment: &PaymentRow, key_spent: bool) -> Result<Intent, CheckoutError> {
        let found = self.stripe.find_intent(&payment.booking.to_string(), payment.created_at_secs - 60).await;
        match found {
            Ok(Some(intent)) => Ok(intent),
            Ok(None) => {
                if key_spent {
                    let new = Uuid::new_v4().to_string();
                    self.postgres
                        .renew_create_key(payment.booking, &payment.create_key, &new)
                        .await
                        .map_err(away)?;
                }
                Err(CheckoutError::ProviderAway)
            }
            Err(_) => Err(CheckoutError::ProviderAway),
        }
    }
}

#[async_trait]
impl Checkout for Paying {
    async fn start_agreed(&self, caller: Caller, id: HoldId, agreed: Agreed) -> Result<(), CheckoutError> {
        self.begin(caller, id, agreed).await
    }

    async fn fly_already(&self, visitor: Visitor, id: HoldId) -> Result<Vec<FliesAlready>, CheckoutError> {
        self.seating.live_hold(visitor, id).await?;
        Ok(self.postgres.twins(visitor.0, id).await.map_err(away)?)
    }

    async fn card(&self, visitor: Visitor, id: HoldId) -> Result<CardForm, CheckoutError> {
        let payment =
            self.postgres.payment_of(visitor.0, id).await.map_err(away)?.ok_or(HoldError::NotFound)?;
        let client_secret = self.client_secret(&payment).await?;
        Ok(CardForm {
            client_secret,
            publishable_key: self.page.publishable_key.clone(),
            script_url: self.page.script_url.clone(),
            total: payment.total,
            attempts_left: CARD_ATTEMPTS.saturating_sub(payment.attempts),
        })
    }

    async fn settle(&self, visitor: Visitor, id: HoldId) -> Result<Settled, CheckoutError> {
        let payment =
            self.postgres.payment_of(visitor.0, id).await.map_err(away)?.ok_or(HoldError::NotFound)?;
        settle::settle(self, payment).await
    }
}

/// Cancels an intent that no booking stands behind. If that fails it stays unpayable: nobody has its secret.
async fn cancel_stray(stripe: &Stripe, intent: &Intent) {
    if stripe.cancel(&Uuid::new_v4().to_string(), &intent.id).await.is_err() {
        tracing::warn!(intent = intent.id, "a stray intent could not be cancelled");
    }
}

fn refused(payment: &PaymentRow, error: &StripeError) -> CheckoutError {
    // Stripe's sentence may repeat what a person typed; its code does not.
    let code = match error {
        StripeError::Declined(decline) => decline.code.as_str(),
        StripeError::Refused { code, .. } => code.as_str(),
        StripeError::Unavailable { .. } => "unavailable",
    };
    tracing::error!(booking = %payment.booking, code, "the payment provider refused");
    CheckoutError::Refused(
        "The payment provider refused this payment. Nothing was charged and your seats are kept; please try again, or give the seats up.".into(),
    )
}
