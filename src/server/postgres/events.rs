use super::{Postgres, StoreError};

/// A stored webhook event that nobody has acted on yet.
#[derive(Debug)]
pub struct OpenEvent {
    pub id: String,
    pub intent: Option<String>,
}

impl Postgres {
    /// Stores an event by Stripe's id. Told again, it stays as it is.
    pub async fn keep_event(&self, id: &str, kind: &str, intent: Option<&str>) -> Result<(), StoreError> {
        sqlx::query!(
            "insert into stripe_events (id, kind, intent_id) values ($1, $2, $3) on conflict do nothing",
            id,
            kind,
            intent,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Events not acted on, oldest first.
    pub async fn open_events(&self) -> Result<Vec<OpenEvent>, StoreError> {
        Ok(sqlx::query_as!(
            OpenEvent,
            "select id, intent_id as intent from stripe_events where handled_at is null order by received_at limit 100"
        )
        .fetch_all(&self.pool)
        .await?)
    }

    pub async fn event_handled(&self, id: &str) -> Result<(), StoreError> {
        sqlx::query!(
            "update stripe_events set handled_at = sky_now() where id = $1 and handled_at is null",
            id
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}
