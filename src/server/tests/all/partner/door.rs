use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};
use serde_json::json;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::{Partner, asks};
use crate::world::World;

#[sqlx::test(migrations = "../../migrations")]
async fn who_brings_no_token_of_ours_is_told_so_in_the_form_of_the_api(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let partner = Partner::demo(&world.site);
    let bare = |value: Option<&str>| {
        let request = Request::builder().uri("/air/airlines").header("duffel-version", "v2");
        let request = value.into_iter().fold(request, |request, v| request.header("authorization", v));
        request.body(Body::empty()).unwrap()
    };
    for (value, code) in [
        (None, "missing_authorization_header"),
        (Some("Basic abc"), "invalid_authorization_header"),
        (Some("Bearer "), "invalid_authorization_header"),
        (Some("Bearer sky_somebody_elses"), "access_token_not_found"),
    ] {
        let answer = partner.send(bare(value)).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::UNAUTHORIZED, code));
        assert_eq!(answer.body["errors"][0]["type"], "authentication_error");
        assert_eq!(answer.body["meta"]["status"], 401);
        assert_eq!(answer.body["meta"]["request_id"], answer.headers["x-request-id"].to_str().unwrap());
    }
    assert_eq!(partner.get("/air/airlines").await.status, StatusCode::OK);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_revoked_token_opens_nothing(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let partner = Partner::with_balance(&world, 0).await;
    assert_eq!(partner.get("/air/aircraft").await.status, StatusCode::OK);
    let token = world.postgres.token(&partner.secret).await.unwrap().unwrap().id;
    assert!(world.postgres.revoke_token(token).await.unwrap());
    assert_eq!(partner.get("/air/aircraft").await.code(), "access_token_not_found");
}

#[sqlx::test(migrations = "../../migrations")]
async fn another_version_than_ours_is_not_spoken(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let partner = Partner::demo(&world.site);
    for (version, code) in [(None, "missing_version"), (Some("v1"), "unsupported_version")] {
        let request = Request::builder()
            .uri("/air/airlines")
            .header("authorization", format!("Bearer {}", partner.secret));
        let request = version.into_iter().fold(request, |request, v| request.header("duffel-version", v));
        let answer = partner.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::BAD_REQUEST, code));
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_token_may_ask_so_often_a_minute_and_is_told_how_often_it_still_may(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let partner = Partner::with_balance(&world, 0).await;
    let token = world.postgres.token(&partner.secret).await.unwrap().unwrap().id;
    assert!(world.postgres.set_token_rate(token, 3).await.unwrap());
    let mut answers = Vec::new();
    // A minute of the clock may begin anew once while this runs.
    for _ in 0..8 {
        answers.push(partner.get("/air/airlines").await);
    }
    let refused: Vec<_> = answers.iter().filter(|answer| !answer.status.is_success()).collect();
    assert!(refused.len() >= 2, "of eight, at most three in each of two minutes");
    for answer in refused {
        assert_eq!((answer.status, answer.code()), (StatusCode::TOO_MANY_REQUESTS, "rate_limit_exceeded"));
        assert_eq!(answer.body["errors"][0]["type"], "rate_limit_error");
        assert_eq!(answer.headers["ratelimit-remaining"], "0");
        assert!(answer.headers.contains_key("retry-after"));
    }
    assert_eq!(answers[0].headers["ratelimit-limit"], "3");
    assert_eq!(answers[0].headers["ratelimit-remaining"], "2");
    assert!(answers[0].headers["ratelimit-reset"].to_str().unwrap().ends_with("GMT"));
    let other = Partner::demo(&world.site);
    assert_eq!(other.get("/air/airlines").await.status, StatusCode::OK, "each token has its own");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_tokens_minute_is_counted_at_all_servers_together(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let partner = Partner::with_balance(&world, 0).await;
    let elsewhere = Partner { secret: partner.secret.clone(), ..Partner::demo(&world.another_site().await) };
    let mut remaining = Vec::new();
    // A minute of the clock may begin anew once while this runs, so not all are one less than the one before.
    for asks in [&partner, &elsewhere, &partner, &elsewhere] {
        let answer = asks.get("/air/airlines").await;
        remaining.push(answer.headers["ratelimit-remaining"].to_str().unwrap().parse::<u32>().unwrap());
    }
    assert!(remaining.windows(2).filter(|pair| pair[0] == pair[1] + 1).count() >= 2, "{remaining:?}");
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_address_that_guesses_tokens_is_turned_away_without_a_look(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let guesser = Partner { secret: "sky_a_guess".into(), ..Partner::demo(&world.site) };
    let mut codes = Vec::new();
    // More than two minutes' worth: the clock's may begin anew once.
    for _ in 0..45 {
        codes.push(guesser.get("/air/airlines").await.code().to_owned());
    }
    let looked = codes.iter().filter(|code| *code == "access_token_not_found").count();
    assert!((20..=40).contains(&looked), "{looked}");
    assert!(codes.iter().any(|code| code == "rate_limit_exceeded"), "{codes:?}");
}

#[sqlx::test(migrations = "../../migrations")]
async fn addresses_answer_with_and_without_a_slash_and_unknown_ones_in_the_form_of_the_api(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let partner = Partner::demo(&world.site);
    for path in ["/air/airlines", "/air/airlines/", "/air/airports/arp_jfk", "/air/airports/arp_jfk/"] {
        assert_eq!(partner.get(path).await.status, StatusCode::OK, "{path}");
    }
    for path in ["/air/nonsense", "/places/nonsense", "/air/airports/arp_zzz9", "/air/orders/ord_7"] {
        let answer = partner.get(path).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::NOT_FOUND, "not_found"), "{path}");
    }
    let answer =
        partner.send(partner.request(Method::DELETE, "/air/airlines").body(Body::empty()).unwrap()).await;
    assert_eq!((answer.status, answer.code()), (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed"));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_body_that_is_none_is_refused(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let partner = Partner::demo(&world.site);
    for (body, code) in [
        ("", "invalid_json"),
        ("{", "invalid_json"),
        ("[]", "missing_data"),
        (r#"{"data": 7}"#, "missing_data"),
        (r#"{"data": {"slices": 7}}"#, "invalid_type"),
    ] {
        let request = partner.request(Method::POST, "/air/offer_requests").body(Body::from(body)).unwrap();
        let answer = partner.send(request).await;
        assert!(answer.status.is_client_error());
        assert_eq!(answer.code(), code, "{body}");
    }
    let huge = json!({ "data": { "filler": "x".repeat(300_000) } }).to_string();
    let request = partner.request(Method::POST, "/air/offer_requests").body(Body::from(huge)).unwrap();
    assert_eq!(partner.send(request).await.code(), "invalid_body");
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_demo_token_has_its_balance_once(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let partner = Partner::demo(&world.site);
    assert_eq!(partner.balance_minor(&world).await, 100_000_000);
    // A second server starts with the same token.
    drop(world.another_site().await);
    assert_eq!(partner.balance_minor(&world).await, 100_000_000);
    assert_eq!(partner.post("/air/offer_requests", asks("JFK", "LAX", 1)).await.status, StatusCode::CREATED);
    world.audit().await;
}
