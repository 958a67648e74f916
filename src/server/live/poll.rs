use std::{net::IpAddr, num::NonZeroU32, sync::Arc, time::Duration};

use axum::{
    extract::{Path, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{cabin::Layout, departure::DepartureId, live::SeatPicture};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use tokio::{task::JoinSet, time::sleep};

use super::{crowd::network, door, geometry};
use crate::{limits, site::Site};

/// What one address may ask at once, and in a second after that.
const BURST: NonZeroU32 = NonZeroU32::new(100).unwrap();
const PER_SECOND: NonZeroU32 = NonZeroU32::new(20).unwrap();
const TIDYING: Duration = Duration::from_mins(1);

/// How often each address polls.
#[derive(Clone)]
pub(super) struct Polls(Arc<DefaultKeyedRateLimiter<IpAddr>>);

impl Polls {
    /// Starts the task that forgets who is near no limit; it ends with the `tasks`.
    pub fn start(tasks: &mut JoinSet<()>) -> Self {
        let limiter = Arc::new(RateLimiter::keyed(Quota::per_second(PER_SECOND).allow_burst(BURST)));
        let tidied = limiter.clone();
        tasks.spawn(async move {
            loop {
                sleep(TIDYING).await;
                tidied.retain_recent();
            }
        });
        Self(limiter)
    }

    fn allow(&self, address: IpAddr) -> bool {
        self.0.check_key(&network(address)).is_ok()
    }
}

#[derive(Serialize)]
struct Answer<'a> {
    departure: DepartureId,
    /// Where the cabin is drawn: it never changes, and is worth keeping.
    geometry: String,
    /// The seats ever touched; all others are available at version 0.
    seats: &'a SeatPicture,
}

/// `GET /live/departures/{id}/seats`: the touched seats as JSON, for programs that ask from time to time. The `ETag` is of
/// its content alone: whoever sends it along is answered 304 until a seat changes.
pub async fn poll_seats(
    State(site): State<Site>,
    Path(departure): Path<String>,
    request: Request,
) -> Response {
    if !site.live.polls.allow(limits::address(&site.limits, &request)) {
        let wait = [(header::RETRY_AFTER, "1")];
        return (StatusCode::TOO_MANY_REQUESTS, wait, "Ask less often.").into_response();
    }
    let departure = match door::known(&site, &departure) {
        Ok(departure) => departure,
        Err(refusal) => return *refusal,
    };
    match site.live.picture(departure).await {
        Ok(picture) => answer(&site, departure, &picture, request.headers()),
        Err(error) => {
            tracing::warn!(%departure, %error, "seats cannot be read");
            door::try_again(&error.into())
        }
    }
}

fn answer(site: &Site, departure: DepartureId, picture: &SeatPicture, asked: &HeaderMap) -> Response {
    let timetable = site.timetable.current();
    let Some(layout) = timetable.departure(&departure).map(|d| Layout::of(&d.aircraft, &d.configuration))
    else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let seats = Answer { departure, geometry: geometry::path(&layout), seats: picture };
    let Ok(body) = serde_json::to_vec(&seats) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let tag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(&Sha256::digest(&body)[..16]));
    // To be kept, and asked about each time.
    let mut response = if knows(asked, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, "application/json")], body).into_response()
    };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// Whether `If-None-Match` names this tag (RFC 9110, 13.1.2, which compares weakly).
fn knows(asked: &HeaderMap, tag: &str) -> bool {
    let lines = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|line| line.to_str().ok());
    lines
        .flat_map(|line| line.split(','))
        .map(str::trim)
        .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};

    use super::knows;

    #[test]
    fn a_tag_is_found_in_any_list_that_names_it() {
        for (asked, known) in [
            ("\"a\"", true),
            ("W/\"a\"", true),
            ("\"b\", \"a\"", true),
            ("*", true),
            ("\"b\"", false),
            ("a", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_NONE_MATCH, HeaderValue::from_static(asked));
            assert_eq!(knows(&headers, "\"a\""), known, "{asked}");
        }
        assert!(!knows(&HeaderMap::new(), "\"a\""));
    }
}
