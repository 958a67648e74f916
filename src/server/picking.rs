//! `POST /live/departures/{id}/picks`: the one call that thousands make in the same second, without a page around it.
//!
//! Origin, visitor, limits and time-out are those of every other change, and the port is the one behind the pages. They
//! are asked here one after the other, because each layer of the router would cost about as much as the pick itself.

use app::{
    AppError,
    answers::{PickRequest, Picked},
    ports::{HoldError, Visitor},
};
use axum::{
    Json,
    body::{Body, to_bytes},
    extract::{Path, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use domain::{cabin::SeatNumber, departure::DepartureId, hold::HoldId, seat::SeatVersion};
use serde::Deserialize;
use tokio::time::timeout;

use crate::{in_time, limits, origins::NOT_OURS, patience::Asking, site::Site, visitors};

/// A wish is far smaller.
const LARGEST_BODY_BYTES: usize = 4096;

/// A traveller of a hold wants a seat, seen at a version.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wish {
    hold: HoldId,
    /// The traveller's ordinal.
    traveller: u8,
    seat: SeatNumber,
    version: SeatVersion,
}

/// The changes as JSON; otherwise an `AppError` with its status.
pub async fn pick_seat(
    State(site): State<Site>,
    Path(departure): Path<String>,
    request: Request,
) -> Response {
    let response = if site.origins.allows_change(request.headers()) {
        let knowing = visitors::know(&site, request.headers());
        let mut response = match limits::allow(&site.limits, &request) {
            Ok(()) => answer(&site, knowing.visitor, &departure, request).await,
            Err(refusal) => *refusal,
        };
        knowing.tell(&site, &mut response);
        response
    } else {
        // Another site's form comes without our cookie: an answer that sets one would replace the visitor's own.
        NOT_OURS.into_response()
    };
    if response.status().is_client_error() {
        tracing::info!(status = response.status().as_u16(), "a pick was refused");
    }
    response
}

async fn answer(site: &Site, visitor: Visitor, departure: &str, request: Request) -> Response {
    let pick = async {
        let departure = DepartureId::parse(departure).map_err(|_| HoldError::NotFound)?;
        let (head, body) = request.into_parts();
        let Wish { hold, traveller, seat, version } = wish(&head.headers, body).await?;
        let request = PickRequest { hold, departure, traveller, seat, version };
        Ok::<Picked, AppError>(site.ports.seats.pick(visitor, request).await?)
    };
    match timeout(Asking::Change.patience(), pick).await {
        Ok(Ok(picked)) => Json(picked).into_response(),
        Ok(Err(error)) => refusal(&error),
        Err(_) => refusal(&in_time::unknown(Asking::Change, None)),
    }
}

async fn wish(headers: &HeaderMap, body: Body) -> Result<Wish, AppError> {
    let wrong = |message: String| AppError::Invalid { field: None, message };
    let is_json = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.split(';').next().is_some_and(|kind| kind.trim() == "application/json"));
    if !is_json {
        return Err(wrong("Send the wish as application/json.".into()));
    }
    let body = to_bytes(body, LARGEST_BODY_BYTES).await.map_err(|_| wrong("The wish is too long.".into()))?;
    serde_json::from_slice(&body).map_err(|error| wrong(error.to_string()))
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
