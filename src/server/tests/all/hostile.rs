//! Input that nobody may send: refused, nothing changed, nothing personal in the log.

use app::ports::{Checkout as _, Visitor};
use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header},
};
use domain::{hold::HoldId, traveller::Party};
use server::{jobs::handle_events, router::router};
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use stripe_sandbox::webhook::signature;
use tower::ServiceExt as _;

use crate::{
    log::Log,
    world::{ORIGIN, WEBHOOK_SECRET, World, visitor},
};

/// All rows of all tables, but for those named.
async fn dump(pool: &PgPool, without: &[&str]) -> Vec<(String, Vec<String>)> {
    let tables: Vec<String> = sqlx::query_scalar(
        "select tablename::text from pg_tables where schemaname = 'public' and tablename <> '_sqlx_migrations'
        order by tablename",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    let mut dump = Vec::new();
    for table in tables.into_iter().filter(|table| !without.contains(&table.as_str())) {
        let sql = format!("select t::text from {table} t order by t::text");
        let rows = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_all(pool).await.unwrap();
        dump.push((table, rows));
    }
    dump
}

struct Door<'a> {
    app: Router,
    world: &'a World,
}

impl<'a> Door<'a> {
    fn of(world: &'a World) -> Self {
        Self { app: router(world.site.clone()), world }
    }

    /// Posts a form as that visitor's browser does.
    async fn post(&self, path: &str, who: Visitor, body: impl Into<Body>) -> StatusCode {
        let cookie = format!("visitor={}", self.world.site.signing.visitor_cookie(who.0));
        self.post_with(path, &cookie, body).await
    }

    async fn post_with(&self, path: &str, cookie: &str, body: impl Into<Body>) -> StatusCode {
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ORIGIN, ORIGIN)
            .header(header::COOKIE, cookie)
            .body(body.into())
            .unwrap();
        self.app.clone().oneshot(request).await.unwrap().status()
    }

    async fn webhook(&self, signature: &str, body: &str) -> StatusCode {
        let request = Request::post("/webhooks/stripe")
            .header("stripe-signature", signature)
            .body(Body::from(body.to_owned()))
            .unwrap();
        self.app.clone().oneshot(request).await.unwrap().status()
    }
}

/// A hold of Ada's that is being paid for, and its intent.
async fn paying(world: &World) -> (Visitor, HoldId, String) {
    let ada = visitor();
    let hold = world.choose(ada, &["Q1200"], 1).await.unwrap();
    world.name(ada, hold, &["Moreno"]).await;
    world.site.paying.start(ada.into(), hold).await.unwrap();
    let intent = world.postgres.payment_of(ada.0, hold).await.unwrap().unwrap().intent.unwrap();
    (ada, hold, intent)
}

fn event(id: &str, kind: &str, intent: &str) -> String {
    let now = jiff::Timestamp::now().as_second();
    format!(
        r#"{{"id":"{id}","object":"event","type":"{kind}","created":{now},"api_version":"x","livemode":false,"pending_webhooks":1,"data":{{"object":{{"id":"{intent}","object":"payment_intent"}}}}}}"#
    )
}

#[sqlx::test(migrations = "../../migrations")]
async fn nobody_does_anything_with_anothers_hold(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let log = Log::start();
    let door = Door::of(&world);
    let ada = visitor();
    let choosing = world.choose(ada, &["Q1100", "Q1200"], 1).await.unwrap();
    let (_, reserved, _) = paying(&world).await;
    let eve = visitor();
    let before = dump(&world.pool, &[]).await;
    let departure = crate::world::departure("Q1200");
    for hold in [choosing, reserved] {
        let person = "travellers[0][given_name]=Mallory&travellers[0][surname]=Quisling&travellers[0][birth_date]=1977-07-07";
        for (path, fields) in [
            ("save_travellers", format!("&{person}&contact[email]=mallory@evil.test&contact[phone]=")),
            ("pick_seat", format!("&departure={departure}&leg=0&traveller=0&seat=30A:0")),
            ("seat_together", "&leg=0".to_owned()),
            ("extend_hold", String::new()),
            ("release_hold", String::new()),
            ("start_payment", "&again=true".to_owned()),
            ("settle_payment", String::new()),
        ] {
            let body = format!("hold={hold}{fields}");
            let status = door.post(&format!("/api/{path}"), eve, body).await;
            assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        }
    }
    // A cookie that was not signed by us is nobody's.
    let cookie = world.site.signing.visitor_cookie(ada.0);
    for forged in [cookie.replacen('.', ".A", 1), format!("{}.", ada.0), "x".repeat(5000)] {
        let body = format!("hold={choosing}");
        let status = door.post_with("/api/release_hold", &format!("visitor={forged}"), body).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
    }
    assert_eq!(dump(&world.pool, &[]).await, before);
    log.holds_none_of(&["Mallory", "Quisling", "mallory@evil.test", "1977-07-07", &cookie]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn forged_offers_and_totals_sell_nothing(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let log = Log::start();
    let door = Door::of(&world);
    let eve = visitor();
    let dear = world.unsigned_offer(&["Q1200"], Party::new(2, 0, 0).unwrap());
    let mut cheap = dear.clone();
    cheap.total.minor = 1;
    let (dear, cheap) = (world.site.signing.offer_token(&dear), world.site.signing.offer_token(&cheap));
    let (_, signature_of_dear) = dear.split_once('.').unwrap();
    let (content_of_cheap, _) = cheap.split_once('.').unwrap();
    let before = dump(&world.pool, &[]).await;
    for (offer, status) in [
        (format!("{content_of_cheap}.{signature_of_dear}"), StatusCode::BAD_REQUEST),
        (format!("{dear}A"), StatusCode::BAD_REQUEST),
        ("..".into(), StatusCode::BAD_REQUEST),
        (world.site.signing.visitor_cookie(eve.0), StatusCode::BAD_REQUEST),
        // Signed by us, at a price that it does not have any more: asked for first.
        (cheap.clone(), StatusCode::CONFLICT),
    ] {
        assert_eq!(door.post("/api/choose_offer", eve, format!("offer={offer}")).await, status, "{offer}");
    }
    assert_eq!(dump(&world.pool, &[]).await, before);
    log.holds_none_of(&[signature_of_dear, &cheap]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn oversized_bodies_and_keys_change_nothing(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let door = Door::of(&world);
    let ada = visitor();
    let hold = world.choose(ada, &["Q1200"], 1).await.unwrap();
    let before = dump(&world.pool, &[]).await;
    let long = "x".repeat(300 * 1024);
    let status = door.post("/api/release_hold", ada, format!("hold={hold}&padding={long}")).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "it is not read to its end");
    assert_eq!(door.webhook("t=1,v1=00", &long).await, StatusCode::PAYLOAD_TOO_LARGE);
    for path in ["release_hold", "extend_hold", "start_payment"] {
        let body = format!("hold={hold}&key={}", "k".repeat(256));
        let status = door.post(&format!("/api/{path}"), ada, body).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
    }
    assert_eq!(dump(&world.pool, &[]).await, before);
}

#[sqlx::test(migrations = "../../migrations")]
async fn webhooks_that_are_not_stripes_change_nothing(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let log = Log::start();
    let door = Door::of(&world);
    let (_, _, intent) = paying(&world).await;
    let before = dump(&world.pool, &[]).await;
    let body = event("evt_1", "payment_intent.amount_capturable_updated", &intent);
    let now = jiff::Timestamp::now().as_second();
    for signature in [
        String::new(),
        "t=1".into(),
        format!("t={now},v1=00"),
        signature("another secret", &body, now),
        // Replayed long after, or dated ahead.
        signature(WEBHOOK_SECRET, &body, now - 3600),
        signature(WEBHOOK_SECRET, &body, now + 3600),
        // Signed for another body.
        signature(WEBHOOK_SECRET, &event("evt_2", "payment_intent.canceled", &intent), now),
    ] {
        assert_eq!(door.webhook(&signature, &body).await, StatusCode::BAD_REQUEST, "{signature}");
    }
    handle_events(&world.site).await.unwrap();
    assert_eq!(dump(&world.pool, &[]).await, before);
    log.holds_none_of(&["Moreno", "ada@example.com", WEBHOOK_SECRET, "_secret_"]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn webhooks_told_again_and_in_another_order_change_nothing(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let log = Log::start();
    let door = Door::of(&world);
    let (ada, hold, intent) = paying(&world).await;
    world.sandbox.pay_by_card(&intent, "4242424242424242").unwrap();
    world.site.paying.settle(ada, hold).await.unwrap();
    let before = dump(&world.pool, &["stripe_events", "timeline"]).await;
    let now = jiff::Timestamp::now().as_second();
    for round in 0..2 {
        for kind in ["canceled", "payment_failed", "amount_capturable_updated", "created", "requires_action"]
        {
            let body = event(&format!("evt_{kind}"), &format!("payment_intent.{kind}"), &intent);
            let status = door.webhook(&signature(WEBHOOK_SECRET, &body, now), &body).await;
            assert_eq!(status, StatusCode::OK);
            if round == 1 {
                handle_events(&world.site).await.unwrap();
            }
        }
    }
    assert_eq!(world.count("select count(*) from stripe_events").await, 5, "each is kept once");
    assert_eq!(world.count("select count(*) from stripe_events where handled_at is null").await, 0);
    assert_eq!(dump(&world.pool, &["stripe_events", "timeline"]).await, before);
    assert_eq!(door.webhook("", "{}").await, StatusCode::BAD_REQUEST);
    log.holds_none_of(&["Moreno", "ada@example.com", "_secret_"]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_foreign_page_cannot_replace_a_visitors_cookie(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let app = router(world.site.clone());
    for path in ["/live/departures/Q1200-1-2027-01-11/picks", "/api/pick_seat"] {
        let asked_from = |site: &'static str| {
            let request = Request::post(path).header("sec-fetch-site", site).body(Body::empty()).unwrap();
            app.clone().oneshot(request)
        };
        let foreign = asked_from("cross-site").await.unwrap();
        assert_eq!(foreign.status(), StatusCode::FORBIDDEN, "{path}");
        assert!(!foreign.headers().contains_key(header::SET_COOKIE), "{path}");
        let own = asked_from("same-origin").await.unwrap();
        assert!(
            own.headers().contains_key(header::SET_COOKIE),
            "{path}: of our own page it names a new visitor"
        );
        for answer in [foreign, own] {
            assert_eq!(answer.headers()[header::X_FRAME_OPTIONS], "DENY", "{path}");
        }
    }
}
