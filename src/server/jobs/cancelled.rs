use crate::site::Site;

/// Goes on with departures that were called off and with bookings that could not be charged, wherever that was cut off.
pub async fn go_on(site: &Site) {
    if let Err(error) = site.cancelling.see_to_called_off().await {
        tracing::warn!(%error, "departures that were called off cannot be seen to");
    }
    if let Err(error) = site.cancelling.unwind_unpaid().await {
        tracing::warn!(%error, "unpaid bookings cannot be looked for");
    }
}
