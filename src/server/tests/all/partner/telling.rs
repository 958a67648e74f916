use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Method, StatusCode},
    routing::post,
};
use serde_json::{Value, json};
use server::jobs;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::net::TcpListener;

use super::{Partner, order, payment};
use crate::world::World;

/// A partner's program that listens, and answers as it is told.
#[derive(Clone)]
struct Listener {
    url: String,
    heard: Arc<Mutex<Vec<(String, Value, String)>>>,
    answers: Arc<Mutex<StatusCode>>,
}

impl Listener {
    async fn start() -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/events", socket.local_addr().unwrap());
        let listener = Self { url, heard: Arc::default(), answers: Arc::new(Mutex::new(StatusCode::OK)) };
        let router = Router::new().route("/events", post(hear)).with_state(listener.clone());
        tokio::spawn(async move { axum::serve(socket, router).await });
        listener
    }

    fn answers(&self, status: StatusCode) {
        *self.answers.lock().unwrap() = status;
    }

    fn kinds(&self) -> Vec<String> {
        let heard = self.heard.lock().unwrap();
        heard.iter().map(|(_, body, _)| body["type"].as_str().unwrap().to_owned()).collect()
    }
}

async fn hear(State(listener): State<Listener>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let signature = headers["x-duffel-signature"].to_str().unwrap().to_owned();
    let text = String::from_utf8(body.to_vec()).unwrap();
    listener.heard.lock().unwrap().push((signature, serde_json::from_str(&text).unwrap(), text));
    *listener.answers.lock().unwrap()
}

async fn listen(partner: &Partner, url: &str) -> Value {
    let events =
        ["order.created", "order.updated", "order_cancellation.created", "order_cancellation.confirmed"];
    let answer = partner.post("/air/webhooks", json!({ "url": url, "events": events })).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    answer.data().clone()
}

async fn errands(world: &World) {
    while jobs::run_errand(&world.site).await.unwrap() {}
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_program_is_told_what_happens_to_its_orders_in_order_and_signed(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let partner = Partner::demo(&world.site);
    let listener = Listener::start().await;
    let endpoint = listen(&partner, &listener.url).await;
    let offer = partner.offer("Flex", 1).await;
    let made = partner.post("/air/orders", order(&offer, "hold", "Moreno")).await;
    let id = made.data()["id"].clone();
    partner.post("/air/payments", json!({ "order_id": id, "payment": payment(&offer) })).await.data();
    let quoted = partner.post("/air/order_cancellations", json!({ "order_id": id })).await;
    let quote = quoted.data()["id"].as_str().unwrap();
    partner.post(&format!("/air/order_cancellations/{quote}/actions/confirm"), json!({})).await.data();
    errands(&world).await;
    let kinds = listener.kinds();
    assert_eq!(kinds[..3], ["order.created", "order.updated", "order_cancellation.created"], "{kinds:?}");
    assert!(kinds.contains(&"order_cancellation.confirmed".to_owned()));
    let heard = listener.heard.lock().unwrap().clone();
    let secret = endpoint["secret"].as_str().unwrap();
    for (signature, body, text) in &heard {
        let at = signature.strip_prefix("t=").unwrap().split(',').next().unwrap().parse().unwrap();
        let at = jiff::Timestamp::from_second(at).unwrap();
        assert_eq!(*signature, jobs::sign_webhook(secret, at, text));
        assert!(body["data"]["object"]["id"].is_string());
    }
    assert_eq!(heard[0].1["data"]["object"]["id"], id);
    let log = partner.get("/air/webhooks/deliveries?delivery_success=true").await;
    assert_eq!(log.data().as_array().unwrap().len(), heard.len());
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_program_that_was_away_is_told_later_and_nothing_waits_for_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let partner = Partner::demo(&world.site);
    let listener = Listener::start().await;
    listen(&partner, &listener.url).await;
    listener.answers(StatusCode::INTERNAL_SERVER_ERROR);
    let offer = partner.offer("Basic", 1).await;
    partner.post("/air/orders", order(&offer, "instant", "Moreno")).await.data();
    errands(&world).await;
    assert_eq!(
        world.count("select count(*) from outbox where kind <> 'partner' and state <> 'done'").await,
        0
    );
    assert_eq!(
        world.count("select count(*) from outbox where kind = 'partner' and state = 'queued'").await,
        1
    );
    listener.answers(StatusCode::OK);
    world.pass(2).await;
    errands(&world).await;
    assert_eq!(world.count("select count(*) from outbox where state <> 'done'").await, 0);
    let heard = listener.heard.lock().unwrap().clone();
    assert_eq!(heard.len(), 2);
    assert_eq!(heard[0].1["id"], heard[1].1["id"], "told twice, it is known to be one");

    let event = heard[0].1["id"].as_str().unwrap();
    let again = partner.post(&format!("/air/webhooks/events/{event}/actions/redeliver"), json!({})).await;
    assert_eq!(again.status, StatusCode::OK);
    errands(&world).await;
    assert_eq!(listener.kinds().len(), 3);
    let other = Partner::with_balance(&world, 0).await;
    let foreign = other.post(&format!("/air/webhooks/events/{event}/actions/redeliver"), json!({})).await;
    assert_eq!(foreign.code(), "not_found");
    assert_eq!(other.get("/air/webhooks/deliveries").await.data(), &json!([]));
}

#[sqlx::test(migrations = "../../migrations")]
async fn endpoints_are_changed_pinged_and_removed_by_their_token_alone(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let partner = Partner::demo(&world.site);
    let listener = Listener::start().await;
    for (url, events, code) in [
        ("ftp://agency.example", json!(["order.created"]), "invalid_url"),
        ("nonsense", json!(["order.created"]), "invalid_url"),
        (listener.url.as_str(), json!([]), "invalid_events"),
        (listener.url.as_str(), json!(["order.stolen"]), "invalid_events"),
    ] {
        let answer = partner.post("/air/webhooks", json!({ "url": url, "events": events })).await;
        assert_eq!(answer.code(), code);
    }
    let made = listen(&partner, &listener.url).await;
    let path = format!("/air/webhooks/{}", made["id"].as_str().unwrap());
    let other = Partner::with_balance(&world, 0).await;
    let change = |partner: &Partner, method: Method, data: Value| {
        partner.request(method, &path).body(Body::from(json!({ "data": data }).to_string())).unwrap()
    };
    let foreign = other.send(change(&other, Method::PATCH, json!({ "active": false }))).await;
    assert_eq!(foreign.code(), "not_found");
    assert_eq!(other.send(change(&other, Method::DELETE, json!({}))).await.code(), "not_found");
    assert_eq!(partner.post(&format!("{path}/actions/ping"), json!({})).await.status, StatusCode::OK);
    assert_eq!(listener.kinds(), ["ping.triggered"]);
    listener.answers(StatusCode::GONE);
    assert_eq!(partner.post(&format!("{path}/actions/ping"), json!({})).await.code(), "webhook_not_reached");

    let paused = partner.send(change(&partner, Method::PATCH, json!({ "active": false }))).await;
    assert_eq!(paused.data()["active"], false);
    assert_eq!(partner.get("/air/webhooks").await.data()[0].get("secret"), None, "it is shown once");
    let offer = partner.offer("Basic", 1).await;
    partner.post("/air/orders", order(&offer, "instant", "Moreno")).await.data();
    assert_eq!(world.count("select count(*) from outbox where kind = 'partner'").await, 0, "nobody listens");
    let removed = partner.send(change(&partner, Method::DELETE, json!({}))).await;
    assert_eq!(removed.status, StatusCode::OK);
    assert_eq!(partner.get("/air/webhooks").await.data(), &json!([]));
}
