use std::{collections::BTreeMap, time::Duration};

use futures_util::{StreamExt as _, stream};
use serde_json::json;
use tokio::time::{sleep, timeout};

use super::refund::{LookError, look_at_refunds};
use crate::{
    postgres::{CaseKind, OpenEvent, StoreError},
    site::Site,
};

/// How long until the next look when no webhook comes in: events of other servers, and those that failed.
const PAUSE: Duration = Duration::from_secs(1);

/// So many events are acted on at once.
const AT_ONCE: usize = 4;

/// After so many tries a person is told, unless Stripe or Postgres is merely away; the event is tried on.
const TELL_AFTER: i16 = 12;

/// Acts on stored webhook events for ever, as soon as one comes in.
pub(super) async fn work(site: &Site) {
    let wakeups = site.postgres.wakeups();
    loop {
        match handle_events(site).await {
            Ok(0) => _ = timeout(PAUSE, wakeups.events().notified()).await,
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(%error, "webhook events cannot be read");
                sleep(PAUSE).await;
            }
        }
    }
}

/// Acts on the events that are due. Tells how many there were. What they say is not believed but looked up, so their
/// order and number do not matter, and one look is enough for all that wait of one payment.
pub async fn handle_events(site: &Site) -> Result<usize, StoreError> {
    let events = site.postgres.lease_events().await?;
    let count = events.len();
    let mut by_payment: BTreeMap<Option<String>, Vec<OpenEvent>> = BTreeMap::new();
    for event in events {
        by_payment.entry(event.intent.clone()).or_default().push(event);
    }
    let handling = |(intent, events): (Option<String>, Vec<_>)| async move {
        handle(site, intent.as_deref(), &events).await;
    };
    stream::iter(by_payment).for_each_concurrent(AT_ONCE, handling).await;
    Ok(count)
}

async fn handle(site: &Site, intent: Option<&str>, events: &[OpenEvent]) {
    let ids: Vec<String> = events.iter().map(|event| event.id.clone()).collect();
    let done = match act(site, intent, events).await {
        Ok(()) => site.postgres.events_handled(&ids).await.map_err(LookError::from),
        Err(error) => Err(error),
    };
    let Err(error) = done else { return };
    for event in events {
        tracing::warn!(event = event.id, attempt = event.attempt, %error, "an event stays open");
        if event.attempt >= TELL_AFTER && !error.is_away() {
            let detail = json!({ "event": event.id, "intent": event.intent, "attempts": event.attempt });
            if let Err(error) = site.postgres.open_case(None, CaseKind::Parked, &event.id, &detail).await {
                tracing::warn!(event = event.id, %error, "a case could not be opened");
            }
        }
    }
}

async fn act(site: &Site, intent: Option<&str>, events: &[OpenEvent]) -> Result<(), LookError> {
    let Some(intent) = intent else { return Ok(()) };
    // An intent that is none of ours, or that is not kept yet: polling and the reconciler see to it.
    let Some(booking) = site.postgres.booking_of_intent(intent).await? else { return Ok(()) };
    site.paying.settle_booking(booking).await?;
    for event in events.iter().filter(|event| event.kind == "IntentFailed") {
        // Of several tries between two looks, the intent shows the last one alone.
        if let Some(attempt) = &event.subject {
            site.paying.attempt_failed(booking, attempt).await?;
        }
    }
    look_at_refunds(site, booking).await?;
    if events.iter().any(|event| event.kind.starts_with("Dispute")) {
        for dispute in site.paying.stripe.disputes_of(intent).await? {
            site.postgres.dispute_seen(booking, &dispute).await?;
        }
    }
    Ok(())
}
