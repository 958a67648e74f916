//! A small airline with an API of Duffel's shape: one flight, so many places, and books of its own.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    Json, Router,
    extract::{Path, Request, State},
    http::{HeaderMap, StatusCode},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tokio::net::TcpListener;

pub const TOKEN: &str = "duffel_test_token";

type Books = Arc<Mutex<Airline>>;
type Answer = (StatusCode, Json<Value>);

#[derive(Default)]
pub struct Airline {
    places: usize,
    /// What a place costs now.
    price: String,
    /// Offers beside the good one, as they are sent.
    oddities: Vec<Value>,
    pub searches: usize,
    orders: Vec<Sold>,
    /// Whether it knows a change again by its Idempotency-Key.
    knows_keys: bool,
    /// Answers by their Idempotency-Key.
    answered: HashMap<String, (StatusCode, Vec<u8>)>,
}

#[derive(Clone)]
struct Sold {
    name: String,
    offer: String,
    price: String,
    is_paid: bool,
    is_cancelled: bool,
}

impl Airline {
    /// Opens with so many places; each offer is of one place.
    pub async fn open(places: usize) -> (SocketAddr, Books) {
        let books: Books = Arc::new(Mutex::new(Self {
            places,
            price: "244.50".into(),
            knows_keys: true,
            ..Self::default()
        }));
        let router = Router::new()
            .route("/air/offer_requests", post(search))
            .route("/air/offers/{id}", get(one_offer))
            .route("/air/orders", post(order).get(newest))
            .route("/air/orders/{id}", get(one_order))
            .route("/air/payments", post(pay))
            .route("/air/order_cancellations", post(ask_to_cancel))
            .route("/air/order_cancellations/{id}/actions/confirm", post(cancel))
            .layer(from_fn_with_state(books.clone(), once))
            .with_state(books.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        (address, books)
    }

    /// From now on a place costs so many dollars.
    pub fn costs(&mut self, price: &str) {
        self.price = price.into();
    }

    fn offer(&self, id: &str) -> Value {
        let mut offer = offer(id);
        offer["total_amount"] = json!(self.price);
        offer
    }

    pub fn also_offer(&mut self, oddities: Vec<Value>) {
        self.oddities = oddities;
    }

    pub fn forget_keys(&mut self) {
        self.knows_keys = false;
    }

    /// Our names of the orders that are paid.
    pub fn paid(&self) -> Vec<String> {
        self.orders.iter().filter(|o| o.is_paid && !o.is_cancelled).map(|o| o.name.clone()).collect()
    }

    /// Our names of all orders that were ever made and not given back.
    pub fn ordered(&self) -> Vec<String> {
        self.orders.iter().filter(|o| !o.is_cancelled).map(|o| o.name.clone()).collect()
    }

    fn is_full(&self) -> bool {
        self.ordered().len() >= self.places
    }

    fn view(&self, index: usize) -> Value {
        let order = &self.orders[index];
        json!({
            "id": format!("ord_{index}"),
            "booking_reference": format!("RZ{index:04}"),
            "total_amount": order.price,
            "total_currency": "USD",
            "cancelled_at": order.is_cancelled.then_some("2026-12-01T10:00:00Z"),
            "payment_status": {
                "awaiting_payment": !order.is_paid,
                "payment_required_by": "2027-02-01T10:00:00Z",
                "price_guarantee_expires_at": null,
            },
            "metadata": { "skyconnect_order": order.name },
            "offer_id": order.offer,
        })
    }

    fn index(&self, id: &str) -> Option<usize> {
        id.strip_prefix("ord_")?.parse().ok().filter(|index| *index < self.orders.len())
    }
}

/// A good offer of that id.
pub fn offer(id: &str) -> Value {
    json!({
        "id": id,
        "total_amount": "244.50",
        "total_currency": "USD",
        "expires_at": "2027-02-01T10:00:00Z",
        "owner": { "iata_code": "ZZ", "name": "Duffel Airways" },
        "passengers": [{ "id": "pas_1", "type": "adult" }],
        "payment_requirements": { "requires_instant_payment": false, "payment_required_by": null },
        "slices": [{
            "id": "sli_1",
            "fare_brand_name": "Basic",
            "segments": [
                segment("BOS", "JFK", "0012", "2027-03-01T08:00:00", "2027-03-01T09:20:00"),
                segment("JFK", "LAX", "204", "2027-03-01T11:00:00", "2027-03-01T14:20:00"),
            ],
        }],
    })
}

pub fn segment(from: &str, to: &str, number: &str, departs: &str, arrives: &str) -> Value {
    json!({
        "origin": { "iata_code": from },
        "destination": { "iata_code": to },
        "departing_at": departs,
        "arriving_at": arrives,
        "marketing_carrier": { "iata_code": "ZZ", "name": "Duffel Airways" },
        "marketing_carrier_flight_number": number,
        "aircraft": { "iata_code": "320", "name": "Airbus A320" },
    })
}

/// Answers a change that was asked for before under its key as it did then, and knows its callers.
async fn once(State(books): State<Books>, headers: HeaderMap, request: Request, next: Next) -> Response {
    if headers.get("authorization").is_none_or(|token| token != &format!("Bearer {TOKEN}"))
        || headers.get("duffel-version").is_none_or(|version| version != "v2")
    {
        return refusal(StatusCode::UNAUTHORIZED, "invalid_authorization_header").into_response();
    }
    let knows_keys = books.lock().unwrap().knows_keys;
    let Some(key) = headers.get("idempotency-key").filter(|_| knows_keys) else {
        return next.run(request).await;
    };
    let key = key.to_str().unwrap().to_owned();
    if let Some((status, body)) = books.lock().unwrap().answered.get(&key).cloned() {
        return (status, [("content-type", "application/json")], body).into_response();
    }
    let (head, body) = next.run(request).await.into_parts();
    let body = body.collect().await.unwrap().to_bytes().to_vec();
    // Handlers do not wait for anything: nobody came in between.
    books.lock().unwrap().answered.insert(key, (head.status, body.clone()));
    (head.status, [("content-type", "application/json")], body).into_response()
}

async fn search(State(books): State<Books>, Json(asked): Json<Value>) -> Answer {
    let mut books = books.lock().unwrap();
    books.searches += 1;
    assert_eq!(asked["data"]["slices"][0]["departure_date"], "2027-03-01");
    let mut offers = books.oddities.clone();
    if !books.is_full() {
        let good = books.offer(&format!("off_{}", books.searches));
        offers.push(good);
    }
    (StatusCode::CREATED, Json(json!({ "data": { "id": "orq_1", "offers": offers } })))
}

async fn one_offer(State(books): State<Books>, Path(id): Path<String>) -> Answer {
    let books = books.lock().unwrap();
    if books.is_full() {
        return refusal(StatusCode::UNPROCESSABLE_ENTITY, "offer_no_longer_available");
    }
    (StatusCode::OK, Json(json!({ "data": books.offer(&id) })))
}

async fn order(State(books): State<Books>, Json(asked): Json<Value>) -> Answer {
    let mut books = books.lock().unwrap();
    let asked = &asked["data"];
    let offer = asked["selected_offers"][0].as_str().unwrap().to_owned();
    if books.is_full() || books.orders.iter().any(|order| order.offer == offer) {
        return refusal(StatusCode::UNPROCESSABLE_ENTITY, "offer_no_longer_available");
    }
    assert_eq!((&asked["type"], &asked["passengers"][0]["id"]), (&json!("hold"), &json!("pas_1")));
    let name = asked["metadata"]["skyconnect_order"].as_str().unwrap().to_owned();
    let price = books.price.clone();
    books.orders.push(Sold { name, offer, price, is_paid: false, is_cancelled: false });
    let made = books.orders.len() - 1;
    (StatusCode::CREATED, Json(json!({ "data": books.view(made) })))
}

async fn newest(State(books): State<Books>) -> Answer {
    let books = books.lock().unwrap();
    let newest: Vec<Value> = (0..books.orders.len()).rev().take(200).map(|index| books.view(index)).collect();
    (StatusCode::OK, Json(json!({ "data": newest, "meta": { "limit": 200, "after": null, "before": null } })))
}

async fn one_order(State(books): State<Books>, Path(id): Path<String>) -> Answer {
    let books = books.lock().unwrap();
    match books.index(&id) {
        Some(index) => (StatusCode::OK, Json(json!({ "data": books.view(index) }))),
        None => refusal(StatusCode::NOT_FOUND, "not_found"),
    }
}

async fn pay(State(books): State<Books>, Json(asked): Json<Value>) -> Answer {
    let mut books = books.lock().unwrap();
    let asked = &asked["data"];
    let Some(index) = books.index(asked["order_id"].as_str().unwrap()) else {
        return refusal(StatusCode::NOT_FOUND, "not_found");
    };
    assert_eq!(
        asked["payment"],
        json!({ "type": "balance", "amount": books.orders[index].price, "currency": "USD" })
    );
    if books.orders[index].is_paid {
        return refusal(StatusCode::UNPROCESSABLE_ENTITY, "already_paid");
    }
    if books.orders[index].is_cancelled {
        return refusal(StatusCode::UNPROCESSABLE_ENTITY, "already_cancelled");
    }
    books.orders[index].is_paid = true;
    (StatusCode::CREATED, Json(json!({ "data": { "id": format!("pay_{index}"), "status": "succeeded" } })))
}

async fn ask_to_cancel(State(books): State<Books>, Json(asked): Json<Value>) -> Answer {
    let books = books.lock().unwrap();
    let order = asked["data"]["order_id"].as_str().unwrap();
    match books.index(order) {
        Some(index) if books.orders[index].is_cancelled => {
            refusal(StatusCode::UNPROCESSABLE_ENTITY, "already_cancelled")
        }
        Some(index) => (StatusCode::CREATED, Json(json!({ "data": { "id": format!("ore_{index}") } }))),
        None => refusal(StatusCode::NOT_FOUND, "not_found"),
    }
}

async fn cancel(State(books): State<Books>, Path(id): Path<String>) -> Answer {
    let index: usize = id.strip_prefix("ore_").unwrap().parse().unwrap();
    books.lock().unwrap().orders[index].is_cancelled = true;
    (StatusCode::OK, Json(json!({ "data": { "id": id, "confirmed_at": "2026-12-01T10:00:00Z" } })))
}

fn refusal(status: StatusCode, code: &str) -> Answer {
    let fault = json!({ "type": "invalid_state_error", "title": code, "code": code, "message": code });
    (status, Json(json!({ "errors": [fault], "meta": { "request_id": "req_1", "status": status.as_u16() } })))
}
