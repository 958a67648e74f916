use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header},
    response::Response,
};
use http_body_util::BodyExt as _;
use server::router::router;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tower::ServiceExt as _;

use crate::world::{ORIGIN, WEBHOOK_SECRET, World};

async fn send(app: &Router, request: Request<Body>) -> Response {
    app.clone().oneshot(request).await.unwrap()
}

async fn get(app: &Router, path: &str) -> Response {
    send(app, Request::get(path).body(Body::empty()).unwrap()).await
}

async fn text(response: Response) -> String {
    String::from_utf8_lossy(&response.into_body().collect().await.unwrap().to_bytes()).into_owned()
}

fn search(extra: &str) -> String {
    let day = crate::world::departure("Q1200").date;
    format!("/search?from=BOS&to=LAX&depart={day}&adults=2{extra}")
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_search_answers_in_plain_html_with_its_security_headers(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let app = router(world.site.clone());
    let response = get(&app, &search("")).await;
    assert_eq!(response.status(), StatusCode::OK);
    let headers = response.headers().clone();
    let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(
        policy.contains("'strict-dynamic' 'nonce-") && policy.contains("frame-ancestors 'none'"),
        "{policy}"
    );
    assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    assert_eq!(headers[header::REFERRER_POLICY], "same-origin");
    let cookie = headers[header::SET_COOKIE].to_str().unwrap();
    assert!(
        cookie.starts_with("visitor=") && cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
        "{cookie}"
    );
    let page = text(response).await;
    assert!(page.contains("Q1 100") && page.contains("Q1 200"), "the one-stop over New York is offered");
    assert!(page.contains("action=\"/api/choose_offer\""), "and can be chosen without scripts");
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_cannot_be_searched_is_told_in_a_sentence(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let app = router(world.site.clone());
    for (path, sentence) in [
        ("/search?from=BOS&to=Atlantis&depart=2027-01-04", "Atlantis"),
        ("/search?from=BOS&to=LAX&depart=2020-01-04", "past"),
        ("/search?from=BOS&to=LAX&depart=tomorrow", "date"),
        (&search("&children=9"), "nine"),
        (&search("&cabin=Q"), "cabin"),
    ] {
        let page = text(get(&app, path).await).await;
        assert!(page.contains(sentence), "{path} does not say {sentence:?} but {page}");
    }
    assert_eq!(get(&app, "/nowhere").await.status(), StatusCode::NOT_FOUND);
}

#[sqlx::test(migrations = "../../migrations")]
async fn changes_from_foreign_pages_are_refused(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let app = router(world.site.clone());
    let choose = |origin: Option<&str>| {
        let offer = world.offer(&["Q1200"], 1);
        let mut request = Request::post("/api/choose_offer")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, "text/html");
        if let Some(origin) = origin {
            request = request.header(header::ORIGIN, origin);
        }
        request.body(Body::from(format!("offer={offer}"))).unwrap()
    };
    assert_eq!(send(&app, choose(Some("http://evil.test"))).await.status(), StatusCode::FORBIDDEN);
    assert_eq!(send(&app, choose(None)).await.status(), StatusCode::FORBIDDEN);
    assert_eq!(world.count("select count(*) from holds").await, 0);
    let chosen = send(&app, choose(Some(ORIGIN))).await;
    assert_eq!(chosen.status(), StatusCode::FOUND);
    let place = chosen.headers()[header::LOCATION].to_str().unwrap();
    assert!(place.starts_with("/book/") && place.ends_with("/travellers"), "{place}");
    assert_eq!(world.count("select count(*) from holds").await, 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_webhook_is_stored_once_and_only_when_it_is_signed(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let app = router(world.site.clone());
    let now = jiff::Timestamp::now().as_second();
    let body = format!(
        r#"{{"id":"evt_1","object":"event","type":"payment_intent.succeeded","created":{now},"api_version":"x","livemode":false,"pending_webhooks":1,"data":{{"object":{{"id":"pi_unknown","object":"payment_intent"}}}}}}"#
    );
    let webhook = |signature: String, body: &str| {
        Request::post("/webhooks/stripe")
            .header("stripe-signature", signature)
            .body(Body::from(body.to_owned()))
            .unwrap()
    };
    let signature = |body: &str, at| stripe_sandbox::webhook::signature(WEBHOOK_SECRET, body, at);
    for (signature, body) in [
        (String::new(), body.as_str()),
        (signature(&body, now), "{}"),
        (signature(&body, now - 3600), body.as_str()),
        (signature("not json", now), "not json"),
    ] {
        assert_eq!(send(&app, webhook(signature, body)).await.status(), StatusCode::BAD_REQUEST);
    }
    assert_eq!(world.count("select count(*) from stripe_events").await, 0);
    for _ in 0..2 {
        let answer = send(&app, webhook(signature(&body, now), &body)).await;
        assert_eq!(answer.status(), StatusCode::OK);
    }
    assert_eq!(world.count("select count(*) from stripe_events").await, 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn health_tells_whether_seats_can_be_sold(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let app = router(world.site.clone());
    assert_eq!(get(&app, "/healthz").await.status(), StatusCode::OK);
    let ready = get(&app, "/readyz").await;
    assert_eq!(ready.status(), StatusCode::OK);
    assert!(text(ready).await.contains("\"postgres\":\"up\""));
    world.pool.close().await;
    assert_eq!(get(&app, "/readyz").await.status(), StatusCode::SERVICE_UNAVAILABLE);
}

#[sqlx::test(migrations = "../../migrations")]
async fn one_address_that_asks_without_end_is_told_to_wait(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let app = router(world.site.clone());
    let guess = || {
        Request::post("/api/open_trip")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ORIGIN, ORIGIN)
            .body(Body::from("pnr=Z&surname=Guess"))
            .unwrap()
    };
    let mut refused = None;
    for _ in 0..1000 {
        let response = send(&app, guess()).await;
        if response.status() == StatusCode::TOO_MANY_REQUESTS {
            refused = Some(response);
            break;
        }
    }
    assert!(refused.unwrap().headers().contains_key(header::RETRY_AFTER));
    assert_eq!(get(&app, "/trips").await.status(), StatusCode::OK, "reading goes on");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_malformed_call_is_the_callers_fault(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let app = router(world.site.clone());
    for body in
        ["", "hold=x", "hold=00000000-0000-0000-0000-000000000000&departure=x&leg=y&traveller=900&seat=14C"]
    {
        let request = Request::post("/api/pick_seat")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, "application/json")
            .header(header::ORIGIN, ORIGIN)
            .body(Body::from(body))
            .unwrap();
        let response = send(&app, request).await;
        assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        assert!(text(response).await.contains("\"code\":\"invalid\""));
    }
}
