use crate::{
    postgres::{Errand, StoreError},
    site::Site,
    suppliers::{OrderName, desk::DeskError, selling::Confirmed},
};

/// Confirms a booking at the supplier that sells it, and asks how it stands until that is clear. The order there is named by
/// the hold, so that no try ever makes another one; and a worker that outlives its lease does no harm.
pub(super) async fn confirm(site: &Site, errand: &Errand) -> Result<(), StoreError> {
    let Some(hold) = site.postgres.outside_hold(errand.booking).await? else {
        return site.postgres.park(errand, "there is no supplier to ask").await;
    };
    let confirmed = match site.desk.confirm(&OrderName(hold)).await {
        Ok(confirmed) => confirmed,
        Err(DeskError::Store(error)) => return Err(error),
        Err(DeskError::Supplier(error)) => {
            tracing::warn!(booking = %errand.booking, %error, "a supplier cannot be asked");
            Confirmed::Unclear
        }
        // Nothing that a wait could change, such as a supplier that is not set up any more: the money waits with it.
        Err(error) => {
            site.postgres.supplier_unclear(errand.booking).await?;
            return site.postgres.park(errand, &error.to_string()).await;
        }
    };
    match confirmed {
        Confirmed::Yes(_) => site.postgres.ticket_confirmed(errand).await,
        Confirmed::No(why) => {
            tracing::info!(booking = %errand.booking, why, "a supplier refused a booking");
            site.postgres.supplier_refused(errand).await.map(|_| ())
        }
        Confirmed::Unclear => {
            site.postgres.supplier_unclear(errand.booking).await?;
            site.postgres.put_off(errand, "the supplier's answer is unclear", None).await
        }
    }
}
