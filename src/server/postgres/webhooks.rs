//! Where partners are told what happens, what they are to be told, and what they answered.

use serde::Serialize;
use uuid::Uuid;

use super::{Errand, Postgres, StoreError};

/// An endpoint of a token.
#[derive(Clone, Debug)]
pub struct EndpointRow {
    pub id: Uuid,
    pub url: String,
    pub events: Vec<String>,
    pub secret: String,
    pub active: bool,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
}

/// What is to be told, and to whom.
#[derive(Clone, Debug)]
pub struct Telling {
    pub event: Uuid,
    pub endpoint: Uuid,
    pub token: Uuid,
    pub booking: Uuid,
    pub kind: String,
    pub subject: Uuid,
    pub created_at_ms: i64,
    pub url: String,
    pub secret: String,
}

/// A try to tell.
#[derive(Clone, Debug, Serialize)]
pub struct DeliveryRow {
    pub id: Uuid,
    pub event: Uuid,
    pub endpoint: Uuid,
    pub kind: String,
    pub url: String,
    pub status_code: Option<i32>,
    pub response: String,
    pub at_ms: i64,
}

impl Postgres {
    pub async fn make_endpoint(
        &self,
        token: Uuid,
        url: &str,
        events: &[String],
        secret: &str,
    ) -> Result<Uuid, StoreError> {
        Ok(sqlx::query_scalar!(
            "insert into webhook_endpoints (id, token_id, url, events, secret) values ($1, $2, $3, $4, $5) returning id",
            Uuid::new_v4(),
            token,
            url,
            events,
            secret,
        )
        .fetch_one(&self.pool)
        .await?)
    }

    /// A token's endpoints, oldest first.
    pub async fn endpoints(&self, token: Uuid) -> Result<Vec<EndpointRow>, StoreError> {
        Ok(sqlx::query_as!(
            EndpointRow,
            r#"select id, url, events, secret, active,
                (extract(epoch from created_at) * 1000)::bigint as "created_at_ms!",
                (extract(epoch from updated_at) * 1000)::bigint as "updated_at_ms!"
            from webhook_endpoints where token_id = $1 and removed_at is null order by created_at, id"#,
            token,
        )
        .fetch_all(&self.pool)
        .await?)
    }

    /// Changes what is given of an endpoint. False where the token has none of that id.
    pub async fn change_endpoint(
        &self,
        token: Uuid,
        id: Uuid,
        url: Option<&str>,
        events: Option<&[String]>,
        active: Option<bool>,
    ) -> Result<bool, StoreError> {
        let changed = sqlx::query!(
            "update webhook_endpoints set url = coalesce($3, url), events = coalesce($4, events),
                active = coalesce($5, active), updated_at = sky_now()
            where id = $1 and token_id = $2 and removed_at is null",
            id,
            token,
            url,
            events,
            active,
        )
        .execute(&self.pool)
        .await?;
        Ok(changed.rows_affected() == 1)
    }

    /// False where the token has none of that id.
    pub async fn remove_endpoint(&self, token: Uuid, id: Uuid) -> Result<bool, StoreError> {
        let removed = sqlx::query!(
            "update webhook_endpoints set removed_at = sky_now(), active = false
            where id = $1 and token_id = $2 and removed_at is null",
            id,
            token,
        )
        .execute(&self.pool)
        .await?;
        Ok(removed.rows_affected() == 1)
    }

    /// What an errand is to tell; none where nobody listens any more.
    pub async fn telling(&self, errand: &Errand) -> Result<Option<Telling>, StoreError> {
        let Some((event, endpoint)) = errand.subject.split_once(':') else { return Ok(None) };
        let (Ok(event), Ok(endpoint)) =
            (event.parse::<Uuid>(), endpoint.split('#').next().unwrap_or_default().parse::<Uuid>())
        else {
            return Ok(None);
        };
        Ok(sqlx::query_as!(
            Telling,
            r#"select v.id as event, e.id as endpoint, v.token_id as token, v.booking_id as booking, v.kind, v.subject,
                (extract(epoch from v.created_at) * 1000)::bigint as "created_at_ms!", e.url, e.secret
            from partner_events v join webhook_endpoints e on e.id = $2
            where v.id = $1 and v.token_id = e.token_id and e.active and e.removed_at is null"#,
            event,
            endpoint,
        )
        .fetch_optional(&self.pool)
        .await?)
    }

    /// Writes down what became of a try.
    pub async fn delivered(
        &self,
        telling: &Telling,
        status_code: Option<u16>,
        response: &str,
    ) -> Result<(), StoreError> {
        sqlx::query!(
            "insert into webhook_deliveries (id, event_id, endpoint_id, status_code, response) values ($1, $2, $3, $4, $5)",
            Uuid::new_v4(),
            telling.event,
            telling.endpoint,
            status_code.map(i32::from),
            response,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The tries to tell a token, newest first: at most a thousand.
    pub async fn deliveries(
        &self,
        token: Uuid,
        endpoint: Option<Uuid>,
    ) -> Result<Vec<DeliveryRow>, StoreError> {
        Ok(sqlx::query_as!(
            DeliveryRow,
            r#"select d.id, d.event_id as event, d.endpoint_id as endpoint, v.kind, e.url, d.status_code, d.response,
                (extract(epoch from d.at) * 1000)::bigint as "at_ms!"
            from webhook_deliveries d join partner_events v on v.id = d.event_id
            join webhook_endpoints e on e.id = d.endpoint_id
            where e.token_id = $1 and ($2::uuid is null or e.id = $2) order by d.at desc, d.id limit 1000"#,
            token,
            endpoint,
        )
        .fetch_all(&self.pool)
        .await?)
    }

    /// Queues an event to be told again to every endpoint that wants it. False where the token has none of that id.
    pub async fn tell_again(&self, token: Uuid, event: Uuid) -> Result<bool, StoreError> {
        let queued = sqlx::query!(
            "insert into outbox (booking_id, kind, step, subject, call_key)
            select v.booking_id, 'partner', 'webhook', v.id || ':' || e.id || '#' || $3::uuid, $3::uuid::text
            from partner_events v join webhook_endpoints e on e.token_id = v.token_id
            where v.id = $1 and v.token_id = $2 and e.active and e.removed_at is null",
            event,
            token,
            Uuid::new_v4(),
        )
        .execute(&self.pool)
        .await?;
        self.wake_workers();
        Ok(queued.rows_affected() > 0)
    }
}
