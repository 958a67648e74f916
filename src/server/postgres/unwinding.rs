//! Bookings whose payment could not be taken for good: nothing was paid, so nothing of them stays.

use domain::{
    cancelling::{Cause, CouponKey, settle},
    coupon::CouponState,
};
use serde_json::json;
use uuid::Uuid;

use super::{
    Postgres, StoreError, again_after_deadlock,
    giving_back::{self, lock},
    holds::Freed,
    ledger::{self, Account},
    outbox::{self, Letter, Step},
    purchases::Purchase,
};

impl Postgres {
    /// Bookings whose capture failed for good and that still own or owe something.
    pub async fn unpaid_bookings(&self) -> Result<Vec<Uuid>, StoreError> {
        Ok(sqlx::query_scalar!(
            "select b.id from bookings b join payments p on p.booking_id = b.id
            where p.state = 'capture_failed' and (b.state = 'unpaid' or b.state = 'cancelled' and (
                select coalesce(sum(l.amount_minor), 0) from ledger l
                where l.booking_id = b.id and l.account = 'receivable') <> 0)
            order by b.id limit 100"
        )
        .fetch_all(&self.pool)
        .await?)
    }

    /// Unwinds an unpaid booking in one transaction: its open coupons are cancelled, places and seats are free, refunds that
    /// were promised of it are dropped, and what it owes is written off. Done before, it changes nothing.
    pub async fn unwind(&self, booking: Uuid) -> Result<Freed, StoreError> {
        let freed = again_after_deadlock(|| self.unwind_once(booking)).await?;
        self.wake_workers();
        Ok(freed)
    }

    async fn unwind_once(&self, booking: Uuid) -> Result<Freed, StoreError> {
        let mut tx = self.pool.begin().await?;
        lock(&mut tx, booking).await?;
        let failed = sqlx::query_scalar!(
            r#"select exists (select from payments where booking_id = $1 and state = 'capture_failed') as "failed!""#,
            booking
        )
        .fetch_one(&mut *tx)
        .await?;
        if !failed {
            return Ok(Vec::new());
        }
        let purchase = Purchase::read(&mut tx, booking).await?;
        let open: Vec<CouponKey> =
            purchase.coupons.iter().filter(|c| c.state == CouponState::Open).map(|c| c.key).collect();
        let mut freed = Freed::new();
        let mut value_minor = 0;
        if !open.is_empty() {
            let settlement =
                settle(&purchase.coupons, &open, Cause::Unpaid, purchase.bought_at, purchase.now)
                    .map_err(|refusal| StoreError(sqlx::Error::Protocol(refusal.to_string())))?;
            value_minor = settlement.value_minor();
            let id = Uuid::new_v4();
            sqlx::query!(
                "insert into cancellations (id, booking_id, reason, refund_minor, fee_minor, currency, quoted_until)
                values ($1, $2, $3, 0, 0, $4, sky_now())",
                id,
                booking,
                Cause::Unpaid.as_str(),
                purchase.currency,
            )
            .execute(&mut *tx)
            .await?;
            giving_back::write_shares(&mut tx, id, &settlement).await?;
            giving_back::confirm(&mut tx, id).await?;
            freed = giving_back::free(&mut tx, &purchase, id).await?;
        }
        drop_refunds(&mut tx, booking).await?;
        write_off(&mut tx, &purchase, value_minor).await?;
        sqlx::query!("update bookings set state = 'cancelled' where id = $1 and state = 'unpaid'", booking)
            .execute(&mut *tx)
            .await?;
        outbox::queue(&mut tx, booking, Step::Mail(Letter::Unpaid), "", &json!({})).await?;
        tx.commit().await?;
        Ok(freed)
    }
}

/// What was never taken is not given back.
async fn drop_refunds(tx: &mut super::Tx, booking: Uuid) -> Result<(), StoreError> {
    sqlx::query!(
        "update outbox set state = 'done', done_at = sky_now(), last_error = 'nothing was taken'
        where booking_id = $1 and step = 'refund' and state <> 'done'",
        booking
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "update refunds set state = 'dropped', done_at = sky_now()
        where booking_id = $1 and state in ('queued', 'failed')",
        booking
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "update cancellations set state = 'settled', settled_at = sky_now()
        where booking_id = $1 and state = 'confirmed'",
        booking
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The value of the coupons cancelled now, and all that was kept or promised before, against what is owed.
async fn write_off(tx: &mut super::Tx, purchase: &Purchase, value_minor: i64) -> Result<(), StoreError> {
    let sums = sqlx::query!(
        r#"select coalesce(sum(amount_minor) filter (where account = 'fees'), 0)::bigint as "fees!",
            coalesce(sum(amount_minor) filter (where account = 'refund_queued'), 0)::bigint as "refund_queued!"
        from ledger where booking_id = $1"#,
        purchase.booking
    )
    .fetch_one(&mut **tx)
    .await?;
    let lines = [
        (Account::Tickets, value_minor),
        (Account::Fees, -sums.fees),
        (Account::RefundQueued, -sums.refund_queued),
        (Account::Receivable, sums.fees + sums.refund_queued - value_minor),
    ];
    ledger::post(tx, purchase.booking, "unwound", &lines, &purchase.currency).await
}
