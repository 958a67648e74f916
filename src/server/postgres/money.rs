//! What becomes of a payment once its errand is done: payment, ledger, letters and errand in one transaction.

use serde_json::json;
use uuid::Uuid;

use super::{
    Postgres, StoreError,
    ledger::{self, Account},
    outbox::{self, Errand, Letter, Step, finish},
};

impl Postgres {
    /// The money is ours. Done already, it changes nothing.
    pub async fn captured(&self, errand: &Errand) -> Result<(), StoreError> {
        let mut tx = self.pool.begin().await?;
        lock_booking(&mut tx, errand.booking).await?;
        let captured = sqlx::query!(
            "update payments set state = 'captured' where booking_id = $1 and state = 'authorised'
            returning amount_minor, currency",
            errand.booking
        )
        .fetch_optional(&mut *tx)
        .await?;
        if let Some(payment) = captured {
            let lines =
                [(Account::CaptureQueued, -payment.amount_minor), (Account::Captured, payment.amount_minor)];
            ledger::post(&mut tx, errand.booking, "captured", &lines, &payment.currency).await?;
        }
        finish(&mut tx, errand.id).await?;
        tx.commit().await?;
        self.wake_workers();
        Ok(())
    }

    /// The capture failed for good: the booking is unpaid and is unwound, and its travellers are told.
    pub async fn capture_failed(&self, errand: &Errand, why: &str) -> Result<(), StoreError> {
        let mut tx = self.pool.begin().await?;
        lock_booking(&mut tx, errand.booking).await?;
        let failed = sqlx::query!(
            "update payments set state = 'capture_failed', decline = $2 where booking_id = $1 and state = 'authorised'
            returning amount_minor, currency",
            errand.booking,
            why,
        )
        .fetch_optional(&mut *tx)
        .await?;
        if let Some(payment) = failed {
            let lines = [
                (Account::CaptureQueued, -payment.amount_minor),
                (Account::Receivable, payment.amount_minor),
            ];
            ledger::post(&mut tx, errand.booking, "receivable", &lines, &payment.currency).await?;
        }
        let unpaid = sqlx::query!(
            "update bookings set state = 'unpaid' where id = $1 and state in ('ticketed', 'part_cancelled')",
            errand.booking
        )
        .execute(&mut *tx)
        .await?;
        if unpaid.rows_affected() == 1 {
            outbox::queue(&mut tx, errand.booking, Step::Mail(Letter::Unpaid), "", &json!({})).await?;
        }
        finish(&mut tx, errand.id).await?;
        tx.commit().await?;
        self.wake_workers();
        Ok(())
    }

    /// Writes down that this intent is about to be voided, after which its payment is never ticketed. False where this
    /// worker must not go on: its lease is over, or the payment went another way meanwhile.
    pub async fn begin_void(&self, errand: &Errand, intent: &str) -> Result<bool, StoreError> {
        let mut tx = self.pool.begin().await?;
        lock_booking(&mut tx, errand.booking).await?;
        let is_leased = outbox::is_leased(&mut *tx, errand).await?;
        let begun = sqlx::query!(
            "update payments set state = 'voiding'
            where booking_id = $1 and intent_id = $2 and state in ('open', 'voiding') and $3",
            errand.booking,
            intent,
            is_leased,
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(begun.rows_affected() == 1)
    }

    /// The void is confirmed: nothing was taken, and the booking fails. `looked_at` is the intent that was found
    /// cancelled, or none where none was found; another one that was kept meanwhile must be looked at first, which is
    /// told by `false`. `tell`: the traveller's card was authorised, so they are told that nothing was taken.
    pub async fn voided(
        &self,
        errand: &Errand,
        looked_at: Option<&str>,
        tell: bool,
    ) -> Result<bool, StoreError> {
        let mut tx = self.pool.begin().await?;
        lock_booking(&mut tx, errand.booking).await?;
        let voided = sqlx::query!(
            "update payments set state = 'voided'
            where booking_id = $1 and state in ('open', 'voiding', 'voided') and intent_id is not distinct from $2",
            errand.booking,
            looked_at,
        )
        .execute(&mut *tx)
        .await?;
        if voided.rows_affected() == 0 {
            return Ok(false);
        }
        let failed = sqlx::query!(
            "update bookings set state = 'failed' where id = $1 and state = 'pending'",
            errand.booking
        )
        .execute(&mut *tx)
        .await?;
        if tell && failed.rows_affected() == 1 {
            outbox::queue(&mut tx, errand.booking, Step::Mail(Letter::Failed), "", &json!({})).await?;
        }
        finish(&mut tx, errand.id).await?;
        tx.commit().await?;
        self.wake_workers();
        Ok(true)
    }
}

pub(super) async fn lock_booking(tx: &mut super::Tx, booking: Uuid) -> Result<(), StoreError> {
    sqlx::query!("select id from bookings where id = $1 for no key update", booking)
        .fetch_one(&mut **tx)
        .await?;
    Ok(())
}
