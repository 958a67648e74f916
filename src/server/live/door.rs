use axum::{
    extract::Request,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use domain::departure::DepartureId;

use super::{WatchError, crowd::Place};
use crate::{limits, site::Site, visitors};

/// The departure of that name, if the timetable has it.
///
/// # Errors
/// It has not: 404.
pub(super) fn known(site: &Site, name: &str) -> Result<DepartureId, Box<Response>> {
    DepartureId::parse(name)
        .ok()
        .filter(|id| site.timetable.current().departure(id).is_some())
        .ok_or_else(|| Box::new((StatusCode::NOT_FOUND, "There is no such departure.").into_response()))
}

/// Lets a viewer in who comes from a page of ours, asks for a departure that there is, and finds room.
///
/// # Errors
/// The answer that says why not: 403, 404, or 429 and 503 with `Retry-After`.
pub(super) fn admit(
    site: &Site,
    name: &str,
    request: &Request,
) -> Result<(DepartureId, Place), Box<Response>> {
    if !is_ours(site, request.headers()) {
        return Err(Box::new((StatusCode::FORBIDDEN, "This page may not watch seats here.").into_response()));
    }
    let departure = known(site, name)?;
    let visitor = visitors::known(site, request.headers()).map(|visitor| visitor.0);
    let address = limits::address(&site.limits, request);
    match site.live.enter(visitor, address) {
        Ok(place) => Ok((departure, place)),
        Err(full) => Err(Box::new(full.into_response())),
    }
}

/// A browser names the origin of a WebSocket, and of a stream that another origin's page opens; of an image or a frame it
/// tells only that it is of another site.
fn is_ours(site: &Site, headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let fetched = text("sec-fetch-site").is_none_or(|from| matches!(from, "same-origin" | "none"));
    fetched && site.origins.allows(text(header::ORIGIN.as_str()))
}

/// Nobody can watch now: another server may, or this one in a moment.
pub(super) fn try_again(error: &WatchError) -> Response {
    let why = match error {
        WatchError::Stopping => "This server stops. Try again.",
        WatchError::Store(_) => "Seats cannot be read at the moment. Try again shortly.",
    };
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "2")], why).into_response()
}
