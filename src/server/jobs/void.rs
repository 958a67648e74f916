use payments::{Intent, IntentStatus};
use serde_json::json;

use super::refusal::{again_or_park, put_off};
use crate::{
    postgres::{CaseKind, Errand, StoreError},
    site::Site,
    steps,
};

/// Gives back what was authorised for a hold that is over. That it is about to be voided is committed before Stripe is asked:
/// from then on no worker tickets it, however late a call of ours arrives.
pub(super) async fn void(site: &Site, errand: &Errand) -> Result<(), StoreError> {
    steps::reached("void.leased");
    let Some(payment) = site.postgres.payment(errand.booking).await? else {
        return site.postgres.park(errand, "the payment cannot be read").await;
    };
    let Some(id) = &payment.intent else {
        // Its creation may have stayed unclear: look for it by what it says of its booking.
        let since_unix = payment.created_at_secs - 60;
        return match site.paying.stripe.find_intent(&errand.booking.to_string(), since_unix).await {
            Ok(None) => voided(site, errand, None, false).await,
            Ok(Some(intent)) => {
                // Kept first, so that what is voided is what is known.
                let secret = intent.client_secret.clone().unwrap_or_default();
                site.postgres.keep_intent(errand.booking, &intent.id, &secret).await?;
                site.postgres.put_off(errand, "an intent was found", None).await
            }
            Err(error) => put_off(site, errand, &error).await,
        };
    };
    let intent = match site.paying.stripe.retrieve(id).await {
        Ok(intent) => intent,
        Err(error) => return put_off(site, errand, &error).await,
    };
    if site.paying.retake(errand, &payment, &intent).await? {
        return Ok(());
    }
    match intent.status {
        IntentStatus::Canceled => voided(site, errand, Some(id), was_authorised(&intent)).await,
        IntentStatus::Succeeded => {
            // We capture only what is ticketed, so somebody else did: a person must look.
            tracing::error!(booking = %errand.booking, intent = intent.id, "captured without a ticket");
            let detail = json!({ "intent": intent.id, "captured_minor": intent.amount_received_minor });
            site.postgres
                .open_case(Some(errand.booking), CaseKind::CapturedWithoutTicket, &intent.id, &detail)
                .await?;
            site.postgres.park(errand, "captured without a ticket").await
        }
        _ => cancel(site, errand, id).await,
    }
}

async fn cancel(site: &Site, errand: &Errand, id: &str) -> Result<(), StoreError> {
    if !site.postgres.begin_void(errand, id).await? {
        return again_or_park(site, errand, "its payment went another way").await;
    }
    steps::reached("void.begun");
    match site.paying.stripe.cancel(&errand.call_key, id).await {
        // The bank may have agreed after we looked: what was cancelled tells.
        Ok(cancelled @ Intent { status: IntentStatus::Canceled, .. }) => {
            steps::reached("void.voided");
            voided(site, errand, Some(id), was_authorised(&cancelled)).await
        }
        Ok(intent) => site.postgres.put_off(errand, &format!("still {:?}", intent.status), None).await,
        Err(error) => put_off(site, errand, &error).await,
    }
}

/// A card that was accepted stays on the intent when it is cancelled, so that a worker who finds it cancelled still tells
/// its holder.
fn was_authorised(cancelled: &Intent) -> bool {
    cancelled.card_last4.is_some() && cancelled.last_error.is_none()
}

/// The void is confirmed for the intent that was looked at; one that appeared meanwhile is looked at next. `tell`: a
/// card had been authorised, so its holder is told that nothing was taken.
async fn voided(site: &Site, errand: &Errand, looked_at: Option<&str>, tell: bool) -> Result<(), StoreError> {
    if site.postgres.voided(errand, looked_at, tell).await? {
        steps::reached("void.recorded");
        return Ok(());
    }
    site.postgres.put_off(errand, "an intent appeared while it was voided", None).await
}
