//! Giving coupons back, by travellers, by the airline, and where nothing was paid: the steps in Postgres, and what follows
//! each commit. Every step may be cut off and called again.

mod called_off;
mod outside;

use app::ports::{Caller, CancelError, TripError};
use domain::{cancelling::CouponKey, pnr::Pnr};
use uuid::Uuid;

use crate::{
    live::Live,
    once::once,
    postgres::{CancelRefusal, Once, Postgres, StoreError},
    steps,
    suppliers::desk::Desk,
    trips::away,
};

pub use called_off::{CallOffRefusal, SeenTo, call_off, see_to};

#[derive(Clone, Debug)]
pub struct Cancelling {
    postgres: Postgres,
    live: Live,
    desk: Desk,
}

impl Cancelling {
    pub fn new(postgres: Postgres, live: Live, desk: Desk) -> Self {
        Self { postgres, live, desk }
    }

    /// What comes back for these coupons, written down to be confirmed.
    pub async fn quote(&self, caller: &Caller, pnr: Pnr, coupons: &[CouponKey]) -> Result<Uuid, CancelError> {
        let hold = self.postgres.hold_of_trip(caller.visitor.0, pnr).await.map_err(away)?;
        let asking = Once::new(caller, "quote_cancellation", &(pnr, coupons), hold);
        let elsewhere = self.postgres.outside_trip(caller.visitor.0, pnr).await.map_err(away)?;
        if let Some(trip) = elsewhere {
            return once(&self.postgres, &asking, outside::quote(self, &trip, coupons, &asking)).await;
        }
        once(&self.postgres, &asking, async {
            let quoted = self.postgres.quote_cancellation(caller.visitor.0, pnr, coupons, &asking).await;
            let quote = quoted.map_err(refused)?;
            steps::reached("cancel.quoted");
            Ok(quote)
        })
        .await
    }

    /// Cancels as quoted, or has whoever sells it do so; and tells everyone who watches which seats are free again.
    pub async fn confirm(&self, caller: &Caller, id: Uuid) -> Result<Pnr, CancelError> {
        let hold = self.postgres.hold_of_cancellation(caller.visitor.0, id).await.map_err(away)?;
        let asking = Once::new(caller, "confirm_cancellation", &id, hold);
        once(&self.postgres, &asking, async {
            let elsewhere = self.postgres.ask_outside_to_cancel(caller.visitor.0, id, &asking).await;
            if let Some(pnr) = elsewhere.map_err(refused)? {
                return Ok(pnr);
            }
            let confirmed = self.postgres.confirm_cancellation(caller.visitor.0, id, &asking).await;
            let confirmed = confirmed.map_err(refused)?;
            steps::reached("cancel.released");
            self.live.publish(&confirmed.seats);
            Ok(confirmed.pnr)
        })
        .await
    }

    /// Unwinds every booking whose payment could not be taken for good.
    pub async fn unwind_unpaid(&self) -> Result<(), StoreError> {
        for booking in self.postgres.unpaid_bookings().await? {
            match self.postgres.unwind(booking).await {
                Ok(seats) => self.live.publish(&seats),
                Err(error) => tracing::error!(%booking, %error, "an unpaid booking could not be unwound yet"),
            }
        }
        Ok(())
    }

    /// Sees to everyone on the departures that were called off.
    pub async fn see_to_called_off(&self) -> Result<(), StoreError> {
        for departure in self.postgres.called_off().await? {
            let seen = see_to(&self.postgres, departure, |seats| self.live.publish(seats)).await?;
            tracing::info!(%departure, %seen, "a departure was called off");
        }
        Ok(())
    }
}

fn refused(refusal: CancelRefusal) -> CancelError {
    match refusal {
        CancelRefusal::Missing => TripError::NotFound.into(),
        CancelRefusal::NotNow(state) => CancelError::NotNow(state),
        CancelRefusal::Rule(refusal) => refusal.into(),
        CancelRefusal::Requoted(quote) => CancelError::Requoted(quote),
        CancelRefusal::Store(error) => away(error).into(),
    }
}
