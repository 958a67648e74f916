//! `POST /live/departures/{id}/picks`: the one call that thousands make in the same second, without a page around it.
//! Visitor, origin, limits and time-out are those of every other change, and the port is the one behind the pages.

use app::{
    AppError,
    answers::{PickRequest, Picked},
    ports::{HoldError, Visitor},
};
use axum::{
    Extension, Json,
    extract::{Path, State, rejection::JsonRejection},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::{cabin::SeatNumber, departure::DepartureId, hold::HoldId, seat::SeatVersion};
use serde::Deserialize;

use crate::site::Site;

/// A traveller of a hold wants a seat, seen at a version.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wish {
    hold: HoldId,
    /// The traveller's ordinal.
    traveller: u8,
    seat: SeatNumber,
    version: SeatVersion,
}

/// The changes as JSON; otherwise an `AppError` with its status.
pub async fn pick_seat(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Path(departure): Path<String>,
    wish: Result<Json<Wish>, JsonRejection>,
) -> Response {
    match pick(&site, visitor, &departure, wish).await {
        Ok(picked) => Json(picked).into_response(),
        Err(error) => refusal(&error),
    }
}

async fn pick(
    site: &Site,
    visitor: Visitor,
    departure: &str,
    wish: Result<Json<Wish>, JsonRejection>,
) -> Result<Picked, AppError> {
    let departure = DepartureId::parse(departure).map_err(|_| HoldError::NotFound)?;
    let Json(Wish { hold, traveller, seat, version }) =
        wish.map_err(|wrong| AppError::Invalid { field: None, message: wrong.body_text() })?;
    let request = PickRequest { hold, departure, traveller, seat, version };
    Ok(site.ports.seats.pick(visitor, request).await?)
}

fn refusal(error: &AppError) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, Json(error)).into_response();
    if let AppError::Unavailable { retry_after_secs, .. } | AppError::Unknown { retry_after_secs, .. } = error
    {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*retry_after_secs));
    }
    response
}
