//! Giving back what an outside supplier sold: it says what comes back and cancels first, and our side follows in one
//! transaction.

use domain::{
    booking::BookingState,
    cancelling::{Coupon, CouponKey, Refusal, Settlement, Share, Why},
    coupon::CouponState,
    hold::HoldId,
    money::split,
    pnr::Pnr,
    refund::CancellationState,
};
use serde_json::json;
use uuid::Uuid;

use super::{
    CancelRefusal, Once, Postgres, StoreError,
    cancellations::write_quote,
    giving_back::{self, lock},
    idempotency::keep,
    outbox::{self, Errand, Step, finish},
    purchases::Purchase,
};
use crate::suppliers::CancelQuote;

/// A booking that somebody else sells.
#[derive(Clone, Debug)]
pub struct OutsideTrip {
    pub booking: Uuid,
    /// By which its order is named there.
    pub hold: HoldId,
    pub supplier: String,
}

impl Postgres {
    /// A trip that this visitor may give back, if somebody else sells it.
    pub async fn outside_trip(&self, visitor: Uuid, pnr: Pnr) -> Result<Option<OutsideTrip>, StoreError> {
        let row = sqlx::query!(
            r#"select b.id, b.hold_id, h.supplier as "supplier!"
            from bookings b join holds h on h.id = b.hold_id
            where b.pnr = $1 and h.supplier is not null and (b.visitor = $2 or exists (
                select from trip_grants g where g.booking_id = b.id and g.visitor = $2))"#,
            pnr.as_str(),
            visitor,
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|row| OutsideTrip { booking: row.id, hold: HoldId(row.hold_id), supplier: row.supplier }))
    }

    /// Whether these coupons may be asked to be given back: all of them, as long as none has left.
    pub async fn may_give_back_outside(
        &self,
        booking: Uuid,
        chosen: &[CouponKey],
    ) -> Result<(), CancelRefusal> {
        let mut tx = self.pool.begin().await?;
        may_give_back(&Purchase::read(&mut tx, booking).await?, chosen)
    }

    /// Writes down what the supplier says comes back; nothing is cancelled yet.
    pub async fn quote_outside(
        &self,
        booking: Uuid,
        chosen: &[CouponKey],
        theirs: &CancelQuote,
        asking: &Once,
    ) -> Result<Uuid, CancelRefusal> {
        let mut tx = self.pool.begin().await?;
        let purchase = Purchase::read(&mut tx, booking).await?;
        may_give_back(&purchase, chosen)?;
        let quote = write_quote(&mut tx, &purchase, &shared(&purchase, theirs)).await?;
        sqlx::query!(
            "update cancellations set supplier_cancellation = $2,
                quoted_until = least(quoted_until, coalesce($3::text::timestamptz, quoted_until)) where id = $1",
            quote,
            theirs.id,
            theirs.expires_at.map(|at| at.to_string()),
        )
        .execute(&mut *tx)
        .await?;
        keep(&mut tx, asking, Some(purchase.hold), &Ok::<_, ()>(quote)).await?;
        tx.commit().await?;
        Ok(quote)
    }

    /// Has the supplier asked to cancel as it quoted. Asked for again it changes nothing. None where the trip is ours.
    pub async fn ask_outside_to_cancel(
        &self,
        visitor: Uuid,
        id: Uuid,
        asking: &Once,
    ) -> Result<Option<Pnr>, CancelRefusal> {
        let mut tx = self.pool.begin().await?;
        let booking = sqlx::query_scalar!(
            "select b.id from cancellations c join bookings b on b.id = c.booking_id
            where c.id = $1 and c.supplier_cancellation is not null and (b.visitor = $2 or exists (
                select from trip_grants g where g.booking_id = b.id and g.visitor = $2))",
            id,
            visitor,
        )
        .fetch_optional(&mut *tx)
        .await?;
        let Some(booking) = booking else { return Ok(None) };
        lock(&mut tx, booking).await?;
        let quoted = sqlx::query!(
            r#"select c.state, c.quoted_until <= sky_now() as "over!", b.state as booking, exists (
                    select from cancellations other where other.booking_id = b.id and other.asked_at is not null)
                    as "is_asked!"
            from cancellations c join bookings b on b.id = c.booking_id where c.id = $1"#,
            id
        )
        .fetch_one(&mut *tx)
        .await?;
        let purchase = Purchase::read(&mut tx, booking).await?;
        if quoted.is_asked || CancellationState::parse(&quoted.state) != Some(CancellationState::Quoted) {
            return Ok(Some(purchase.pnr));
        }
        if purchase.state != BookingState::Ticketed {
            return Err(CancelRefusal::NotNow(purchase.state));
        }
        if quoted.over {
            return Err(Refusal::QuoteOver.into());
        }
        sqlx::query!("update cancellations set asked_at = sky_now() where id = $1", id)
            .execute(&mut *tx)
            .await?;
        outbox::queue(&mut tx, booking, Step::Cancel, &id.to_string(), &json!({})).await?;
        keep(&mut tx, asking, Some(purchase.hold), &Ok::<_, ()>(purchase.pnr)).await?;
        tx.commit().await?;
        self.wake_workers();
        Ok(Some(purchase.pnr))
    }

    /// The hold by which the order is named, and the supplier's cancellation that it is asked to carry out; none where that
    /// is over.
    pub async fn cancellation_asked(&self, errand: &Errand) -> Result<Option<(Uuid, String)>, StoreError> {
        let Ok(id) = errand.subject.parse::<Uuid>() else { return Ok(None) };
        let row = sqlx::query!(
            r#"select b.hold_id, c.supplier_cancellation as "theirs!"
            from cancellations c join bookings b on b.id = c.booking_id
            where c.id = $1 and b.id = $2 and c.asked_at is not null and c.state = 'quoted'"#,
            id,
            errand.booking,
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|row| (row.hold_id, row.theirs)))
    }

    /// The supplier has cancelled: coupons, booking, ledger, refund and letter follow, and the errand is done.
    pub async fn cancelled_there(&self, errand: &Errand) -> Result<(), StoreError> {
        let mut tx = self.pool.begin().await?;
        let hold = lock(&mut tx, errand.booking).await?;
        let id: Uuid = errand.subject.parse().unwrap_or_default();
        let is_open = sqlx::query_scalar!(
            "select id from cancellations where id = $1 and asked_at is not null and state = 'quoted'",
            id
        )
        .fetch_optional(&mut *tx)
        .await?;
        if is_open.is_some() {
            let purchase = Purchase::read(&mut tx, errand.booking).await?;
            sqlx::query!(
                "update supplier_orders set state = 'released' where id = $1 and state = 'ticketed'",
                hold.0
            )
            .execute(&mut *tx)
            .await?;
            giving_back::confirm(&mut tx, id).await?;
            giving_back::give_back(&mut tx, &purchase, id).await?;
        }
        finish(&mut tx, errand.id).await?;
        tx.commit().await?;
        self.wake_workers();
        Ok(())
    }

    /// The supplier would not cancel as it had quoted: nothing is changed, and it may be quoted anew.
    pub async fn not_cancelled_there(&self, errand: &Errand) -> Result<(), StoreError> {
        let mut tx = self.pool.begin().await?;
        lock(&mut tx, errand.booking).await?;
        let id: Uuid = errand.subject.parse().unwrap_or_default();
        sqlx::query!(
            "update cancellations set asked_at = null, quoted_until = least(quoted_until, sky_now())
            where id = $1 and state = 'quoted'",
            id
        )
        .execute(&mut *tx)
        .await?;
        finish(&mut tx, errand.id).await?;
        tx.commit().await?;
        Ok(())
    }
}

fn may_give_back(purchase: &Purchase, chosen: &[CouponKey]) -> Result<(), CancelRefusal> {
    if purchase.state != BookingState::Ticketed {
        return Err(CancelRefusal::NotNow(purchase.state));
    }
    for Coupon { key, state, departs_at, .. } in &purchase.coupons {
        match state {
            CouponState::Cancelled => return Err(Refusal::AlreadyCancelled(*key).into()),
            CouponState::Flown => return Err(Refusal::Flown(*key).into()),
            CouponState::Open if *departs_at <= purchase.now => return Err(Refusal::Left(*key).into()),
            CouponState::Open if !chosen.contains(key) => return Err(Refusal::WholeAlone.into()),
            CouponState::Open => {}
        }
    }
    if chosen.len() == purchase.coupons.len() { Ok(()) } else { Err(Refusal::WholeAlone.into()) }
}

/// What comes back, shared by what each coupon was worth. Never more than was paid.
fn shared(purchase: &Purchase, theirs: &CancelQuote) -> Settlement {
    let worth: Vec<i64> = purchase.coupons.iter().map(|coupon| coupon.value.total_minor()).collect();
    let back = theirs.refund.minor.clamp(0, worth.iter().sum());
    let shares = purchase.coupons.iter().zip(split(back, &worth));
    Settlement {
        shares: shares
            .map(|(coupon, refund_minor)| Share {
                key: coupon.key,
                value: coupon.value,
                refund_minor,
                why: Why::Supplier,
            })
            .collect(),
    }
}
