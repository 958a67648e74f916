//! `/air/webhooks`: where a token's program is told what happens to its orders.

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    routing::{get, patch, post},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    door::Partner,
    envelope::{Body, Data, Page, PageQuery, Params},
    error::ApiError,
    ids, making,
    refusals::away,
    routes::Both as _,
};
use crate::{
    postgres::{DeliveryRow, EndpointRow, StoreError, Telling},
    site::Site,
};

pub fn router() -> Router<Site> {
    // What has nothing to tell is answered with `data: null`: npm's client reads no empty body.
    Router::new()
        .both("/air/webhooks", post(create).get(list))
        .both("/air/webhooks/deliveries", get(deliveries))
        .both("/air/webhooks/{id}", patch(update).delete(remove))
        .both("/air/webhooks/{id}/actions/ping", post(ping))
        .both("/air/webhooks/events/{id}/actions/redeliver", post(redeliver))
}

/// The events that can be told of.
const EVENTS: [&str; 4] =
    ["order.created", "order.updated", "order_cancellation.created", "order_cancellation.confirmed"];
/// So many endpoints has a token at most.
const MOST: usize = 10;

#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub struct NewWebhook {
    #[schema(example = "https://agency.example/events")]
    pub url: String,
    /// Of `order.created`, `order.updated`, `order_cancellation.created` and `order_cancellation.confirmed`.
    pub events: Vec<String>,
}

#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub struct ChangedWebhook {
    pub url: Option<String>,
    pub events: Option<Vec<String>>,
    pub active: Option<bool>,
}

/// An endpoint. Each event is posted to it as JSON until it answers 2xx, with the header `X-Duffel-Signature`:
/// `t=<unix seconds>,v1=<hex of HMAC-SHA256 over "t.body">`, by its secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct Webhook {
    pub id: String,
    pub url: String,
    pub events: Vec<String>,
    pub active: bool,
    pub live_mode: bool,
    pub created_at: String,
    pub updated_at: String,
    /// Shown when it is made, and not again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

/// A try to tell an endpoint of an event.
#[derive(Debug, Serialize, ToSchema)]
pub struct Delivery {
    pub id: String,
    pub endpoint_id: String,
    pub event_id: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub url: String,
    #[serde(rename = "delivery_success")]
    pub is_success: bool,
    pub response_status_code: Option<i32>,
    /// The beginning of the answer, or why none came.
    pub response_body: String,
    pub live_mode: bool,
    pub created_at: String,
}

/// Makes an endpoint, and shows its secret this once.
#[utoipa::path(post, path = "/air/webhooks", tag = "Webhooks", request_body = Data<NewWebhook>,
    responses((status = 201, body = Data<Webhook>), (status = 422, body = super::error::ErrorBody)))]
pub async fn create(
    State(site): State<Site>,
    partner: Partner,
    Body(new): Body<NewWebhook>,
) -> Result<(StatusCode, Json<Data<Webhook>>), ApiError> {
    check(&site, Some(&new.url), Some(&new.events))?;
    if site.postgres.endpoints(partner.id()).await.map_err(away)?.len() >= MOST {
        let message = "A token has at most ten webhooks.";
        return Err(ApiError::state("too_many_webhooks", "Too many webhooks", message));
    }
    let secret = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
    let made = site.postgres.make_endpoint(partner.id(), &new.url, &new.events, &secret).await;
    let made = one(&site, &partner, made.map_err(away)?).await?;
    Ok((StatusCode::CREATED, Data::json(Webhook { secret: Some(secret), ..made })))
}

/// The token's endpoints, oldest first.
#[utoipa::path(get, path = "/air/webhooks", tag = "Webhooks", params(PageQuery),
    responses((status = 200, body = Page<Webhook>)))]
pub async fn list(
    State(site): State<Site>,
    partner: Partner,
    Params(page): Params<PageQuery>,
) -> Result<Json<Page<Webhook>>, ApiError> {
    let rows = site.postgres.endpoints(partner.id()).await.map_err(away)?;
    let mut all: Vec<_> =
        rows.into_iter().map(|row| (format!("{:013}{}", row.created_at_ms, row.id), view(row))).collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    page.part(all).map(Json)
}

/// Changes what is given.
#[utoipa::path(patch, path = "/air/webhooks/{id}", tag = "Webhooks", params(("id" = String, Path)),
    request_body = Data<ChangedWebhook>,
    responses((status = 200, body = Data<Webhook>), (status = 404, body = super::error::ErrorBody)))]
pub async fn update(
    State(site): State<Site>,
    partner: Partner,
    Path(id): Path<String>,
    Body(new): Body<ChangedWebhook>,
) -> Result<Json<Data<Webhook>>, ApiError> {
    let id = ids::uuid(&id, "end_").ok_or_else(ApiError::not_found)?;
    check(&site, new.url.as_deref(), new.events.as_deref())?;
    let (url, events) = (new.url.as_deref(), new.events.as_deref());
    let changed = site.postgres.change_endpoint(partner.id(), id, url, events, new.active).await;
    if !changed.map_err(away)? {
        return Err(ApiError::not_found());
    }
    Ok(Data::json(one(&site, &partner, id).await?))
}

/// Removes an endpoint: it is told nothing any more.
#[utoipa::path(delete, path = "/air/webhooks/{id}", tag = "Webhooks", params(("id" = String, Path)),
    responses((status = 200), (status = 404, body = super::error::ErrorBody)))]
pub async fn remove(
    State(site): State<Site>,
    partner: Partner,
    Path(id): Path<String>,
) -> Result<Json<Data<()>>, ApiError> {
    let id = ids::uuid(&id, "end_").ok_or_else(ApiError::not_found)?;
    let removed = site.postgres.remove_endpoint(partner.id(), id).await.map_err(away)?;
    if removed { Ok(Data::json(())) } else { Err(ApiError::not_found()) }
}

/// Posts `ping.triggered` to an endpoint once, whether it is active or not.
#[utoipa::path(post, path = "/air/webhooks/{id}/actions/ping", tag = "Webhooks", params(("id" = String, Path)),
    responses((status = 200), (status = 422, body = super::error::ErrorBody)))]
pub async fn ping(
    State(site): State<Site>,
    partner: Partner,
    Path(id): Path<String>,
) -> Result<Json<Data<()>>, ApiError> {
    let id = ids::uuid(&id, "end_").ok_or_else(ApiError::not_found)?;
    let rows = site.postgres.endpoints(partner.id()).await.map_err(away)?;
    let row = rows.into_iter().find(|row| row.id == id).ok_or_else(ApiError::not_found)?;
    let now = Timestamp::now();
    let body = json!({
        "id": format!("wev_{}", Uuid::new_v4().simple()), "type": "ping.triggered", "api_version": "v2",
        "live_mode": false, "created_at": making::stamp(now), "idempotency_key": ids::webhook(id), "data": {},
    });
    let body = body.to_string();
    let signature = crate::jobs::sign_webhook(&row.secret, now, &body);
    let failed = |why: String| ApiError::state("webhook_not_reached", "The webhook was not reached", why);
    let posted = site.partners.sender.post(&row.url, &signature, body).await.map_err(failed)?;
    if (200..300).contains(&posted.status) {
        return Ok(Data::json(()));
    }
    Err(failed(format!("It answered {}.", posted.status)))
}

/// Tells of an event again, to every endpoint that is active.
#[utoipa::path(post, path = "/air/webhooks/events/{id}/actions/redeliver", tag = "Webhooks",
    params(("id" = String, Path)), responses((status = 200), (status = 404, body = super::error::ErrorBody)))]
pub async fn redeliver(
    State(site): State<Site>,
    partner: Partner,
    Path(id): Path<String>,
) -> Result<Json<Data<()>>, ApiError> {
    let id = ids::uuid(&id, "wev_").ok_or_else(ApiError::not_found)?;
    let queued = site.postgres.tell_again(partner.id(), id).await.map_err(away)?;
    if queued { Ok(Data::json(())) } else { Err(ApiError::not_found()) }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DeliveriesQuery {
    /// Those of one endpoint.
    endpoint_id: Option<String>,
    delivery_success: Option<bool>,
    limit: Option<String>,
    after: Option<String>,
    before: Option<String>,
}

/// What was tried to be told, newest first.
#[utoipa::path(get, path = "/air/webhooks/deliveries", tag = "Webhooks", params(DeliveriesQuery),
    responses((status = 200, body = Page<Delivery>)))]
pub async fn deliveries(
    State(site): State<Site>,
    partner: Partner,
    Params(query): Params<DeliveriesQuery>,
) -> Result<Json<Page<Delivery>>, ApiError> {
    let endpoint =
        query.endpoint_id.map(|id| ids::uuid(&id, "end_").ok_or_else(ApiError::not_found)).transpose()?;
    let rows = site.postgres.deliveries(partner.id(), endpoint).await.map_err(away)?;
    let mut all: Vec<(String, Delivery)> = rows
        .into_iter()
        .map(|row| (format!("{:013}{}", 9_999_999_999_999 - row.at_ms, row.id), delivery(row)))
        .filter(|(_, row)| query.delivery_success.is_none_or(|wanted| wanted == row.is_success))
        .collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    let page = PageQuery { limit: query.limit, after: query.after, before: query.before };
    page.part(all).map(Json)
}

/// What an event tells: the order or cancellation as it is now. None where it is not there any more.
pub async fn event_body(site: &Site, telling: &Telling) -> Result<Option<String>, StoreError> {
    let object = if telling.kind.starts_with("order_cancellation.") {
        let row = site.postgres.order_cancellation(telling.token, telling.subject).await?;
        row.and_then(super::cancellations::view).map(|view| serde_json::to_value(view).unwrap_or_default())
    } else {
        let order = site.postgres.order(telling.token, telling.subject).await?;
        let view = order.and_then(|order| super::orders::view_of(&order, site.timetable.airports()));
        view.map(|view| serde_json::to_value(view).unwrap_or_default())
    };
    Ok(object.map(|object: Value| {
        let key = object["id"].clone();
        json!({
            "id": format!("wev_{}", telling.event.simple()), "type": telling.kind, "api_version": "v2",
            "live_mode": false, "created_at": stamp(telling.created_at_ms), "idempotency_key": key,
            "data": { "object": object },
        })
        .to_string()
    }))
}

fn check(site: &Site, url: Option<&str>, events: Option<&[String]>) -> Result<(), ApiError> {
    if let Some(url) = url {
        let fits = url.len() <= 2000;
        let checked = site.partners.sender.check(url).map(|_| fits);
        match checked {
            Ok(true) => {}
            Ok(false) => return Err(ApiError::invalid("invalid_url", "/url", "The address is too long.")),
            Err(bad) => return Err(ApiError::invalid("invalid_url", "/url", bad.to_string())),
        }
    }
    if let Some(events) = events {
        let known = |event: &String| EVENTS.contains(&event.as_str());
        if events.is_empty() || events.len() > EVENTS.len() || !events.iter().all(known) {
            let message = format!("Events are {}.", EVENTS.join(", "));
            return Err(ApiError::invalid("invalid_events", "/events", message));
        }
    }
    Ok(())
}

async fn one(site: &Site, partner: &Partner, id: Uuid) -> Result<Webhook, ApiError> {
    let rows = site.postgres.endpoints(partner.id()).await.map_err(away)?;
    rows.into_iter().find(|row| row.id == id).map(view).ok_or_else(ApiError::not_found)
}

fn view(row: EndpointRow) -> Webhook {
    Webhook {
        id: ids::webhook(row.id),
        url: row.url,
        events: row.events,
        active: row.active,
        live_mode: false,
        created_at: stamp(row.created_at_ms),
        updated_at: stamp(row.updated_at_ms),
        secret: None,
    }
}

fn delivery(row: DeliveryRow) -> Delivery {
    Delivery {
        id: format!("wed_{}", row.id.simple()),
        endpoint_id: ids::webhook(row.endpoint),
        event_id: format!("wev_{}", row.event.simple()),
        kind: row.kind,
        url: row.url,
        is_success: row.status_code.is_some_and(|status| (200..300).contains(&status)),
        response_status_code: row.status_code,
        response_body: row.response,
        live_mode: false,
        created_at: stamp(row.at_ms),
    }
}

fn stamp(ms: i64) -> String {
    making::stamp(Timestamp::from_millisecond(ms).unwrap_or_default())
}
