//! Calls with an idempotency key: one effect and one answer, however often and however many at once.

use app::{
    answers::{Contact, TravellerEntry},
    ports::{
        Caller, Checkout as _, CheckoutError, HoldError, Key, PickError, Seats as _, TripError, Visitor,
    },
};
use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header},
    response::Response,
};
use domain::hold::HoldState;
use http_body_util::BodyExt as _;
use server::{postgres::Once, router::router};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::sync::Arc;
use tokio::task::JoinSet;
use tower::ServiceExt as _;

use crate::world::{ORIGIN, World, visitor};

const CROWD: usize = 24;

fn keyed(visitor: Visitor, key: &str) -> Caller {
    Caller { visitor, key: Some(Key::parse(key).unwrap()) }
}

/// Asks the same many times at once, and gives all answers.
async fn crowd<T: Send + 'static, F: Future<Output = T> + Send + 'static>(
    world: &Arc<World>,
    ask: impl Fn(Arc<World>) -> F,
) -> Vec<T> {
    let mut crowd = JoinSet::new();
    for _ in 0..CROWD {
        crowd.spawn(ask(world.clone()));
    }
    crowd.join_all().await
}

#[sqlx::test(migrations = "../../migrations")]
async fn many_who_choose_under_one_key_at_once_get_one_hold(_: PgPoolOptions, options: PgConnectOptions) {
    let world = Arc::new(World::open(options).await);
    let ada = visitor();
    let offer = world.offer(&["Q1200"], 2);
    let chosen = crowd(&world, |world| {
        let offer = offer.clone();
        async move { world.site.seating.choose(keyed(ada, "k"), &offer).await.unwrap() }
    })
    .await;
    assert!(chosen.iter().all(|hold| *hold == chosen[0]), "{chosen:?}");
    assert_eq!(world.count("select count(*) from holds").await, 1);
    world.site.seating.release(ada.into(), chosen[0]).await.unwrap();
    let again = world.site.seating.choose(keyed(ada, "k"), &offer).await.unwrap();
    assert_eq!(again, chosen[0], "the answer stays when the hold is over");
    assert_eq!(world.count("select count(*) from holds").await, 1);
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn another_request_under_a_used_key_is_refused(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let (ada, bob) = (visitor(), visitor());
    let seating = &world.site.seating;
    let offer = world.offer(&["Q1200"], 1);
    let hold = seating.choose(keyed(ada, "k"), &offer).await.unwrap();
    let other = seating.choose(keyed(ada, "k"), &world.offer(&["Q1100"], 1)).await;
    assert_eq!(other, Err(HoldError::KeyReused));
    assert_ne!(seating.choose(keyed(bob, "k"), &offer).await.unwrap(), hold, "another's key is another key");
    seating.release(keyed(ada, "k"), hold).await.unwrap();
    assert_eq!(world.count("select count(*) from holds where state = 'active'").await, 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn two_offers_at_once_under_one_key_make_one_hold(_: PgPoolOptions, options: PgConnectOptions) {
    let world = Arc::new(World::open(options).await);
    let ada = visitor();
    let offers = [world.offer(&["Q1200"], 1), world.offer(&["Q1100"], 1)];
    let mut crowd = JoinSet::new();
    for i in 0..CROWD {
        let (world, offer) = (world.clone(), offers[i % 2].clone());
        crowd.spawn(async move { world.site.seating.choose(keyed(ada, "k"), &offer).await });
    }
    let answers = crowd.join_all().await;
    assert_eq!(answers.iter().filter(|a| a.is_ok()).count(), CROWD / 2, "{answers:?}");
    assert_eq!(answers.iter().filter(|a| **a == Err(HoldError::KeyReused)).count(), CROWD / 2);
    assert_eq!(world.count("select count(*) from holds").await, 1);
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_refusal_stays_under_its_key_and_a_new_key_asks_anew(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let (ada, bob) = (visitor(), visitor());
    let seating = &world.site.seating;
    let mut taken = Vec::new();
    for _ in 0..8 {
        let who = visitor();
        taken.push((who, world.choose(who, &["Q1300"], 8).await.unwrap()));
    }
    let offer = world.offer(&["Q1300"], 1);
    let refused = seating.choose(keyed(ada, "k"), &offer).await;
    assert!(matches!(refused, Err(HoldError::SoldOut { left: 0, .. })), "{refused:?}");
    let (who, hold) = taken[0];
    seating.release(who.into(), hold).await.unwrap();
    assert_eq!(seating.choose(keyed(ada, "k"), &offer).await, refused);
    let hold = seating.choose(keyed(ada, "k2"), &offer).await.unwrap();
    assert_eq!(seating.extend(keyed(ada, "k"), hold).await, Err(HoldError::NoExtension));
    world.pass(9).await;
    assert_eq!(seating.extend(keyed(ada, "k"), hold).await, Err(HoldError::NoExtension));
    seating.extend(keyed(ada, "k2"), hold).await.unwrap();
    assert_eq!(seating.release(keyed(bob, "k"), hold).await, Err(HoldError::NotFound));
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_was_not_decided_is_not_kept(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let ada = visitor();
    let seating = &world.site.seating;
    let hold = world.choose(ada, &["Q1200"], 1).await.unwrap();
    let mut blocking = world.pool.begin().await.unwrap();
    sqlx::query("select from holds for update").execute(&mut *blocking).await.unwrap();
    assert_eq!(seating.release(keyed(ada, "k"), hold).await, Err(HoldError::Unavailable));
    assert_eq!(world.count("select count(*) from idempotency").await, 0);
    blocking.rollback().await.unwrap();
    seating.release(keyed(ada, "k"), hold).await.unwrap();
    assert_eq!(world.count("select count(*) from holds where state = 'released'").await, 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn every_change_of_a_hold_is_made_once_under_its_key(_: PgPoolOptions, options: PgConnectOptions) {
    let world = Arc::new(World::open(options).await);
    let ada = visitor();
    let hold = world.choose(ada, &["Q1200"], 1).await.unwrap();
    let named = crowd(&world, |world| async move {
        let contact = Contact { email: "ada@example.com".into(), phone: String::new() };
        let travellers = vec![TravellerEntry {
            given_name: "Ada".into(),
            surname: "Moreno".into(),
            birth_date: "1985-04-30".into(),
        }];
        world.site.seating.name_travellers(keyed(ada, "k"), hold, travellers, contact).await
    })
    .await;
    assert!(named.iter().all(Result::is_ok), "{named:?}");
    world.pass(9).await;
    let extended =
        crowd(&world, |world| async move { world.site.seating.extend(keyed(ada, "k"), hold).await }).await;
    assert!(extended.iter().all(Result::is_ok), "once under the key is no refusal: {extended:?}");
    let started =
        crowd(&world, |world| async move { world.site.paying.start(keyed(ada, "k"), hold).await }).await;
    assert!(started.iter().all(Result::is_ok), "{started:?}");
    assert_eq!(world.count("select count(*) from payments").await, 1);
    let released =
        crowd(&world, |world| async move { world.site.seating.release(keyed(ada, "k"), hold).await }).await;
    assert!(released.iter().all(Result::is_ok), "{released:?}");
    assert_eq!(world.count("select count(*) from outbox where step = 'void'").await, 1);
    world.site.paying.start(keyed(ada, "k"), hold).await.unwrap();
    let anew = world.site.paying.start(keyed(ada, "k2"), hold).await;
    assert_eq!(anew, Err(CheckoutError::Hold(HoldError::Ended(HoldState::Released))));
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_party_is_seated_together_once_under_one_key(_: PgPoolOptions, options: PgConnectOptions) {
    let world = Arc::new(World::open(options).await);
    let ada = visitor();
    let hold = world.choose(ada, &["Q1200"], 3).await.unwrap();
    let seated = crowd(&world, |world| async move {
        world.site.seating.seat_together(keyed(ada, "k"), hold, 0).await.unwrap()
    })
    .await;
    assert!(seated.iter().all(|answer| *answer == seated[0]), "{seated:?}");
    assert_eq!(world.count("select count(*) from seats").await, 3, "nobody moved twice");
    assert_eq!(world.count("select max(version)::bigint from seats").await, 1);
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_asking_whose_server_died_is_taken_over(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let ada = visitor();
    let hold = world.choose(ada, &["Q1200"], 1).await.unwrap();
    let asking = Once::new(&keyed(ada, "k"), "seat_together", &(hold, 0_usize), Some(hold));
    assert!(world.postgres.begin(&asking).await.unwrap());
    let busy = world.site.seating.seat_together(keyed(ada, "k"), hold, 0).await;
    assert_eq!(busy, Err(PickError::Hold(HoldError::Unavailable)), "somebody is at it");
    world.pass(1).await;
    world.site.seating.seat_together(keyed(ada, "k"), hold, 0).await.unwrap();
    assert_eq!(world.count("select count(*) from seats where state = 'held'").await, 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_wrong_surname_counts_once_under_its_key(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let ada = visitor();
    let pnr = world.ticketed(ada).await;
    let trips = &world.site.ports.trips;
    let eve = visitor();
    for _ in 0..20 {
        let opened = trips.open(keyed(eve, "k"), pnr.as_str(), "Guess").await;
        assert_eq!(opened, Err(TripError::NotFound));
    }
    assert_eq!(world.count("select count(*) from trip_tries").await, 1);
    assert_eq!(trips.open(keyed(eve, "k"), pnr.as_str(), "Moreno").await, Err(TripError::KeyReused));
    assert_eq!(trips.open(keyed(eve, "k2"), pnr.as_str(), "Moreno").await, Ok(pnr));
}

#[sqlx::test(migrations = "../../migrations")]
async fn answers_are_forgotten_a_day_after_the_hold_and_never_while_the_booking_exists(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let seating = &world.site.seating;
    let (ada, bob, eve) = (visitor(), visitor(), visitor());
    assert!(seating.choose(keyed(eve, "refused"), "x.y").await.is_err());
    let kept = seating.choose(keyed(ada, "kept"), &world.offer(&["Q1200"], 1)).await.unwrap();
    world.ticket(ada, kept).await;
    seating.choose(keyed(bob, "left"), &world.offer(&["Q1200"], 1)).await.unwrap();
    let keys = || async {
        sqlx::query_scalar::<_, String>("select key from idempotency order by key")
            .fetch_all(&world.pool)
            .await
            .unwrap()
    };
    world.postgres.forget_answers().await.unwrap();
    assert_eq!(keys().await, ["kept", "left", "refused"]);
    world.pass(23 * 60).await;
    for expired in world.postgres.expired_holds().await.unwrap() {
        world.site.seating.end(expired, server::postgres::EndAs::Expired).await.unwrap();
    }
    world.pass(2 * 60).await;
    world.postgres.forget_answers().await.unwrap();
    assert_eq!(keys().await, ["kept", "left"], "its hold ended two hours ago");
    world.pass(23 * 60).await;
    world.postgres.forget_answers().await.unwrap();
    world.pass(365 * 24 * 60).await;
    world.postgres.forget_answers().await.unwrap();
    assert_eq!(keys().await, ["kept"]);
}

async fn post(app: &Router, path: &str, key: Option<&str>, cookie: &str, body: String) -> Response {
    let mut request = Request::post(path)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::ORIGIN, ORIGIN)
        .header(header::COOKIE, cookie);
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    app.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap()
}

async fn text(response: Response) -> String {
    String::from_utf8_lossy(&response.into_body().collect().await.unwrap().to_bytes()).into_owned()
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_key_comes_as_a_header_or_in_a_hidden_field(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let app = router(world.site.clone());
    let cookie = format!("visitor={}", world.site.signing.visitor_cookie(visitor().0));
    let choose = |key: Option<&'static str>, body: String| {
        let (app, cookie) = (app.clone(), cookie.clone());
        async move { post(&app, "/api/choose_offer", key, &cookie, body).await }
    };
    let offer = world.offer(&["Q1200"], 1);
    let first = choose(Some("k"), format!("offer={offer}")).await;
    assert_eq!(first.status(), StatusCode::OK);
    let other = format!("offer={}", world.offer(&["Q1200"], 1));
    let reused = choose(Some("k"), other.clone()).await;
    assert_eq!(reused.status(), StatusCode::CONFLICT);
    assert!(text(reused).await.contains("\"code\":\"key_reused\""));
    for key in ["k".repeat(256), "ä".repeat(9), " ".into(), "a\u{1}".into()] {
        let hidden = format!("{other}&key={}", key.replace('ä', "%C3%A4").replace(' ', "+"));
        let refused = choose(None, hidden).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY, "{key:?}");
    }
    let long = post(&app, "/api/choose_offer", Some(&"k".repeat(256)), &cookie, other.clone()).await;
    assert_eq!(long.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(world.count("select count(*) from holds").await, 1);
    assert_eq!(choose(None, format!("{other}&key=form-7")).await.status(), StatusCode::OK);
    assert_eq!(
        world.count("select count(*) from idempotency where key = 'k' or key like 'form-7.%'").await,
        2
    );
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_unknown_outcome_says_under_which_key_to_ask_again(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let app = router(world.site.clone());
    let cookie = format!("visitor={}", world.site.signing.visitor_cookie(visitor().0));
    let offer = world.offer(&["Q1200"], 1);
    world.pool.close().await;
    let paused = post(&app, "/api/choose_offer", Some("k-7"), &cookie, format!("offer={offer}")).await;
    assert_eq!(paused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(paused.headers().contains_key(header::RETRY_AFTER));
    let told = text(paused).await;
    assert!(told.contains("\"code\":\"unknown\"") && told.contains("\"key\":\"k-7\""), "{told}");
}
