use payments::{Intent, IntentStatus};

use super::refusal::put_off;
use crate::{
    postgres::{Errand, StoreError},
    site::Site,
    steps,
};

/// Takes the money of a ticketed booking. A try that stayed unclear is followed by a look at the intent, and only then
/// by another call. A worker that outlives its lease does no harm here: what is captured twice is taken once.
pub(super) async fn capture(site: &Site, errand: &Errand) -> Result<(), StoreError> {
    steps::reached("capture.leased");
    let Some(payment) = site.postgres.payment(errand.booking).await? else {
        return site.postgres.park(errand, "the payment cannot be read").await;
    };
    let Some(id) = &payment.intent else {
        return site.postgres.park(errand, "there is no intent to capture").await;
    };
    if errand.attempt > 1 {
        match site.paying.stripe.retrieve(id).await {
            Ok(Intent { status: IntentStatus::Succeeded, .. }) => return captured(site, errand).await,
            Ok(Intent { status: IntentStatus::RequiresCapture, .. }) => {}
            Ok(Intent { status: IntentStatus::Canceled, .. }) => {
                tracing::error!(booking = %errand.booking, "a capture failed for good");
                site.postgres.capture_failed(errand, "the authorisation is gone").await?;
                steps::reached("capture.recorded");
                return Ok(());
            }
            Ok(intent) => {
                return site.postgres.put_off(errand, &format!("still {:?}", intent.status), None).await;
            }
            Err(error) => return put_off(site, errand, &error).await,
        }
    }
    match site.paying.stripe.capture(&errand.call_key, id, payment.total.minor).await {
        Ok(Intent { status: IntentStatus::Succeeded, .. }) => captured(site, errand).await,
        Ok(intent) => site.postgres.put_off(errand, &format!("still {:?}", intent.status), None).await,
        Err(error) => put_off(site, errand, &error).await,
    }
}

async fn captured(site: &Site, errand: &Errand) -> Result<(), StoreError> {
    steps::reached("capture.captured");
    site.postgres.captured(errand).await?;
    steps::reached("capture.recorded");
    Ok(())
}
