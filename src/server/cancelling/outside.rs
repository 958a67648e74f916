//! Giving back what somebody else sold: they say what comes back, and cancel first.

use app::ports::CancelError;
use domain::{cancelling::CouponKey, hold::HoldId};
use uuid::Uuid;

use super::{Cancelling, refused};
use crate::{
    postgres::{Once, OutsideTrip},
    suppliers::{OrderName, SupplierError, desk::DeskError},
    trips::away,
};

/// What the supplier says comes back, written down to be confirmed.
pub(super) async fn quote(
    cancelling: &Cancelling,
    trip: &OutsideTrip,
    coupons: &[CouponKey],
    asking: &Once,
) -> Result<Uuid, CancelError> {
    cancelling.postgres.may_give_back_outside(trip.booking, coupons).await.map_err(refused)?;
    let HoldId(hold) = trip.hold;
    let theirs = match cancelling.desk.quote_cancel(&OrderName(hold)).await {
        Ok(theirs) => theirs,
        Err(DeskError::Store(error)) => return Err(away(error).into()),
        Err(DeskError::Supplier(SupplierError::Refused { code, .. })) => {
            tracing::info!(booking = %trip.booking, code, "a supplier does not take an order back");
            return Err(CancelError::NotTakenBack(trip.supplier.clone()));
        }
        Err(error) => {
            tracing::warn!(booking = %trip.booking, %error, "what comes back cannot be asked");
            return Err(CancelError::SupplierAway(trip.supplier.clone()));
        }
    };
    cancelling.postgres.quote_outside(trip.booking, coupons, &theirs, asking).await.map_err(refused)
}
