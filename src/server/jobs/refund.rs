use app::ports::{CheckoutError, HoldError};
use payments::{Refund, StripeError};
use uuid::Uuid;

use super::refusal::{again_or_park, put_off, reason};
use crate::{
    postgres::{Errand, RefundRow, StoreError},
    site::Site,
    steps,
};

/// Refusals that trying again does not change: a person finds another way.
const FOR_GOOD: [&str; 4] =
    ["charge_disputed", "charge_already_refunded", "charge_not_refundable", "refund_disputed_payment"];

/// Gives captured money back, unless the cardholder's bank has taken it: then it is a person's matter. A try that stayed
/// unclear, and one that failed before, is followed by a look at what Stripe made for it, by the keys that it was asked
/// under, and only then by another call.
pub(super) async fn refund(site: &Site, errand: &Errand) -> Result<(), StoreError> {
    steps::reached("refund.leased");
    let Some(refund) = site.postgres.refund_of_errand(errand).await? else {
        return site.postgres.park(errand, "there is no such refund").await;
    };
    if !refund.is_queued_as(errand) {
        return site.postgres.errand_done(errand).await;
    }
    let Some(intent) = &refund.intent else {
        return site.postgres.park(errand, "there is no intent to refund").await;
    };
    let was_captured = refund.was_captured;
    #[cfg(feature = "plant")]
    let was_captured = was_captured || crate::plants::is_planted("early-refund");
    if !was_captured {
        // Its capture failed for good: unwinding the booking drops what was promised of money that never came.
        return again_or_park(site, errand, "nothing was captured").await;
    }
    if errand.attempt > 1 || refund.is_queued_again() {
        match made_before(site, &refund, intent).await {
            Ok(Some(made)) => return record(site, &refund, &made).await,
            Ok(None) => {}
            Err(error) => return put_off(site, errand, &error).await,
        }
    }
    if refund.is_disputed {
        tracing::error!(booking = %errand.booking, refund = %refund.id, "a refund of a disputed payment is due");
        return site.postgres.refund_refused(&refund, "disputed").await;
    }
    if !site.postgres.is_leased(errand).await? {
        // Whoever has it now may have asked under another key.
        return Ok(());
    }
    match site.paying.stripe.refund(&refund.call_key(errand), intent, refund.amount_minor).await {
        Ok(made) => {
            steps::reached("refund.made");
            record(site, &refund, &made).await
        }
        Err(StripeError::Refused { code, .. }) if FOR_GOOD.contains(&code.as_str()) => {
            // An earlier call of ours may be why: what it made may show by now.
            match made_before(site, &refund, intent).await {
                Ok(Some(made)) => return record(site, &refund, &made).await,
                Ok(None) => {}
                Err(error) => return put_off(site, errand, &error).await,
            }
            tracing::error!(booking = %errand.booking, refund = %refund.id, code, "a refund was refused for good");
            site.postgres.refund_refused(&refund, &code).await
        }
        Err(error) => put_off(site, errand, &error).await,
    }
}

/// What Stripe made for this refund, under whichever key.
async fn made_before(site: &Site, refund: &RefundRow, intent: &str) -> Result<Option<Refund>, StripeError> {
    let all = site.paying.stripe.refunds_of(intent).await?;
    Ok(all.into_iter().find(|made| refund.is_made(made)))
}

async fn record(site: &Site, refund: &RefundRow, made: &Refund) -> Result<(), StoreError> {
    site.postgres.refund_made(refund, made).await?;
    steps::reached("refund.recorded");
    Ok(())
}

/// Writes down what became of a booking's refunds at Stripe: pending ones that were settled, and those that failed
/// after they had succeeded.
pub(super) async fn look_at_refunds(site: &Site, booking: Uuid) -> Result<(), LookError> {
    let refunds = site.postgres.refunds_of(booking).await?;
    let Some(intent) = refunds.iter().find_map(|refund| refund.intent.as_deref()) else { return Ok(()) };
    let all = site.paying.stripe.refunds_of(intent).await?;
    for refund in &refunds {
        if let Some(made) = all.iter().find(|made| refund.is_made(made)) {
            site.postgres.refund_made(refund, made).await?;
        }
    }
    Ok(())
}

/// Why something could not be looked up; the next look may.
#[derive(Debug, thiserror::Error)]
pub(super) enum LookError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("Stripe said {}", reason(.0))]
    Stripe(#[from] StripeError),
    #[error("{0}")]
    Checkout(#[from] CheckoutError),
}

impl LookError {
    /// Whether waiting may be all that it takes.
    pub(super) fn is_away(&self) -> bool {
        match self {
            Self::Store(_)
            | Self::Stripe(StripeError::Unavailable { .. })
            | Self::Checkout(CheckoutError::ProviderAway | CheckoutError::Hold(HoldError::Unavailable)) => {
                true
            }
            Self::Stripe(_) | Self::Checkout(_) => false,
        }
    }
}
