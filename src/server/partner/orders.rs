//! `/air/orders`: bookings of a token.

mod new;
mod view;

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    routing::{get, post},
};
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::{
    door::Partner,
    envelope::{Body, Data, Page, PageQuery, Params},
    error::ApiError,
    ids,
    refusals::refused,
    routes::Both as _,
};
use crate::{postgres::OrderFilter, site::Site};

pub use new::{NewOrderBody, NewPayment, read_payment};
pub use view::{Order, order as view_of};

pub fn router() -> Router<Site> {
    Router::new().both("/air/orders", post(create).get(list)).both("/air/orders/{id}", get(one))
}

/// Orders an offer: paid from the balance at once (`instant`), or kept until its deadline (`hold`). An offer is ordered
/// once; the same request again is answered with the same order.
#[utoipa::path(post, path = "/air/orders", tag = "Booking", request_body = Data<NewOrderBody>,
    params(("Idempotency-Key" = Option<String>, Header, description = "Names this asking; see docs/idempotency.md")),
    responses((status = 201, body = Data<Order>), (status = 422, body = super::error::ErrorBody)))]
pub async fn create(
    State(site): State<Site>,
    partner: Partner,
    headers: HeaderMap,
    Body(new): Body<NewOrderBody>,
) -> Result<(StatusCode, Json<Data<Order>>), ApiError> {
    let key = super::refusals::key(&headers)?;
    let order = new::parse(new, &site, Timestamp::now())?;
    let booking = site.ordering.place(partner.id(), key, &order).await.map_err(refused)?;
    Ok((StatusCode::CREATED, Data::json(read(&site, &partner, booking).await?)))
}

/// An order as it stands.
#[utoipa::path(get, path = "/air/orders/{id}", tag = "Booking", params(("id" = String, Path)),
    responses((status = 200, body = Data<Order>), (status = 404, body = super::error::ErrorBody)))]
pub async fn one(
    State(site): State<Site>,
    partner: Partner,
    Path(id): Path<String>,
) -> Result<Json<Data<Order>>, ApiError> {
    let booking = ids::uuid(&id, "ord_").ok_or_else(ApiError::not_found)?;
    Ok(Data::json(read(&site, &partner, booking).await?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Only those that are yet to be paid.
    awaiting_payment: Option<bool>,
    booking_reference: Option<String>,
    limit: Option<String>,
    after: Option<String>,
    before: Option<String>,
}

/// The token's orders, newest first.
#[utoipa::path(get, path = "/air/orders", tag = "Booking", params(ListQuery),
    responses((status = 200, body = Page<Order>)))]
pub async fn list(
    State(site): State<Site>,
    partner: Partner,
    Params(query): Params<ListQuery>,
) -> Result<Json<Page<Order>>, ApiError> {
    let filter = OrderFilter {
        awaiting_payment: query.awaiting_payment.unwrap_or_default(),
        pnr: query.booking_reference.map(|pnr| pnr.trim().to_ascii_uppercase()),
    };
    let ids = site.postgres.order_ids(partner.id(), &filter).await.map_err(super::refusals::away)?;
    let page = PageQuery { limit: query.limit, after: query.after, before: query.before };
    let Page { data, meta } = page.part(ids)?;
    let mut orders = Vec::with_capacity(data.len());
    for booking in data {
        orders.push(read(&site, &partner, booking).await?);
    }
    Ok(Json(Page { data: orders, meta }))
}

async fn read(site: &Site, partner: &Partner, booking: Uuid) -> Result<Order, ApiError> {
    let order = site.postgres.order(partner.id(), booking).await.map_err(super::refusals::away)?;
    let order = order.ok_or_else(ApiError::not_found)?;
    view::order(&order, site.timetable.airports()).ok_or_else(ApiError::internal)
}
