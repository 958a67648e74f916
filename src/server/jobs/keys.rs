use crate::site::Site;

/// Forgets the answers that nobody can ask for any more, and the wrong tries that do not count any more.
pub(super) async fn forget(site: &Site) {
    if let Err(error) = site.postgres.forget_answers().await {
        tracing::warn!(%error, "kept answers cannot be looked through");
    }
    if let Err(error) = site.postgres.forget_tries().await {
        tracing::warn!(%error, "wrong tries cannot be forgotten");
    }
}
