use crate::{
    postgres::{Errand, StoreError},
    site::Site,
    suppliers::{
        OrderName,
        desk::{DeskError, GivenBack},
    },
};

/// Has the supplier cancel as it quoted, under the cancellation's own name, until it is clear whether it has; then our side
/// follows.
pub(super) async fn cancel(site: &Site, errand: &Errand) -> Result<(), StoreError> {
    let Some((hold, theirs)) = site.postgres.cancellation_asked(errand).await? else {
        return site.postgres.errand_done(errand).await;
    };
    match site.desk.cancel_as_quoted(&OrderName(hold), &theirs, &errand.subject).await {
        Ok(GivenBack::Yes) => site.postgres.cancelled_there(errand).await,
        Ok(GivenBack::No(why)) => {
            tracing::warn!(booking = %errand.booking, why, "a supplier did not cancel as it had quoted");
            site.postgres.not_cancelled_there(errand).await
        }
        Ok(GivenBack::Unclear) => {
            site.postgres.put_off(errand, "the supplier's answer is unclear", None).await
        }
        Err(DeskError::Store(error)) => Err(error),
        Err(error) => site.postgres.park(errand, &error.to_string()).await,
    }
}
