//! Money on its way back. What Stripe made for a refund is known by its key: `<refund>[#n]/<call key>`, where n counts
//! how often the refund was queued.

use payments::{Refund, RefundStatus};
use serde_json::json;
use uuid::Uuid;

use super::{
    Postgres, StoreError,
    cases::{self, CaseKind},
    ledger::{self, Account},
    money::lock_booking,
    outbox::{self, Errand, Letter, Step},
};

/// A refund with what decides over it.
#[derive(Clone, Debug)]
pub struct RefundRow {
    pub id: Uuid,
    pub booking: Uuid,
    pub intent: Option<String>,
    /// Whether there is captured money to give back.
    pub was_captured: bool,
    /// Whether the cardholder's bank has taken the money: then nothing can be given back by card.
    pub is_disputed: bool,
    pub amount_minor: i64,
    pub state: String,
    /// What Stripe made for it last, as far as is known.
    stripe_id: Option<String>,
    asked: i16,
}

impl RefundRow {
    /// The subject of its errand, by which all keys of that errand begin.
    pub fn subject(&self) -> String {
        subject(self.id, self.asked)
    }

    /// Whether it waits to be asked for, by this errand and not by an earlier one.
    pub fn is_queued_as(&self, errand: &Errand) -> bool {
        self.state == "queued" && self.subject() == errand.subject
    }

    /// The idempotency key of the call.
    pub fn call_key(&self, errand: &Errand) -> String {
        format!("{}/{}", self.subject(), errand.call_key)
    }

    /// Whether what Stripe says of it is what is written down.
    pub fn is_known_as(&self, made: &Refund) -> bool {
        self.state == state_of(&made.status)
    }

    /// Whether it was queued again after it had failed.
    pub fn is_queued_again(&self) -> bool {
        self.asked > 1
    }

    /// Whether Stripe made this one for it: as it was queued last, or for an earlier time, unless that came to nothing.
    pub fn is_made(&self, made: &Refund) -> bool {
        let Some((begin, _)) = made.key.as_deref().and_then(|key| key.split_once('/')) else { return false };
        let is_earlier = || (1..self.asked).any(|asked| begin == subject(self.id, asked));
        self.stripe_id.as_deref() == Some(&made.id)
            || begin == self.subject()
            || (state_of(&made.status) != "failed" && is_earlier())
    }
}

/// As what it is written down.
fn state_of(status: &RefundStatus) -> &'static str {
    match status {
        RefundStatus::Succeeded => "succeeded",
        RefundStatus::Failed | RefundStatus::Canceled => "failed",
        RefundStatus::Pending | RefundStatus::RequiresAction | RefundStatus::Other(_) => "pending",
    }
}

fn subject(id: Uuid, asked: i16) -> String {
    if asked == 1 { id.to_string() } else { format!("{id}#{asked}") }
}

impl Postgres {
    /// The refund that an errand is about.
    pub async fn refund_of_errand(&self, errand: &Errand) -> Result<Option<RefundRow>, StoreError> {
        let id = errand.subject.split('#').next().and_then(|id| id.parse::<Uuid>().ok());
        let Some(id) = id else { return Ok(None) };
        Ok(sqlx::query_as!(
            RefundRow,
            r#"select r.id, r.booking_id as booking, p.intent_id as intent, r.amount_minor, r.state, r.stripe_id, r.asked,
                p.state in ('captured', 'part_refunded', 'refunded') as "was_captured!",
                (select coalesce(sum(l.amount_minor), 0) from ledger l
                    where l.booking_id = r.booking_id and l.account = 'disputed') < 0 as "is_disputed!"
            from refunds r join payments p on p.booking_id = r.booking_id
            where r.id = $1 and r.booking_id = $2"#,
            id,
            errand.booking,
        )
        .fetch_optional(&self.pool)
        .await?)
    }

    /// All refunds of a booking, oldest first.
    pub async fn refunds_of(&self, booking: Uuid) -> Result<Vec<RefundRow>, StoreError> {
        Ok(sqlx::query_as!(
            RefundRow,
            r#"select r.id, r.booking_id as booking, p.intent_id as intent, r.amount_minor, r.state, r.stripe_id, r.asked,
                p.state in ('captured', 'part_refunded', 'refunded') as "was_captured!",
                (select coalesce(sum(l.amount_minor), 0) from ledger l
                    where l.booking_id = r.booking_id and l.account = 'disputed') < 0 as "is_disputed!"
            from refunds r join payments p on p.booking_id = r.booking_id
            where r.booking_id = $1 order by r.created_at, r.id"#,
            booking,
        )
        .fetch_all(&self.pool)
        .await?)
    }

    /// All refunds of the payments with these intents.
    pub async fn refunds_of_intents(&self, intents: &[String]) -> Result<Vec<RefundRow>, StoreError> {
        Ok(sqlx::query_as!(
            RefundRow,
            r#"select r.id, r.booking_id as booking, p.intent_id as intent, r.amount_minor, r.state, r.stripe_id, r.asked,
                p.state in ('captured', 'part_refunded', 'refunded') as "was_captured!",
                (select coalesce(sum(l.amount_minor), 0) from ledger l
                    where l.booking_id = r.booking_id and l.account = 'disputed') < 0 as "is_disputed!"
            from refunds r join payments p on p.booking_id = r.booking_id
            where p.intent_id = any($1) order by r.created_at, r.id"#,
            intents,
        )
        .fetch_all(&self.pool)
        .await?)
    }

    /// Bookings whose pending refunds are to be asked about now. Each is asked about less and less often, as banks take days.
    pub async fn bookings_with_pending_refunds(&self) -> Result<Vec<Uuid>, StoreError> {
        Ok(sqlx::query_scalar!(
            "with due as (
                select id from refunds where state = 'pending' and look_at <= (select sky_now())
                order by look_at limit 50 for update skip locked)
            update refunds r set look_at = sky_now()
                + greatest(interval '15 seconds', least((sky_now() - r.created_at) / 4, interval '1 hour'))
            from due where r.id = due.id
            returning r.booking_id"
        )
        .fetch_all(&self.pool)
        .await?)
    }

    /// Writes down what became of a refund at Stripe, with ledger, payment, cancellation, letter and its errand. What
    /// is known already changes nothing, and what has gone backward meanwhile is refused: a refund may fail after it
    /// had succeeded, never the other way. One that was refused, and of which nothing was known at Stripe, was made after
    /// all.
    pub async fn refund_made(&self, refund: &RefundRow, made: &Refund) -> Result<(), StoreError> {
        let mut tx = self.pool.begin().await?;
        lock_booking(&mut tx, refund.booking).await?;
        let row = sqlx::query!(
            "select state, stripe_id, asked, amount_minor, currency, cancellation_id from refunds
            where id = $1 for no key update",
            refund.id
        )
        .fetch_one(&mut *tx)
        .await?;
        if row.asked != refund.asked {
            // Queued again meanwhile: this tells of an earlier time.
            return Ok(());
        }
        let now = state_of(&made.status);
        let moves = match (row.state.as_str(), now) {
            ("queued", _) | ("pending", "succeeded" | "failed") | ("succeeded", "failed") => true,
            ("failed", "pending" | "succeeded") => row.stripe_id.is_none(),
            _ => false,
        };
        if moves {
            sqlx::query!(
                "update refunds set state = $2, stripe_id = $3, look_at = sky_now() + interval '15 seconds',
                    done_at = case when $2 = 'pending' then null else sky_now() end
                where id = $1",
                refund.id,
                now,
                made.id,
            )
            .execute(&mut *tx)
            .await?;
            match (row.state.as_str(), now) {
                (_, "succeeded") => {
                    let lines =
                        [(Account::RefundQueued, row.amount_minor), (Account::Refunded, -row.amount_minor)];
                    let step = format!("refunded:{}", made.id);
                    ledger::post(&mut tx, refund.booking, &step, &lines, &row.currency).await?;
                    payment_refunded(&mut tx, refund.booking).await?;
                    sqlx::query!(
                        "update cancellations set state = 'settled', settled_at = sky_now()
                        where id = $1 and state = 'confirmed'",
                        row.cancellation_id,
                    )
                    .execute(&mut *tx)
                    .await?;
                    let letter = Step::Mail(Letter::Refunded);
                    outbox::queue(&mut tx, refund.booking, letter, &refund.id.to_string(), &json!({}))
                        .await?;
                }
                ("succeeded", "failed") => {
                    // It is owed again; staff find another way.
                    let lines =
                        [(Account::Refunded, row.amount_minor), (Account::RefundQueued, -row.amount_minor)];
                    let step = format!("refund_failed:{}", made.id);
                    ledger::post(&mut tx, refund.booking, &step, &lines, &row.currency).await?;
                }
                _ => {}
            }
            if row.state == "failed" {
                cases::close_of_refund(&mut tx, refund.booking, refund.id, "it was made after all").await?;
            }
            if now == "failed" {
                let detail = json!({
                    "refund": refund.id, "amount_minor": row.amount_minor, "currency": row.currency,
                    "why": format!("{:?}", made.status).to_lowercase(),
                });
                cases::open(&mut tx, Some(refund.booking), CaseKind::RefundFailed, &made.id, &detail).await?;
            }
        }
        finish_errand(&mut tx, refund).await?;
        tx.commit().await?;
        self.wake_workers();
        Ok(())
    }

    /// Stripe will not give this money back: a case for staff, who queue it again once they have found a way.
    pub async fn refund_refused(&self, refund: &RefundRow, why: &str) -> Result<(), StoreError> {
        let mut tx = self.pool.begin().await?;
        lock_booking(&mut tx, refund.booking).await?;
        let failed = sqlx::query!(
            "update refunds set state = 'failed', done_at = sky_now()
            where id = $1 and asked = $2 and state = 'queued' returning amount_minor, currency",
            refund.id,
            refund.asked,
        )
        .fetch_optional(&mut *tx)
        .await?;
        if let Some(row) = failed {
            let detail = json!({
                "refund": refund.id, "amount_minor": row.amount_minor, "currency": row.currency, "why": why,
            });
            let reference = refund.subject();
            cases::open(&mut tx, Some(refund.booking), CaseKind::RefundFailed, &reference, &detail).await?;
        }
        finish_errand(&mut tx, refund).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Queues a failed refund again, under an errand of its own, and closes its cases with a note. False where none of
    /// that id has failed.
    pub async fn retry_refund(&self, id: Uuid) -> Result<bool, StoreError> {
        let mut tx = self.pool.begin().await?;
        let Some(booking) = sqlx::query_scalar!("select booking_id from refunds where id = $1", id)
            .fetch_optional(&mut *tx)
            .await?
        else {
            return Ok(false);
        };
        lock_booking(&mut tx, booking).await?;
        let Some(asked) = sqlx::query_scalar!(
            "update refunds set state = 'queued', asked = asked + 1, stripe_id = null, done_at = null
            where id = $1 and state = 'failed' returning asked",
            id
        )
        .fetch_optional(&mut *tx)
        .await?
        else {
            return Ok(false);
        };
        outbox::queue(&mut tx, booking, Step::Refund, &subject(id, asked), &json!({})).await?;
        cases::close_of_refund(&mut tx, booking, id, "queued again by hand").await?;
        tx.commit().await?;
        self.wake_workers();
        Ok(true)
    }
}

/// Refunded in part or whole, by what the ledger says went back.
async fn payment_refunded(tx: &mut super::Tx, booking: Uuid) -> Result<(), StoreError> {
    sqlx::query!(
        "update payments p set state = case when p.amount_minor <= back.minor then 'refunded' else 'part_refunded' end
        from (select -sum(amount_minor)::bigint as minor from ledger where booking_id = $1 and account = 'refunded') back
        where p.booking_id = $1 and p.state in ('captured', 'part_refunded')",
        booking
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn finish_errand(tx: &mut super::Tx, refund: &RefundRow) -> Result<(), StoreError> {
    sqlx::query!(
        "update outbox set state = 'done', done_at = sky_now(), last_error = null
        where booking_id = $1 and step = 'refund' and subject = $2 and state <> 'done'",
        refund.booking,
        refund.subject(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
