//! `/air/order_cancellations`: giving an order back, quoted first.

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    routing::{get, post},
};
use domain::money::{Currency, Money};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    door::Partner,
    envelope::{Body, Data, Page, PageQuery, Params},
    error::ApiError,
    ids, making,
    refusals::{away, not_cancelled},
    routes::Both as _,
};
use crate::{postgres::OrderCancellationRow, site::Site};

pub fn router() -> Router<Site> {
    Router::new()
        .both("/air/order_cancellations", post(create).get(list))
        .both("/air/order_cancellations/{id}", get(one))
        .both("/air/order_cancellations/{id}/actions/confirm", post(confirm))
}

#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub struct NewCancellation {
    pub order_id: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Cancellation {
    pub id: String,
    pub order_id: String,
    pub live_mode: bool,
    /// What comes back.
    pub refund_amount: String,
    pub refund_currency: String,
    /// `balance`, or `awaiting_payment` where nothing was paid yet.
    pub refund_to: &'static str,
    pub created_at: String,
    /// Until when it can be confirmed.
    pub expires_at: String,
    pub confirmed_at: Option<String>,
    pub airline_credits: Vec<String>,
}

/// Quotes what comes back for all that is left of an order; nothing is cancelled yet.
#[utoipa::path(post, path = "/air/order_cancellations", tag = "Cancelling", request_body = Data<NewCancellation>,
    responses((status = 201, body = Data<Cancellation>), (status = 422, body = super::error::ErrorBody)))]
pub async fn create(
    State(site): State<Site>,
    partner: Partner,
    Body(new): Body<NewCancellation>,
) -> Result<(StatusCode, Json<Data<Cancellation>>), ApiError> {
    let booking = ids::uuid(&new.order_id, "ord_").ok_or_else(ApiError::not_found)?;
    let id = site.ordering.quote_cancellation(partner.id(), booking).await.map_err(not_cancelled)?;
    Ok((StatusCode::CREATED, Data::json(read(&site, &partner, id).await?)))
}

/// Cancels as quoted: the seats are free and the balance is raised at once. Confirming again changes nothing.
#[utoipa::path(post, path = "/air/order_cancellations/{id}/actions/confirm", tag = "Cancelling",
    params(("id" = String, Path)),
    responses((status = 200, body = Data<Cancellation>), (status = 422, body = super::error::ErrorBody)))]
pub async fn confirm(
    State(site): State<Site>,
    partner: Partner,
    Path(id): Path<String>,
) -> Result<Json<Data<Cancellation>>, ApiError> {
    let id = ids::uuid(&id, "ore_").ok_or_else(ApiError::not_found)?;
    site.ordering.confirm_cancellation(partner.id(), id).await.map_err(not_cancelled)?;
    Ok(Data::json(read(&site, &partner, id).await?))
}

#[utoipa::path(get, path = "/air/order_cancellations/{id}", tag = "Cancelling", params(("id" = String, Path)),
    responses((status = 200, body = Data<Cancellation>), (status = 404, body = super::error::ErrorBody)))]
pub async fn one(
    State(site): State<Site>,
    partner: Partner,
    Path(id): Path<String>,
) -> Result<Json<Data<Cancellation>>, ApiError> {
    let id = ids::uuid(&id, "ore_").ok_or_else(ApiError::not_found)?;
    Ok(Data::json(read(&site, &partner, id).await?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Those of one order.
    order_id: Option<String>,
    limit: Option<String>,
    after: Option<String>,
    before: Option<String>,
}

/// The token's cancellations, oldest first.
#[utoipa::path(get, path = "/air/order_cancellations", tag = "Cancelling", params(ListQuery),
    responses((status = 200, body = Page<Cancellation>)))]
pub async fn list(
    State(site): State<Site>,
    partner: Partner,
    Params(query): Params<ListQuery>,
) -> Result<Json<Page<Cancellation>>, ApiError> {
    let order =
        query.order_id.map(|id| ids::uuid(&id, "ord_").ok_or_else(ApiError::not_found)).transpose()?;
    let rows = site.postgres.order_cancellations(partner.id(), None, order).await.map_err(away)?;
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        all.push((format!("{:013}{}", row.created_at_ms, row.id), view(row).ok_or_else(ApiError::internal)?));
    }
    all.sort_by(|a, b| a.0.cmp(&b.0));
    let page = PageQuery { limit: query.limit, after: query.after, before: query.before };
    page.part(all).map(Json)
}

async fn read(site: &Site, partner: &Partner, id: Uuid) -> Result<Cancellation, ApiError> {
    let row = site.postgres.order_cancellation(partner.id(), id).await.map_err(away)?;
    view(row.ok_or_else(ApiError::not_found)?).ok_or_else(ApiError::internal)
}

pub fn view(row: OrderCancellationRow) -> Option<Cancellation> {
    let currency = Currency::parse(&row.currency)?;
    let at = |ms| Timestamp::from_millisecond(ms).ok().map(making::stamp);
    Some(Cancellation {
        id: ids::cancellation(row.id),
        order_id: ids::order(row.booking),
        live_mode: false,
        refund_amount: Money::new(row.refund_minor, currency).decimal(),
        refund_currency: currency.code().to_owned(),
        refund_to: if row.is_unpaid { "awaiting_payment" } else { "balance" },
        created_at: at(row.created_at_ms)?,
        expires_at: at(row.expires_at_ms)?,
        confirmed_at: row.confirmed_at_ms.and_then(at),
        airline_credits: Vec::new(),
    })
}
