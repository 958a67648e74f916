use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    extract::{Path, Request, State},
    http::{HeaderName, header},
    response::{IntoResponse as _, Response},
};
use futures_util::stream::{self, StreamExt as _};
use tokio::time::{Instant, timeout_at};
use uuid::Uuid;

use super::{door, viewer::Viewer};
use crate::{patience, site::Site};

/// `GET /live/departures/{id}/events`: the same frames as server-sent events, each in base64. A stream asks for nothing:
/// whoever finds another digest reads `…/seats`. It ends after some minutes, and a browser begins another by itself.
pub async fn stream_departure(
    State(site): State<Site>,
    Path(departure): Path<String>,
    request: Request,
) -> Response {
    let (departure, place) = match door::admit(&site, &departure, &request) {
        Ok(admitted) => admitted,
        Err(refusal) => return *refusal,
    };
    let viewer = match site.live.watch(departure, place).await {
        Ok(viewer) => viewer,
        Err(error) => {
            tracing::warn!(%departure, %error, "a viewer cannot be served");
            return door::try_again(&error);
        }
    };
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
        // nginx would gather what is meant for now.
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    (headers, Body::from_stream(events(viewer).map(Ok::<_, std::convert::Infallible>))).into_response()
}

fn events(viewer: Viewer) -> impl stream::Stream<Item = Bytes> + Send {
    let beginning: Vec<Bytes> =
        std::iter::once(retry()).chain(viewer.beginning().iter().map(|told| told.event())).collect();
    let end = Instant::now() + patience::STREAM;
    let rest = stream::unfold(viewer, move |mut viewer| async move {
        let told = timeout_at(end, viewer.next()).await.ok().flatten()?;
        Some((told.event(), viewer))
    });
    stream::iter(beginning).chain(rest)
}

/// When a browser begins again after the end: each at a time of its own, so that a restarted server is not met by all at
/// once.
fn retry() -> Bytes {
    let chance = Uuid::new_v4().as_u128() % 600;
    let pause = Duration::from_millis(200 + u64::try_from(chance).unwrap_or_default());
    format!("retry: {}\n\n", pause.as_millis()).into()
}
