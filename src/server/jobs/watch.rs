use futures_util::{StreamExt as _, stream};

use super::refund::look_at_refunds;
use crate::site::Site;

/// So many are asked about at once.
const AT_ONCE: usize = 4;

/// A payment of which nothing was heard for this long is asked about: its webhook may never come.
const QUIET_SECS: f64 = 20.0;

pub(super) async fn ask_for_quiet_payments(site: &Site) {
    let quiet = match site.postgres.quiet_payments(QUIET_SECS).await {
        Ok(quiet) => quiet,
        Err(error) => return tracing::warn!(%error, "quiet payments cannot be looked for"),
    };
    let ask = async |booking| {
        if let Err(error) = site.paying.settle_booking(booking).await {
            tracing::warn!(%booking, %error, "a quiet payment could not be asked about");
        }
    };
    stream::iter(quiet).for_each_concurrent(AT_ONCE, ask).await;
}

/// Asks what became of refunds that Stripe has and the bank is yet to take: their webhooks may never come.
pub async fn ask_for_pending_refunds(site: &Site) {
    let bookings = match site.postgres.bookings_with_pending_refunds().await {
        Ok(bookings) => bookings,
        Err(error) => return tracing::warn!(%error, "pending refunds cannot be looked for"),
    };
    let ask = async |booking| {
        if let Err(error) = look_at_refunds(site, booking).await {
            tracing::warn!(%booking, %error, "a pending refund could not be asked about");
        }
    };
    stream::iter(bookings).for_each_concurrent(AT_ONCE, ask).await;
}

pub(super) async fn renew_timetable(site: &Site) {
    if let Err(error) = site.timetable.renew().await {
        tracing::warn!(%error, "the timetable could not be renewed; the old one stays");
    }
}
