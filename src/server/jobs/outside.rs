use crate::site::Site;

/// Finds out what became of orders at suppliers for which nobody waits any more, and gives back what nobody wants.
pub(super) async fn find_out(site: &Site) {
    if let Err(error) = site.desk.find_out().await {
        tracing::warn!(%error, "orders at suppliers cannot be looked for");
    }
}
