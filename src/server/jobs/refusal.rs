//! What follows when Stripe would not, or could not: again later, and where that does not help, a person.

use payments::StripeError;
use uuid::Uuid;

use crate::{
    postgres::{Errand, StoreError},
    site::Site,
};

/// After this many refusals a person must look. What is away is waited for without end.
const PARK_AFTER: i16 = 12;

/// Again later. A refusal is tried again too: the next try looks first and learns what is true. Stripe replays a key's
/// first answer, so after a stored 500 or a refusal the next call goes out under a new key.
pub(super) async fn put_off(site: &Site, errand: &Errand, error: &StripeError) -> Result<(), StoreError> {
    let why = reason(error);
    tracing::warn!(booking = %errand.booking, step = errand.step.as_str(), attempt = errand.attempt, why, "put off");
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

/// Again later, and after many times a person.
pub(super) async fn again_or_park(site: &Site, errand: &Errand, why: &str) -> Result<(), StoreError> {
    if errand.attempt >= PARK_AFTER {
        return site.postgres.park(errand, why).await;
    }
    site.postgres.put_off(errand, why, None).await
}

/// Stripe's sentences may repeat what a person typed; its codes do not.
pub(super) fn reason(error: &StripeError) -> &str {
    match error {
        StripeError::Declined(decline) => &decline.code,
        StripeError::Refused { code, .. } => code,
        StripeError::Unavailable { .. } => "unavailable",
    }
}
