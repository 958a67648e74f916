use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header},
    response::Response,
};
use http_body_util::BodyExt as _;
use redis::AsyncCommands as _;
use serde_json::Value;
use server::router::router;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tower::ServiceExt as _;

use super::kept::shelf;
use crate::world::{World, departure, visitor};

async fn get(app: &Router, path: &str, tag: Option<&str>) -> Response {
    let mut request = Request::get(path).header(header::ACCEPT_ENCODING, "br, gzip");
    if let Some(tag) = tag {
        request = request.header(header::IF_NONE_MATCH, tag);
    }
    app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
}

async fn json(response: Response) -> Value {
    serde_json::from_slice(&response.into_body().collect().await.unwrap().to_bytes()).unwrap()
}

fn text(response: &Response, name: header::HeaderName) -> &str {
    response.headers()[name].to_str().unwrap()
}

#[sqlx::test(migrations = "../../migrations")]
async fn whoever_polls_is_told_once_what_has_not_changed(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let app = router(world.site.clone());
    let path = format!("/live/departures/{}/seats", departure("Q1200"));
    let first = get(&app, &path, None).await;
    assert_eq!(first.status(), StatusCode::OK);
    let tag = text(&first, header::ETAG).to_owned();
    assert!(tag.starts_with('"'), "{tag} is a strong tag");
    assert!(!first.headers().contains_key(header::CONTENT_ENCODING), "one tag is of one form");
    assert_eq!(text(&first, header::CACHE_CONTROL), "no-cache");
    let told = json(first).await;
    assert_eq!(told["seats"], serde_json::json!([]));
    let again = get(&app, &path, Some(&tag)).await;
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    assert_eq!(text(&again, header::ETAG), tag);
    assert_eq!(again.into_body().collect().await.unwrap().to_bytes().len(), 0);

    let ada = visitor();
    let hold = world.choose(ada, &["Q1200"], 1).await.unwrap();
    world.pick(ada, hold, "Q1200", 0, "30A", 0).await.unwrap();
    // What was kept is worth some seconds.
    let (mut redis, key) = shelf(&world).await;
    redis.del::<_, ()>(key).await.unwrap();
    let changed = get(&app, &path, Some(&tag)).await;
    assert_eq!(changed.status(), StatusCode::OK);
    assert_ne!(text(&changed, header::ETAG), tag);
    let seats = json(changed).await["seats"].clone();
    assert_eq!(seats, serde_json::json!([{"seat": "30A", "state": "held", "version": 1}]));
    assert_eq!(get(&app, "/live/departures/Q1999-1-2027-01-11/seats", None).await.status(), 404);
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_drawing_of_a_cabin_is_kept_for_ever(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let app = router(world.site.clone());
    let told = json(get(&app, &format!("/live/departures/{}/seats", departure("Q1200")), None).await).await;
    let drawn = get(&app, told["geometry"].as_str().unwrap(), None).await;
    assert_eq!(drawn.status(), StatusCode::OK);
    assert_eq!(text(&drawn, header::CACHE_CONTROL), "public, max-age=31536000, immutable");
    assert!(!drawn.headers().contains_key(header::SET_COOKIE), "it is kept for everybody");
    assert_eq!(get(&app, "/geometry/320-Y150-1/0000000000000000", None).await.status(), 404);
}

#[sqlx::test(migrations = "../../migrations")]
async fn whoever_polls_without_end_must_wait(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let app = router(world.site.clone());
    let path = format!("/live/departures/{}/seats", departure("Q1200"));
    let refused = loop {
        let answer = get(&app, &path, None).await;
        if answer.status() != StatusCode::OK {
            break answer;
        }
    };
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(text(&refused, header::RETRY_AFTER), "1");
}
