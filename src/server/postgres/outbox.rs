use uuid::Uuid;

use super::{Postgres, StoreError};

/// What a worker has to do outside, once.
#[derive(Clone, Debug)]
pub struct Errand {
    pub id: i64,
    pub booking: Uuid,
    pub step: Step,
    /// The idempotency key of the call.
    pub call_key: String,
    /// This try's number, from 1.
    pub attempt: i16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Capture,
    Void,
}

impl Postgres {
    /// Leases the oldest due errand; several workers never get the same one. Within a lane the order is kept:
    /// an errand waits while an earlier one of its booking and kind is not done.
    pub async fn lease_errand(&self) -> Result<Option<Errand>, StoreError> {
        let row = sqlx::query!(
            r#"update outbox set attempts = least(attempts + 1, 30000), run_at = sky_now() + make_interval(secs => $1)
            where id = (
                select o.id from outbox o
                where o.state = 'queued' and o.run_at <= (select sky_now()) and not exists (
                    select from outbox before
                    where before.booking_id = o.booking_id and before.kind = o.kind and before.id < o.id
                        and before.state <> 'done')
                order by o.run_at limit 1 for update skip locked)
            returning id, booking_id, step, call_key, attempts"#,
            self.terms.lease.as_secs_f64(),
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.and_then(|row| {
            let step = match row.step.as_str() {
                "capture" => Step::Capture,
                "void" => Step::Void,
                _ => return None,
            };
            Some(Errand {
                id: row.id,
                booking: row.booking_id,
                step,
                call_key: row.call_key,
                attempt: row.attempts,
            })
        }))
    }

    /// The money is ours: payment, ledger and errand in one transaction. Done already, it changes nothing.
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
            move_money(&mut tx, errand.booking, "captured", payment.amount_minor, &payment.currency).await?;
        }
        finish(&mut tx, errand.id).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The capture failed for good: the booking is unpaid, which staff must unwind.
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
            move_money(&mut tx, errand.booking, "receivable", payment.amount_minor, &payment.currency)
                .await?;
        }
        sqlx::query!(
            "update bookings set state = 'unpaid' where id = $1 and state = 'ticketed'",
            errand.booking
        )
        .execute(&mut *tx)
        .await?;
        finish(&mut tx, errand.id).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The void is confirmed: nothing was taken, and the booking fails. `looked_at` is the intent that was found
    /// cancelled, or none where none was found; another one that was kept meanwhile must be looked at first, which is
    /// told by `false`.
    pub async fn voided(&self, errand: &Errand, looked_at: Option<&str>) -> Result<bool, StoreError> {
        let mut tx = self.pool.begin().await?;
        lock_booking(&mut tx, errand.booking).await?;
        let voided = sqlx::query!(
            "update payments set state = 'voided'
            where booking_id = $1 and state in ('open', 'authorised', 'voided') and intent_id is not distinct from $2",
            errand.booking,
            looked_at,
        )
        .execute(&mut *tx)
        .await?;
        if voided.rows_affected() == 0 {
            return Ok(false);
        }
        sqlx::query!(
            "update bookings set state = 'failed' where id = $1 and state = 'pending'",
            errand.booking
        )
        .execute(&mut *tx)
        .await?;
        finish(&mut tx, errand.id).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Not done: again later, under a new key where the old one's answer may be a stored 500. Nothing is ever dropped.
    pub async fn put_off(&self, errand: &Errand, why: &str, new_key: Option<&str>) -> Result<(), StoreError> {
        let wait_secs = 2_f64.powi(i32::from(errand.attempt).min(9));
        sqlx::query!(
            "update outbox set run_at = sky_now() + make_interval(secs => $2), last_error = $3,
                call_key = coalesce($4, call_key) where id = $1 and state = 'queued'",
            errand.id,
            wait_secs,
            why,
            new_key,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Stops the lane where a person must look: it stays in sight and is never dropped.
    pub async fn park(&self, errand: &Errand, why: &str) -> Result<(), StoreError> {
        sqlx::query!(
            "update outbox set state = 'parked', last_error = $2 where id = $1 and state = 'queued'",
            errand.id,
            why
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}

/// Moves what was queued to be captured to where it went, which names the step too.
async fn move_money(
    tx: &mut sqlx::PgTransaction<'_>,
    booking: Uuid,
    to: &str,
    amount_minor: i64,
    currency: &str,
) -> Result<(), StoreError> {
    for (account, amount_minor) in [("capture_queued", -amount_minor), (to, amount_minor)] {
        sqlx::query!(
            "insert into ledger (booking_id, step, account, amount_minor, currency) values ($1, $2, $3, $4, $5)",
            booking,
            to,
            account,
            amount_minor,
            currency,
        )
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

async fn lock_booking(tx: &mut sqlx::PgTransaction<'_>, booking: Uuid) -> Result<(), StoreError> {
    sqlx::query!("select id from bookings where id = $1 for no key update", booking)
        .fetch_one(&mut **tx)
        .await?;
    Ok(())
}

async fn finish(tx: &mut sqlx::PgTransaction<'_>, id: i64) -> Result<(), StoreError> {
    sqlx::query!(
        "update outbox set state = 'done', done_at = sky_now(), last_error = null where id = $1 and state = 'queued'",
        id
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
