//! Answers that rules decided on, by caller, operation and key: asked again, they are given again.

use std::time::Duration;

use app::ports::{Caller, Key};
use domain::hold::HoldId;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use sqlx::types::Json;

use super::{Postgres, StoreError};

/// One asking for a change, under its caller's key if they gave one. Its answer is kept in the transaction of its effect.
#[derive(Debug)]
pub struct Once {
    caller: String,
    operation: &'static str,
    key: Option<Key>,
    /// SHA-256 of the request: another one under the key is told from it.
    fingerprint: Vec<u8>,
    /// With whose life the answer is kept; none where the change makes the hold.
    hold: Option<HoldId>,
}

impl Once {
    /// `request` is all that the answer depends on, but for the caller.
    pub fn new(
        caller: &Caller,
        operation: &'static str,
        request: &impl Serialize,
        hold: Option<HoldId>,
    ) -> Self {
        // Requests are plain data with string keys: serialising them cannot fail.
        let request = serde_json::to_vec(request).unwrap_or_default();
        Self {
            caller: format!("visitor:{}", caller.visitor.0),
            operation,
            key: caller.key.clone(),
            fingerprint: Sha256::digest(&request).to_vec(),
            hold,
        }
    }

    pub fn has_key(&self) -> bool {
        self.key.is_some()
    }

    /// The row that keeps this answer, for a function that writes it with its effect; null without a key.
    pub(super) fn as_row(&self, answer: &impl Serialize) -> Value {
        let Some(key) = &self.key else { return Value::Null };
        let fingerprint = self.fingerprint.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
        serde_json::json!({
            "caller": self.caller,
            "operation": self.operation,
            "key": key.as_str(),
            "fingerprint": fingerprint,
            "answer": answer,
        })
    }
}

/// What is kept under a key.
#[derive(Debug)]
pub enum Kept {
    /// Nothing that is committed.
    Nothing,
    /// The answer of another request.
    Other,
    Answer(Value),
}

/// Longer than any request lives: who claimed a key so long ago is not at work any more.
const UNDER_WAY: Duration = Duration::from_secs(45);

/// The key has an answer already: whoever decides second is rolled back by it, and gives the first one's answer.
pub const ANSWERED: &str = "idempotency_pkey";

impl Postgres {
    pub async fn kept(&self, once: &Once) -> Result<Kept, StoreError> {
        let Some(key) = &once.key else { return Ok(Kept::Nothing) };
        let row = sqlx::query!(
            r#"select fingerprint, answer as "answer!" from idempotency
            where caller = $1 and operation = $2 and key = $3 and answer is not null"#,
            once.caller,
            once.operation,
            key.as_str(),
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(match row {
            None => Kept::Nothing,
            Some(row) if row.fingerprint != once.fingerprint => Kept::Other,
            Some(row) => Kept::Answer(row.answer),
        })
    }

    /// Keeps an answer that has no effect of its own, such as a refusal. Tells whether it is the first under its key.
    pub async fn keep(&self, once: &Once, answer: &impl Serialize) -> Result<bool, StoreError> {
        self.keep_with(once, once.hold, answer).await
    }

    /// As `keep`, with the life of that hold.
    pub async fn keep_with(
        &self,
        once: &Once,
        hold: Option<HoldId>,
        answer: &impl Serialize,
    ) -> Result<bool, StoreError> {
        let mut tx = self.pool.begin().await?;
        match keep(&mut tx, once, hold, answer).await {
            Err(error) if error.constraint() == Some(ANSWERED) => return Ok(false),
            kept => kept?,
        }
        tx.commit().await?;
        Ok(true)
    }

    /// Claims the key of an asking that takes several transactions, before the first of them. False where somebody
    /// else is deciding it, or has; whoever died at it is followed after [`UNDER_WAY`].
    pub async fn begin(&self, once: &Once) -> Result<bool, StoreError> {
        let Some(key) = &once.key else { return Ok(true) };
        let begun = sqlx::query!(
            "insert into idempotency as i (caller, operation, key, fingerprint, hold_id)
            values ($1, $2, $3, $4, (select id from holds where id = $5))
            on conflict (caller, operation, key) do update set at = excluded.at
            where i.answer is null and i.fingerprint = excluded.fingerprint
                and i.at < excluded.at - make_interval(secs => $6)",
            once.caller,
            once.operation,
            key.as_str(),
            once.fingerprint,
            once.hold.map(|hold| hold.0),
            UNDER_WAY.as_secs_f64(),
        )
        .execute(&self.pool)
        .await?;
        Ok(begun.rows_affected() == 1)
    }

    /// Keeps the answer of an asking that was begun; none where nothing was decided, so that it may be asked again.
    pub async fn finish(
        &self,
        once: &Once,
        answer: Option<&(impl Serialize + Sync)>,
    ) -> Result<(), StoreError> {
        let Some(key) = &once.key else { return Ok(()) };
        let Some(answer) = answer else {
            sqlx::query!(
                "delete from idempotency where caller = $1 and operation = $2 and key = $3 and answer is null",
                once.caller,
                once.operation,
                key.as_str(),
            )
            .execute(&self.pool)
            .await?;
            return Ok(());
        };
        sqlx::query!(
            "update idempotency set answer = $4
            where caller = $1 and operation = $2 and key = $3 and answer is null",
            once.caller,
            once.operation,
            key.as_str(),
            Json(answer) as _,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Forgets answers that nobody can ask for any more: without a booking, a day after the end of their hold. Looks
    /// at no row twice a day, so that it costs what is new, not what is kept.
    pub async fn forget_answers(&self) -> Result<u64, StoreError> {
        let looked_at = sqlx::query!(
            "with due as (
                select i.caller, i.operation, i.key,
                    case
                        when h.id is null then null
                        when exists (
                            select from bookings b join holds of on of.id = b.hold_id
                            where b.pnr is not null and (of.id = h.id or of.retake_of = h.id)
                        ) then 'infinity'
                        else coalesce(h.ended_at, (select sky_now())) + interval '24 hours'
                    end as until
                from idempotency i left join holds h on h.id = i.hold_id
                where i.look_at <= (select sky_now()) order by i.look_at limit 1000 for update of i skip locked
            ), kept as (
                update idempotency i set look_at = d.until from due d
                where i.caller = d.caller and i.operation = d.operation and i.key = d.key
                    and d.until > (select sky_now())
            )
            delete from idempotency i using due d
            where i.caller = d.caller and i.operation = d.operation and i.key = d.key
                and (d.until is null or d.until <= (select sky_now()))"
        )
        .execute(&self.pool)
        .await?;
        Ok(looked_at.rows_affected())
    }
}

/// Keeps the answer with its effect. Whoever is deciding the same is waited for; if that one commits, this transaction
/// fails by [`ANSWERED`].
pub(super) async fn keep(
    tx: &mut super::Tx,
    once: &Once,
    hold: Option<HoldId>,
    answer: &impl Serialize,
) -> Result<(), StoreError> {
    let Some(key) = &once.key else { return Ok(()) };
    sqlx::query!(
        "insert into idempotency (caller, operation, key, fingerprint, answer, hold_id)
        values ($1, $2, $3, $4, $5, (select id from holds where id = $6))",
        once.caller,
        once.operation,
        key.as_str(),
        once.fingerprint,
        Json(answer) as _,
        hold.map(|hold| hold.0),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
