//! What Stripe says of a payment, and what follows from it. Page, webhook and poller all end here.

use app::{answers::Settled, ports::CheckoutError};
use domain::{
    booking::BookingState,
    hold::HoldState,
    money::{Currency, Money},
    payment::{CARD_ATTEMPTS, PaymentState, Standing, Verdict, judge},
};
use payments::{Intent, IntentStatus};
use serde_json::json;
use uuid::Uuid;

use super::{Paying, refused};
use crate::{
    postgres::{CaseKind, Confirming, EndAs, PaymentRow, StoreError, TicketOutcome},
    seating::away,
    steps::reached,
};

const NOT_ACCEPTED: &str = "The card was not accepted.";
const NOTHING_TAKEN: &str =
    "This payment is over. Nothing was charged; if an amount was kept aside on your card, it is given back.";

impl Paying {
    /// Settles whatever booking an intent pays for; an intent that is none of ours is passed over.
    pub async fn settle_intent(&self, intent: &str) -> Result<(), CheckoutError> {
        match self.postgres.booking_of_intent(intent).await.map_err(away)? {
            Some(booking) => self.settle_booking(booking).await,
            None => Ok(()),
        }
    }

    /// Counts an attempt to pay of which Stripe told that it failed. Told again, or seen before, it changes nothing.
    pub async fn attempt_failed(&self, booking: Uuid, attempt: &str) -> Result<(), CheckoutError> {
        let Some(payment) = self.postgres.payment(booking).await.map_err(away)? else { return Ok(()) };
        if payment.booking_state == BookingState::Pending && payment.hold_state.is_live() {
            count(self, &payment, attempt, NOT_ACCEPTED).await?;
        }
        Ok(())
    }

    pub async fn settle_booking(&self, booking: Uuid) -> Result<(), CheckoutError> {
        if let Some(payment) = self.postgres.payment(booking).await.map_err(away)? {
            settle(self, payment).await?;
        }
        Ok(())
    }
}

pub(super) async fn settle(paying: &Paying, payment: PaymentRow) -> Result<Settled, CheckoutError> {
    match (payment.booking_state, payment.pnr) {
        (BookingState::Pending, _) => {}
        (BookingState::Confirming, _) => return Ok(confirming(&payment, false)),
        (BookingState::Unknown, _) => return Ok(confirming(&payment, true)),
        (BookingState::Refused, _) => return Ok(refused_there(&payment)),
        (_, Some(pnr)) => return Ok(Settled::Ticketed { pnr }),
        (_, None) => return Ok(Settled::Failed { message: NOTHING_TAKEN.into() }),
    }
    let Some(intent) = &payment.intent else {
        return Ok(if payment.hold_state.is_live() { open(payment.attempts) } else { undecided(&payment) });
    };
    let intent = paying.stripe.retrieve(intent).await.map_err(|error| match error {
        payments::StripeError::Unavailable { .. } => CheckoutError::ProviderAway,
        error => refused(&payment, &error),
    })?;
    match judge(standing(&payment, &intent), payment.hold_state, payment.total) {
        Verdict::KeepOpen { .. } if intent.status == IntentStatus::RequiresPaymentMethod => {
            declined(paying, &payment, &intent).await
        }
        Verdict::KeepOpen { attempts_left } => Ok(Settled::Open { attempts_left }),
        // Which of the two it is shows only under the hold's lock.
        Verdict::Ticket | Verdict::Retake => authorised(paying, &payment, &intent).await,
        Verdict::Late => Ok(undecided(&payment)),
        Verdict::LookInto => {
            differs(paying, &payment, &intent).await.map_err(away)?;
            // The void that the hold's end has queued finds it charged, and opens a case.
            end(paying, &payment).await?;
            Ok(Settled::LookedInto)
        }
        Verdict::GiveUp | Verdict::Over => {
            if is_authorised(&intent) {
                differs(paying, &payment, &intent).await.map_err(away)?;
            }
            end(paying, &payment).await?;
            Ok(failed())
        }
    }
}

fn is_authorised(intent: &Intent) -> bool {
    matches!(intent.status, IntentStatus::RequiresCapture | IntentStatus::Succeeded)
}

fn standing(payment: &PaymentRow, intent: &Intent) -> Standing {
    match (&intent.status, Currency::parse(&intent.currency)) {
        // A currency that nothing is sold in is another one than was agreed on.
        (_, None) if is_authorised(intent) => Standing::Cancelled,
        (IntentStatus::Succeeded, Some(currency)) => {
            match intent.amount_received_minor - intent.amount_refunded_minor {
                0 => Standing::Cancelled,
                _ => Standing::Captured(Money::new(intent.amount_received_minor, currency)),
            }
        }
        (_, Some(currency)) if is_authorised(intent) => {
            Standing::Authorised(Money::new(kept_minor(intent), currency))
        }
        (IntentStatus::Canceled, _) => Standing::Cancelled,
        _ => Standing::Waiting { declined_cards: payment.attempts },
    }
}

fn kept_minor(intent: &Intent) -> i64 {
    intent.amount_capturable_minor.max(intent.amount_received_minor)
}

/// The bank keeps the agreed amount aside: tickets now, unless the hold is over.
async fn authorised(
    paying: &Paying,
    payment: &PaymentRow,
    intent: &Intent,
) -> Result<Settled, CheckoutError> {
    reached("checkout.authorised");
    if payment.supplier.is_some() {
        return authorised_outside(paying, payment, intent).await;
    }
    match paying.postgres.ticket(payment.booking, card(intent).as_deref()).await.map_err(away)? {
        TicketOutcome::Ticketed { pnr, seats } => {
            reached("checkout.ticketed");
            paying.live.publish(&seats);
            Ok(Settled::Ticketed { pnr })
        }
        TicketOutcome::TooLate => {
            // Its hold may have ended just now, and the worker of its lane may have been faster than this look.
            Ok(match paying.postgres.payment(payment.booking).await.map_err(away)? {
                Some(PaymentRow { pnr: Some(pnr), .. }) => Settled::Ticketed { pnr },
                _ if intent.status == IntentStatus::Succeeded => Settled::LookedInto,
                Some(now) => undecided(&now),
                None => failed(),
            })
        }
        TicketOutcome::Over(_) => Ok(failed()),
    }
}

/// The bank keeps the agreed amount aside for what somebody else sells: they are asked to confirm it now, unless it is over.
async fn authorised_outside(
    paying: &Paying,
    payment: &PaymentRow,
    intent: &Intent,
) -> Result<Settled, CheckoutError> {
    match paying.postgres.begin_confirming(payment.booking, card(intent).as_deref()).await.map_err(away)? {
        Confirming::Begun => Ok(confirming(payment, false)),
        Confirming::TooLate => Ok(failed()),
        // Another look was faster.
        Confirming::Over => match paying.postgres.payment(payment.booking).await.map_err(away)? {
            Some(now) if now.booking_state != BookingState::Pending => Box::pin(settle(paying, now)).await,
            _ => Ok(failed()),
        },
    }
}

fn confirming(payment: &PaymentRow, unclear: bool) -> Settled {
    Settled::Confirming { supplier: payment.supplier.clone().unwrap_or_default(), unclear }
}

fn refused_there(payment: &PaymentRow) -> Settled {
    let supplier = payment.supplier.as_deref().unwrap_or("The supplier");
    Settled::Refused {
        message: format!(
            "{supplier} could not confirm this trip. Nothing was charged; what your bank kept aside is given back."
        ),
    }
}

/// Whether the bank keeps another amount or currency aside than was agreed on: it is never ticketed, staff are told, and
/// it is given back.
pub(super) async fn differs(
    paying: &Paying,
    payment: &PaymentRow,
    intent: &Intent,
) -> Result<bool, StoreError> {
    let kept_minor = kept_minor(intent);
    let currency = payment.total.currency.code();
    if kept_minor == payment.total.minor && intent.currency.eq_ignore_ascii_case(currency) {
        return Ok(false);
    }
    tracing::error!(
        booking = %payment.booking, intent = intent.id, kept_minor, agreed_minor = payment.total.minor,
        "an authorisation differs from the booking: never ticketed, to be voided"
    );
    let detail = json!({
        "intent": intent.id, "kept_minor": kept_minor, "kept_currency": intent.currency,
        "agreed_minor": payment.total.minor, "agreed_currency": currency,
    });
    paying.postgres.open_case(Some(payment.booking), CaseKind::AmountDiffers, &intent.id, &detail).await?;
    Ok(true)
}

/// "visa 4242".
pub(super) fn card(intent: &Intent) -> Option<String> {
    match (&intent.card_brand, &intent.card_last4) {
        (Some(brand), Some(last4)) => Some(format!("{brand} {last4}")),
        (_, Some(last4)) => Some(last4.clone()),
        _ => None,
    }
}

/// A card was declined: its seats are kept, until the third.
async fn declined(paying: &Paying, payment: &PaymentRow, intent: &Intent) -> Result<Settled, CheckoutError> {
    let Some(decline) = &intent.last_error else { return Ok(open(payment.attempts)) };
    let reference = decline.attempt_id.clone().unwrap_or_else(|| format!("{}:{}", intent.id, decline.code));
    let attempts = count(paying, payment, &reference, &decline.message).await?;
    if attempts >= CARD_ATTEMPTS {
        return Ok(Settled::Failed {
            message: "Three cards were declined, so your seats are free again. Nothing was charged.".into(),
        });
    }
    Ok(Settled::Declined {
        message: decline.message.clone(),
        attempts_left: CARD_ATTEMPTS.saturating_sub(attempts),
    })
}

/// Counts a failed attempt once; the third gives the seats back. Returns how many there were.
async fn count(
    paying: &Paying,
    payment: &PaymentRow,
    attempt: &str,
    message: &str,
) -> Result<u8, CheckoutError> {
    let attempts = paying.postgres.count_decline(payment.booking, attempt, message).await.map_err(away)?;
    if attempts >= CARD_ATTEMPTS {
        end(paying, payment).await?;
    }
    Ok(attempts)
}

/// Gives the seats back; ending the hold queues the void of its payment.
async fn end(paying: &Paying, payment: &PaymentRow) -> Result<(), CheckoutError> {
    if payment.hold_state.is_live() && payment.state == PaymentState::Open {
        paying.seating.end(payment.hold, EndAs::Released).await?;
    }
    debug_assert!(payment.hold_state != HoldState::Converted, "a pending booking has no converted hold");
    Ok(())
}

/// What ran out of time is decided by the worker of its lane: the same seats again, or, once the void is begun or its
/// visitor has given it up, nothing.
fn undecided(payment: &PaymentRow) -> Settled {
    // Of what others sell nothing is taken again.
    let may_be_retaken = payment.supplier.is_none() && payment.state == PaymentState::Open;
    if payment.hold_state == HoldState::Expired && may_be_retaken { Settled::Late } else { failed() }
}

fn open(attempts: u8) -> Settled {
    Settled::Open { attempts_left: CARD_ATTEMPTS.saturating_sub(attempts) }
}

fn failed() -> Settled {
    Settled::Failed { message: NOTHING_TAKEN.into() }
}
