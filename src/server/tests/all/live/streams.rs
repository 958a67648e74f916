use app::ports::Seats as _;
use axum::{
    Router,
    body::{Body, BodyDataStream},
    http::{Request, StatusCode, header},
    response::Response,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::{
    live::{Frame, SeatPicture},
    seat::SeatState,
};
use futures_util::StreamExt as _;
use server::router::router;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::time::timeout;
use tower::ServiceExt as _;

use super::{PATIENCE, seat, until_viewers};
use crate::world::{ORIGIN, World, departure, visitor};

async fn open(app: &Router, flight: &str, headers: &[(&'static str, &str)]) -> Response {
    let path = format!("/live/departures/{}/events", departure(flight));
    let request = Request::get(path).header(header::ACCEPT_ENCODING, "br, gzip");
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
}

/// Reads events into a picture until it is as wanted.
async fn until(
    stream: &mut BodyDataStream,
    picture: &mut SeatPicture,
    wanted: impl Fn(&SeatPicture) -> bool,
) {
    let read = async {
        while !wanted(picture) {
            let event = stream.next().await.expect("the stream goes on").unwrap();
            let event = str::from_utf8(&event).unwrap().strip_suffix("\n\n").unwrap();
            let Some(data) = event.strip_prefix("data: ") else {
                assert!(event.starts_with("retry: "), "{event}");
                continue;
            };
            match Frame::decode(&STANDARD.decode(data).unwrap()).unwrap() {
                Frame::Snapshot(changes) | Frame::Changes(changes) | Frame::Checked(changes, _) => {
                    picture.apply_snapshot(&changes);
                }
                Frame::Digest(_) | Frame::Pace { .. } => {}
            }
        }
    };
    timeout(PATIENCE, read).await.expect("the picture never came to be as wanted");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_stream_tells_what_a_socket_tells(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let app = router(world.site.clone());
    let ada = visitor();
    let hold = world.choose(ada, &["Q1200"], 1).await.unwrap();
    world.pick(ada, hold, "Q1200", 0, "30A", 0).await.unwrap();

    let response = open(&app, "Q1200", &[]).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
    assert!(!response.headers().contains_key(header::CONTENT_ENCODING), "each event goes out by itself");
    let mut stream = response.into_body().into_data_stream();
    let mut picture = SeatPicture::default();
    until(&mut stream, &mut picture, |p| p.state(seat("30A")) == SeatState::Held).await;
    world.pick(ada, hold, "Q1200", 0, "30B", 0).await.unwrap();
    until(&mut stream, &mut picture, |p| p.state(seat("30B")) == SeatState::Held).await;
    world.site.seating.release(ada.into(), hold).await.unwrap();
    until(&mut stream, &mut picture, |p| p.state(seat("30B")) == SeatState::Available).await;

    assert_eq!(world.site.live.viewers(), 1);
    drop(stream);
    until_viewers(&world.site, 0).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_stream_is_for_our_own_pages_and_ends_with_the_server(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let app = router(world.site.clone());
    for foreign in [("origin", "http://evil.test"), ("origin", "null"), ("sec-fetch-site", "cross-site")] {
        assert_eq!(open(&app, "Q1200", &[foreign]).await.status(), StatusCode::FORBIDDEN, "{foreign:?}");
    }
    assert_eq!(open(&app, "Q1999", &[]).await.status(), StatusCode::NOT_FOUND);
    let ours = open(&app, "Q1200", &[("origin", ORIGIN), ("sec-fetch-site", "same-origin")]).await;
    assert_eq!(ours.status(), StatusCode::OK);
    let rest = ours.into_body().into_data_stream();
    world.site.live.close();
    timeout(PATIENCE, rest.count()).await.expect("the stream ends");
    let late = open(&app, "Q1200", &[]).await;
    assert_eq!(late.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(late.headers().contains_key(header::RETRY_AFTER));
}
