use crate::site::Site;

/// Forgets the answers that nobody can ask for any more.
pub(super) async fn forget_answers(site: &Site) {
    if let Err(error) = site.postgres.forget_answers().await {
        tracing::warn!(%error, "kept answers cannot be looked through");
    }
}
