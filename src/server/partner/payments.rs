//! `/air/payments`: paying for orders that are kept until a deadline.

use axum::{Json, Router, extract::State, http::StatusCode, routing::post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    door::Partner,
    envelope::{Body, Data},
    error::ApiError,
    ids, making,
    orders::{NewPayment, read_payment},
    refusals::{away, refused},
    routes::Both as _,
};
use crate::site::Site;

pub fn router() -> Router<Site> {
    Router::new().both("/air/payments", post(create))
}

#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub struct NewPaymentBody {
    pub order_id: String,
    /// Over the order's total, of type `balance`.
    pub payment: NewPayment,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Payment {
    pub id: String,
    pub order_id: String,
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub amount: String,
    pub currency: String,
    pub created_at: String,
    pub live_mode: bool,
    pub status: &'static str,
}

/// Pays for a `hold` order, which tickets it. An order is paid once: paying again is answered with the same payment.
#[utoipa::path(post, path = "/air/payments", tag = "Booking", request_body = Data<NewPaymentBody>,
    responses((status = 201, body = Data<Payment>), (status = 422, body = super::error::ErrorBody)))]
pub async fn create(
    State(site): State<Site>,
    partner: Partner,
    Body(new): Body<NewPaymentBody>,
) -> Result<(StatusCode, Json<Data<Payment>>), ApiError> {
    let booking = ids::uuid(&new.order_id, "ord_").ok_or_else(ApiError::not_found)?;
    let order = site.postgres.order(partner.id(), booking).await.map_err(away)?;
    let total = order.ok_or_else(ApiError::not_found)?.total();
    let amount = read_payment(&new.payment, total.currency, "/payment")?;
    site.ordering.pay(partner.id(), booking, Some(amount)).await.map_err(refused)?;
    let order = site.postgres.order(partner.id(), booking).await.map_err(away)?;
    let paid_at = order.and_then(|order| order.paid_at).ok_or_else(ApiError::unavailable)?;
    let payment = Payment {
        id: ids::payment(booking),
        order_id: ids::order(booking),
        kind: "balance",
        amount: total.decimal(),
        currency: total.currency.code().to_owned(),
        created_at: making::stamp(paid_at),
        live_mode: false,
        status: "succeeded",
    };
    Ok((StatusCode::CREATED, Data::json(payment)))
}
