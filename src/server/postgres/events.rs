use super::{Postgres, StoreError};

/// A stored webhook event that nobody has acted on yet.
#[derive(Debug)]
pub struct OpenEvent {
    pub id: String,
    pub kind: String,
    pub intent: Option<String>,
    /// The dispute, refund or attempt that it is about.
    pub subject: Option<String>,
    /// This try's number, from 1.
    pub attempt: i16,
}

impl Postgres {
    /// Stores an event by Stripe's id. Told again, it stays as it is.
    pub async fn keep_event(
        &self,
        id: &str,
        kind: &str,
        intent: Option<&str>,
        subject: Option<&str>,
    ) -> Result<(), StoreError> {
        sqlx::query!(
            "insert into stripe_events (id, kind, intent_id, subject_id) values ($1, $2, $3, $4)
            on conflict do nothing",
            id,
            kind,
            intent,
            subject,
        )
        .execute(&self.pool)
        .await?;
        self.wakeups.wake_events();
        Ok(())
    }

    /// Leases events not acted on, those first that wait longest. One that fails comes back later and later, behind
    /// newer ones; one whose server died comes back as well.
    pub async fn lease_events(&self) -> Result<Vec<OpenEvent>, StoreError> {
        Ok(sqlx::query_as!(
            OpenEvent,
            r#"update stripe_events set attempts = least(attempts + 1, 30000),
                run_at = sky_now() + make_interval(secs => least(300, 5 * 2 ^ least(attempts, 10)))
            where id in (
                select id from stripe_events where handled_at is null and run_at <= (select sky_now())
                order by run_at limit 40 for update skip locked)
            returning id, kind, intent_id as intent, subject_id as subject, attempts as attempt"#
        )
        .fetch_all(&self.pool)
        .await?)
    }

    pub async fn events_handled(&self, ids: &[String]) -> Result<(), StoreError> {
        sqlx::query!(
            "update stripe_events set handled_at = sky_now() where id = any($1) and handled_at is null",
            ids
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}
