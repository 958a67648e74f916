use crate::site::Site;

/// A payment of which nothing was heard for this long is asked about: its webhook may never come.
const QUIET_SECS: f64 = 20.0;

/// Acts on stored webhook events. What they say is not believed but looked up, so their order does not matter.
pub(super) async fn handle_events(site: &Site) {
    let events = match site.postgres.open_events().await {
        Ok(events) => events,
        Err(error) => return tracing::warn!(%error, "webhook events cannot be read"),
    };
    for event in events {
        if let Some(intent) = &event.intent
            && let Err(error) = site.paying.settle_intent(intent).await
        {
            tracing::warn!(event = event.id, %error, "an event stays open");
            continue;
        }
        if let Err(error) = site.postgres.event_handled(&event.id).await {
            tracing::warn!(event = event.id, %error, "an event could not be closed");
        }
    }
}

pub(super) async fn ask_for_quiet_payments(site: &Site) {
    let quiet = match site.postgres.quiet_payments(QUIET_SECS).await {
        Ok(quiet) => quiet,
        Err(error) => return tracing::warn!(%error, "quiet payments cannot be looked for"),
    };
    for booking in quiet {
        if let Err(error) = site.paying.settle_booking(booking).await {
            tracing::warn!(%booking, %error, "a quiet payment could not be asked about");
        }
    }
}

pub(super) async fn renew_timetable(site: &Site) {
    if let Err(error) = site.timetable.renew().await {
        tracing::warn!(%error, "the timetable could not be renewed; the old one stays");
    }
}
