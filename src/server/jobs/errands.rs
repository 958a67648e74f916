//! Captures and voids: calls to Stripe that must follow a commit. Stripe replays a key's first answer, so a try that
//! stayed unclear is followed by a look, and only then by a call under a new key.

use payments::{Intent, IntentStatus, StripeError};
use uuid::Uuid;

use crate::{
    postgres::{Errand, PaymentRow, Step, StoreError},
    site::Site,
};

/// After this many refusals a person must look; the lane waits, nothing is dropped. A Stripe that is away is waited
/// for without end.
const PARK_AFTER: i16 = 12;

/// Does everything that is due.
pub(super) async fn run_due(site: &Site) {
    loop {
        match run_errand(site).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => return tracing::warn!(%error, "errands cannot be read or closed"),
        }
    }
}

/// Leases one due errand and does it. Tells whether there was one.
pub async fn run_errand(site: &Site) -> Result<bool, StoreError> {
    let Some(errand) = site.postgres.lease_errand().await? else { return Ok(false) };
    let Some(payment) = site.postgres.payment(errand.booking).await? else {
        // Written by a newer program perhaps: never guessed at.
        tracing::error!(booking = %errand.booking, step = ?errand.step, "a payment cannot be read");
        site.postgres.put_off(&errand, "the payment cannot be read", None).await?;
        return Ok(true);
    };
    match errand.step {
        Step::Capture => capture(site, &errand, &payment).await?,
        Step::Void => void(site, &errand, &payment).await?,
    }
    Ok(true)
}

async fn capture(site: &Site, errand: &Errand, payment: &PaymentRow) -> Result<(), StoreError> {
    let Some(id) = &payment.intent else {
        return site.postgres.park(errand, "there is no intent to capture").await;
    };
    if errand.attempt > 1 {
        match site.paying.stripe.retrieve(id).await {
            Ok(Intent { status: IntentStatus::Succeeded, .. }) => {
                return site.postgres.captured(errand).await;
            }
            Ok(Intent { status: IntentStatus::RequiresCapture, .. }) => {}
            Ok(Intent { status: IntentStatus::Canceled, .. }) => {
                tracing::error!(booking = %errand.booking, "a capture failed for good");
                return site.postgres.capture_failed(errand, "the authorisation is gone").await;
            }
            Ok(intent) => {
                return site.postgres.put_off(errand, &format!("still {:?}", intent.status), None).await;
            }
            Err(error) => return put_off(site, errand, &error).await,
        }
    }
    match site.paying.stripe.capture(&errand.call_key, id, payment.total.minor).await {
        Ok(Intent { status: IntentStatus::Succeeded, .. }) => site.postgres.captured(errand).await,
        Ok(intent) => site.postgres.put_off(errand, &format!("still {:?}", intent.status), None).await,
        Err(error) => put_off(site, errand, &error).await,
    }
}

async fn void(site: &Site, errand: &Errand, payment: &PaymentRow) -> Result<(), StoreError> {
    let intent = match &payment.intent {
        Some(id) => site.paying.stripe.retrieve(id).await.map(Some),
        // Its creation may have stayed unclear: look for it by what it says of its booking.
        None => {
            site.paying.stripe.find_intent(&errand.booking.to_string(), payment.created_at_secs - 60).await
        }
    };
    let intent = match intent {
        Ok(Some(intent)) if payment.intent.is_none() => {
            // Found by its metadata: kept first, so that what is voided is what is known.
            let secret = intent.client_secret.clone().unwrap_or_default();
            site.postgres.keep_intent(errand.booking, &intent.id, &secret).await?;
            return site.postgres.put_off(errand, "an intent was found", None).await;
        }
        Ok(None) => return voided(site, errand, None).await,
        Ok(Some(intent)) => intent,
        Err(error) => return put_off(site, errand, &error).await,
    };
    match intent.status {
        IntentStatus::Canceled => voided(site, errand, payment.intent.as_deref()).await,
        IntentStatus::Succeeded => {
            // We capture only what is ticketed, so somebody else did: a person must look.
            tracing::error!(booking = %errand.booking, intent = intent.id, "captured without a ticket");
            site.postgres.park(errand, "captured without a ticket").await
        }
        _ => match site.paying.stripe.cancel(&errand.call_key, &intent.id).await {
            Ok(Intent { status: IntentStatus::Canceled, .. }) => {
                voided(site, errand, payment.intent.as_deref()).await
            }
            Ok(intent) => site.postgres.put_off(errand, &format!("still {:?}", intent.status), None).await,
            Err(error) => put_off(site, errand, &error).await,
        },
    }
}

/// The void is confirmed for the intent that was looked at; one that appeared meanwhile is looked at next.
async fn voided(site: &Site, errand: &Errand, looked_at: Option<&str>) -> Result<(), StoreError> {
    if site.postgres.voided(errand, looked_at).await? {
        return Ok(());
    }
    site.postgres.put_off(errand, "an intent appeared while it was voided", None).await
}

/// Again later. A refusal is tried again too: the next try looks at the intent first and learns what is true.
async fn put_off(site: &Site, errand: &Errand, error: &StripeError) -> Result<(), StoreError> {
    // Stripe's sentences may repeat what a person typed; its codes do not.
    let why = match error {
        StripeError::Declined(decline) => decline.code.as_str(),
        StripeError::Refused { code, .. } => code.as_str(),
        StripeError::Unavailable { .. } => "unavailable",
    };
    tracing::warn!(booking = %errand.booking, step = ?errand.step, attempt = errand.attempt, why, "put off");
    let is_away = matches!(error, StripeError::Unavailable { .. });
    if !is_away && errand.attempt >= PARK_AFTER {
        return site.postgres.park(errand, why).await;
    }
    let new_key = match error {
        StripeError::Unavailable { key_spent: false, .. } => None,
        _ => Some(Uuid::new_v4().to_string()),
    };
    site.postgres.put_off(errand, why, new_key.as_deref()).await
}
