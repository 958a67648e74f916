use serde_json::{Value, json};
use sqlx::PgExecutor;
use uuid::Uuid;

use super::{
    Postgres, StoreError,
    cases::{self, CaseKind},
};

/// What a worker has to do outside, once.
#[derive(Clone, Debug)]
pub struct Errand {
    pub id: i64,
    pub booking: Uuid,
    pub step: Step,
    /// Which of several of that step: a refund, a cancellation. Empty where there is only one.
    pub subject: String,
    pub payload: Value,
    /// The idempotency key of the call.
    pub call_key: String,
    /// This try's number, from 1.
    pub attempt: i16,
}

/// An errand that waits for a person.
#[derive(Clone, Debug)]
pub struct ParkedErrand {
    pub id: i64,
    pub booking: Uuid,
    pub step: String,
    pub subject: String,
    pub attempts: i16,
    pub last_error: Option<String>,
}

/// Errands of one booking and kind are a lane, done in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Money,
    Mail,
    /// Telling partners' programs, and asking suppliers.
    Partner,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Capture,
    Void,
    /// The subject is the refund.
    Refund,
    Mail(Letter),
    /// The subject is the event and the endpoint.
    Webhook,
    /// At the supplier that sells it.
    Confirm,
    /// There too; the subject is the cancellation.
    Cancel,
}

/// A letter to a booking's contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Letter {
    Tickets,
    /// The subject is the cancellation.
    Cancelled,
    /// The subject is the refund.
    Refunded,
    Unpaid,
    Failed,
    /// Booked, and to be paid until a deadline.
    OnHold,
    /// It was not paid until then, or given up before.
    Lapsed,
    /// The supplier that sells it would not have it.
    Refused,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Money => "money",
            Self::Mail => "mail",
            Self::Partner => "partner",
        }
    }
}

impl Step {
    pub const ALL: [Self; 14] = [
        Self::Capture,
        Self::Void,
        Self::Refund,
        Self::Mail(Letter::Tickets),
        Self::Mail(Letter::Cancelled),
        Self::Mail(Letter::Refunded),
        Self::Mail(Letter::Unpaid),
        Self::Mail(Letter::Failed),
        Self::Mail(Letter::OnHold),
        Self::Mail(Letter::Lapsed),
        Self::Mail(Letter::Refused),
        Self::Webhook,
        Self::Confirm,
        Self::Cancel,
    ];

    pub fn kind(self) -> Kind {
        match self {
            Self::Capture | Self::Void | Self::Refund => Kind::Money,
            Self::Mail(_) => Kind::Mail,
            Self::Webhook | Self::Confirm | Self::Cancel => Kind::Partner,
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Capture => "capture",
            Self::Void => "void",
            Self::Refund => "refund",
            Self::Mail(Letter::Tickets) => "tickets",
            Self::Mail(Letter::Cancelled) => "cancelled",
            Self::Mail(Letter::Refunded) => "refunded",
            Self::Mail(Letter::Unpaid) => "unpaid",
            Self::Mail(Letter::Failed) => "failed",
            Self::Mail(Letter::OnHold) => "on_hold",
            Self::Mail(Letter::Lapsed) => "lapsed",
            Self::Mail(Letter::Refused) => "refused",
            Self::Webhook => "webhook",
            Self::Confirm => "confirm",
            Self::Cancel => "cancel",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.as_str() == text)
    }
}

/// The first pause after a failed try; each further one is twice as long.
const FIRST_PAUSE_SECS: f64 = 0.5;
const LONGEST_PAUSE_SECS: f64 = 60.0;

impl Postgres {
    /// Leases the due errand of that kind that waits longest; several workers never get the same one. Within a lane the
    /// order is kept: an errand waits while an earlier one of its booking and kind is not done. A letter does not wait
    /// for a parked one. Steps that this program does not know are left to one that does.
    pub async fn lease_errand(&self, kind: Kind) -> Result<Option<Errand>, StoreError> {
        let steps: Vec<String> =
            Step::ALL.into_iter().filter(|s| s.kind() == kind).map(|s| s.as_str().to_owned()).collect();
        let row = sqlx::query!(
            r#"update outbox set attempts = least(attempts + 1, 30000), run_at = sky_now() + make_interval(secs => $1)
            where id = (
                select o.id from outbox o
                where o.state = 'queued' and o.kind = $2 and o.step = any($3) and o.run_at <= (select sky_now())
                    and not exists (
                        select from outbox before
                        where before.booking_id = o.booking_id and before.kind = o.kind and before.id < o.id
                            and (before.state = 'queued' or (before.state = 'parked' and o.kind <> 'mail')))
                order by o.run_at limit 1 for update skip locked)
            returning id, booking_id, step, subject, payload, call_key, attempts"#,
            self.terms.lease.as_secs_f64(),
            kind.as_str(),
            &steps,
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.and_then(|row| {
            Some(Errand {
                id: row.id,
                booking: row.booking_id,
                step: Step::parse(&row.step)?,
                subject: row.subject,
                payload: row.payload,
                call_key: row.call_key,
                attempt: row.attempts,
            })
        }))
    }

    /// Whether this worker still has the errand, to be asked right before a call outside that must not be made by two.
    pub async fn is_leased(&self, errand: &Errand) -> Result<bool, StoreError> {
        is_leased(&self.pool, errand).await
    }

    /// Done, where nothing else is to be written with it.
    pub async fn errand_done(&self, errand: &Errand) -> Result<(), StoreError> {
        let mut tx = self.pool.begin().await?;
        finish(&mut tx, errand.id).await?;
        tx.commit().await?;
        self.wake_workers();
        Ok(())
    }

    /// Not done: again later, under a new key where the old one's answer may be a stored 500. Nothing is ever dropped.
    /// Only who holds the lease may say so: a worker that was thought dead must not change the key of the next.
    pub async fn put_off(&self, errand: &Errand, why: &str, new_key: Option<&str>) -> Result<(), StoreError> {
        let doublings = i32::from(errand.attempt - 1).clamp(0, 16);
        let wait_secs = (FIRST_PAUSE_SECS * 2_f64.powi(doublings)).min(LONGEST_PAUSE_SECS);
        sqlx::query!(
            // Spread by a fifth, so that what failed together does not come back together.
            "update outbox set run_at = sky_now() + make_interval(secs => $2 * (1 + 0.2 * random())), last_error = $3,
                call_key = coalesce($4, call_key) where id = $1 and state = 'queued' and attempts = $5",
            errand.id,
            wait_secs,
            why,
            new_key,
            errand.attempt,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Stops where a person must look, and says so by a case: it stays in sight and is never dropped.
    pub async fn park(&self, errand: &Errand, why: &str) -> Result<(), StoreError> {
        let mut tx = self.pool.begin().await?;
        let parked = sqlx::query!(
            "update outbox set state = 'parked', last_error = $2
            where id = $1 and state = 'queued' and attempts = $3",
            errand.id,
            why,
            errand.attempt,
        )
        .execute(&mut *tx)
        .await?;
        if parked.rows_affected() == 1 {
            let detail = json!({
                "step": errand.step.as_str(), "subject": errand.subject, "why": why, "attempts": errand.attempt,
            });
            cases::reopen(&mut tx, Some(errand.booking), CaseKind::Parked, &errand.id.to_string(), &detail)
                .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Errands that wait for a person, oldest first.
    pub async fn parked_errands(&self) -> Result<Vec<ParkedErrand>, StoreError> {
        Ok(sqlx::query_as!(
            ParkedErrand,
            "select id, booking_id as booking, step, subject, attempts, last_error from outbox
            where state = 'parked' order by id"
        )
        .fetch_all(&self.pool)
        .await?)
    }

    /// Errands that were tried a few times in vain and are tried again, such as letters while no mail server takes them;
    /// oldest first, at most a hundred.
    pub async fn struggling_errands(&self) -> Result<Vec<ParkedErrand>, StoreError> {
        Ok(sqlx::query_as!(
            ParkedErrand,
            "select id, booking_id as booking, step, subject, attempts, last_error from outbox
            where state = 'queued' and attempts >= 3 order by id limit 100"
        )
        .fetch_all(&self.pool)
        .await?)
    }

    /// Puts a parked errand back into the queue, to be looked up before it is tried, and closes its case with a note.
    /// False where none of that number is parked.
    pub async fn retry_errand(&self, id: i64) -> Result<bool, StoreError> {
        let mut tx = self.pool.begin().await?;
        let queued = sqlx::query!(
            // Its tries are counted on: what was called before is looked for first, a worker of an earlier try is known by its
            // number, and what is refused once more is parked again.
            "update outbox set state = 'queued', run_at = sky_now() where id = $1 and state = 'parked'",
            id
        )
        .execute(&mut *tx)
        .await?;
        sqlx::query!(
            "update cases set state = 'closed', closed_at = sky_now(),
                detail = detail || jsonb_build_object('note', 'tried again by hand')
            where kind = 'parked' and reference = $1 and state = 'open'",
            id.to_string(),
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        self.wake_workers();
        Ok(queued.rows_affected() == 1)
    }
}

/// Queues what must follow, with the step that it follows from. Queued already, it stays as it is. Whoever commits wakes
/// the workers.
pub(super) async fn queue(
    tx: &mut super::Tx,
    booking: Uuid,
    step: Step,
    subject: &str,
    payload: &Value,
) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into outbox (booking_id, kind, step, subject, payload, call_key) values ($1, $2, $3, $4, $5, $6)
        on conflict do nothing",
        booking,
        step.kind().as_str(),
        step.as_str(),
        subject,
        payload,
        Uuid::new_v4().to_string(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// By the number of its try and by the time: a worker that slept on it has lost it, be it that nobody took it since.
pub(super) async fn is_leased(on: impl PgExecutor<'_>, errand: &Errand) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar!(
        r#"select exists (
            select from outbox where id = $1 and state = 'queued' and attempts = $2 and run_at > sky_now()) as "is!""#,
        errand.id,
        errand.attempt,
    )
    .fetch_one(on)
    .await?)
}

pub(super) async fn finish(tx: &mut super::Tx, id: i64) -> Result<(), StoreError> {
    sqlx::query!(
        "update outbox set state = 'done', done_at = sky_now(), last_error = null where id = $1 and state <> 'done'",
        id
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
