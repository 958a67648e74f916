use domain::{
    booking::BookingState,
    cancelling::{Cause, CouponKey, Refusal, Settlement, settle},
    hold::HoldId,
    pnr::Pnr,
    refund::CancellationState,
    ticket::TicketNumber,
};
use uuid::Uuid;

use super::{
    AsStoreError, Once, Postgres, StoreError, again_after_deadlock,
    giving_back::{self, lock},
    holds::Freed,
    idempotency::keep,
    purchases::Purchase,
};

/// Until a quote may be confirmed, in seconds from when it was made.
const QUOTED_FOR_SECS: f64 = 1_800.0;

/// Why a cancellation is neither quoted nor confirmed.
#[derive(Debug, thiserror::Error)]
pub enum CancelRefusal {
    /// Not there, or not this visitor's to see: the two look alike.
    #[error("no such trip or cancellation for this visitor")]
    Missing,
    /// Nothing is given back of a booking in this state.
    #[error("the booking is {}", .0.as_str())]
    NotNow(BookingState),
    #[error(transparent)]
    Rule(#[from] Refusal),
    /// What was quoted is not true any more: nothing was cancelled, and this is what is true now.
    #[error("the quote was out of date; the new one is {0}")]
    Requoted(Uuid),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for CancelRefusal {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl AsStoreError for CancelRefusal {
    fn as_store_error(&self) -> Option<&StoreError> {
        if let Self::Store(error) = self { Some(error) } else { None }
    }
}

/// A cancellation that was confirmed, now or before.
#[derive(Debug)]
pub struct Confirmed {
    pub pnr: Pnr,
    /// Seats that are free again by this very call.
    pub seats: Freed,
}

impl Postgres {
    /// The hold of a trip that this visitor may see: with its booking's life, answers are kept.
    pub async fn hold_of_trip(&self, visitor: Uuid, pnr: Pnr) -> Result<Option<HoldId>, StoreError> {
        let hold = sqlx::query_scalar!(
            "select b.hold_id from bookings b where b.pnr = $1 and (b.visitor = $2 or exists (
                select from trip_grants g where g.booking_id = b.id and g.visitor = $2))",
            pnr.as_str(),
            visitor,
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(hold.map(HoldId))
    }

    /// As `hold_of_trip`, for the trip that a cancellation is of.
    pub async fn hold_of_cancellation(&self, visitor: Uuid, id: Uuid) -> Result<Option<HoldId>, StoreError> {
        let hold = sqlx::query_scalar!(
            "select b.hold_id from cancellations c join bookings b on b.id = c.booking_id
            where c.id = $1 and (b.visitor = $2 or exists (
                select from trip_grants g where g.booking_id = b.id and g.visitor = $2))",
            id,
            visitor,
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(hold.map(HoldId))
    }

    /// Writes down what comes back for these coupons of a trip that this visitor may see; nothing is cancelled yet.
    pub async fn quote_cancellation(
        &self,
        visitor: Uuid,
        pnr: Pnr,
        chosen: &[CouponKey],
        asking: &Once,
    ) -> Result<Uuid, CancelRefusal> {
        let booking = sqlx::query_scalar!(
            "select b.id from bookings b join payments p on p.booking_id = b.id
            where b.pnr = $1 and (b.visitor = $2 or p.token_id is null and exists (
                select from trip_grants g where g.booking_id = b.id and g.visitor = $2))",
            pnr.as_str(),
            visitor,
        )
        .fetch_optional(&self.pool)
        .await?
        .ok_or(CancelRefusal::Missing)?;
        let mut tx = self.pool.begin().await?;
        let purchase = Purchase::read(&mut tx, booking).await?;
        let settlement = may_cancel(&purchase, chosen)?;
        let quote = write_quote(&mut tx, &purchase, &settlement).await?;
        keep(&mut tx, asking, Some(purchase.hold), &Ok::<_, ()>(quote)).await?;
        tx.commit().await?;
        Ok(quote)
    }

    /// Cancels as quoted, in one transaction: coupons, counters, seats, booking, ledger and what must follow. Confirmed
    /// before, it changes nothing. A quote that is over, or for which more would come back now, is refused with a fresh one;
    /// any other is honoured.
    pub async fn confirm_cancellation(
        &self,
        visitor: Uuid,
        id: Uuid,
        asking: &Once,
    ) -> Result<Confirmed, CancelRefusal> {
        let confirmed = again_after_deadlock(|| self.confirm_once(visitor, id, asking)).await?;
        self.wake_workers();
        Ok(confirmed)
    }

    async fn confirm_once(&self, visitor: Uuid, id: Uuid, asking: &Once) -> Result<Confirmed, CancelRefusal> {
        let mut tx = self.pool.begin().await?;
        let booking = sqlx::query_scalar!(
            "select b.id from cancellations c join bookings b on b.id = c.booking_id
            where c.id = $1 and (b.visitor = $2 or exists (
                select from trip_grants g where g.booking_id = b.id and g.visitor = $2))",
            id,
            visitor,
        )
        .fetch_optional(&mut *tx)
        .await?
        .ok_or(CancelRefusal::Missing)?;
        lock(&mut tx, booking).await?;
        let quoted = sqlx::query!(
            r#"select state, refund_minor, quoted_until <= sky_now() as "over!" from cancellations where id = $1"#,
            id
        )
        .fetch_one(&mut *tx)
        .await?;
        let purchase = Purchase::read(&mut tx, booking).await?;
        if CancellationState::parse(&quoted.state) != Some(CancellationState::Quoted) {
            return Ok(Confirmed { pnr: purchase.pnr, seats: Vec::new() });
        }
        let settlement = may_cancel(&purchase, &chosen(&mut tx, id).await?)?;
        if quoted.over || settlement.refund_minor() > quoted.refund_minor {
            let fresh = write_quote(&mut tx, &purchase, &settlement).await?;
            tx.commit().await?;
            return Err(CancelRefusal::Requoted(fresh));
        }
        giving_back::confirm(&mut tx, id).await?;
        let seats = giving_back::give_back(&mut tx, &purchase, id).await?;
        keep(&mut tx, asking, Some(purchase.hold), &Ok::<_, ()>(purchase.pnr)).await?;
        tx.commit().await?;
        Ok(Confirmed { pnr: purchase.pnr, seats })
    }
}

/// What a traveller may give back now.
fn may_cancel(purchase: &Purchase, chosen: &[CouponKey]) -> Result<Settlement, CancelRefusal> {
    if !matches!(
        purchase.state,
        BookingState::Ticketed | BookingState::PartCancelled | BookingState::Cancelled
    ) {
        return Err(CancelRefusal::NotNow(purchase.state));
    }
    Ok(settle(&purchase.coupons, chosen, Cause::Traveller, purchase.bought_at, purchase.now)?)
}

pub(super) async fn write_quote(
    tx: &mut super::Tx,
    purchase: &Purchase,
    settlement: &Settlement,
) -> Result<Uuid, StoreError> {
    let id = Uuid::new_v4();
    sqlx::query!(
        "insert into cancellations (id, booking_id, reason, refund_minor, fee_minor, currency, quoted_until)
        values ($1, $2, $3, $4, $5, $6, sky_now() + make_interval(secs => $7))",
        id,
        purchase.booking,
        Cause::Traveller.as_str(),
        settlement.refund_minor(),
        settlement.kept_minor(),
        purchase.currency,
        QUOTED_FOR_SECS,
    )
    .execute(&mut **tx)
    .await?;
    giving_back::write_shares(tx, id, settlement).await?;
    Ok(id)
}

async fn chosen(tx: &mut super::Tx, id: Uuid) -> Result<Vec<CouponKey>, StoreError> {
    let rows = sqlx::query!("select ticket, leg from cancellation_coupons where cancellation_id = $1", id)
        .fetch_all(&mut **tx)
        .await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            Some(CouponKey {
                ticket: TicketNumber::parse(&row.ticket).ok()?,
                leg: u8::try_from(row.leg).ok()?,
            })
        })
        .collect())
}
