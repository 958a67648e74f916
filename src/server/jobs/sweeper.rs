use crate::{postgres::EndAs, site::Site};

/// Ends the holds whose time is over, so that their seats turn free on every map without anyone asking.
pub(super) async fn sweep(site: &Site) {
    let expired = match site.postgres.expired_holds().await {
        Ok(expired) => expired,
        Err(error) => return tracing::warn!(%error, "expired holds cannot be looked for"),
    };
    for hold in expired {
        if let Err(error) = site.seating.end(hold, EndAs::Expired).await {
            tracing::warn!(%hold, %error, "an expired hold could not be ended; the next sweep tries again");
        }
    }
}
