//! What programs of others do by their tokens.

mod cancelling;
mod door;
mod holding;
mod ordering;
mod searching;
mod seats;
mod telling;

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode},
};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use server::{router::router, site::Site};
use tower::ServiceExt as _;

use crate::world::{API_TOKEN, World, departure};

/// A partner's program.
pub struct Partner {
    router: Router,
    pub secret: String,
}

/// What a call was answered.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Partner {
    /// The one with the demo balance.
    pub fn demo(site: &Site) -> Self {
        Self { router: router(site.clone()), secret: API_TOKEN.into() }
    }

    /// Another one, with so many US cents.
    pub async fn with_balance(world: &World, minor: i64) -> Self {
        let secret = format!("sky_test_{}", uuid::Uuid::new_v4());
        let token = world.postgres.keep_token("test", &secret).await.unwrap();
        let amount = domain::money::Money::new(minor, domain::money::Currency::Usd);
        assert!(world.postgres.grant(token, amount).await.unwrap());
        Self { router: router(world.site.clone()), secret }
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer { status, headers, body }
    }

    pub fn request(&self, method: Method, path: &str) -> axum::http::request::Builder {
        Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {}", self.secret))
            .header("duffel-version", "v2")
            .header("content-type", "application/json")
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path).body(Body::empty()).unwrap()).await
    }

    pub async fn post(&self, path: &str, data: Value) -> Answer {
        let body = json!({ "data": data }).to_string();
        self.send(self.request(Method::POST, path).body(Body::from(body)).unwrap()).await
    }

    /// Offers for so many adults on the day in a month, cheapest first.
    pub async fn offers(&self, from: &str, to: &str, adults: usize) -> Vec<Value> {
        let answer = self.post("/air/offer_requests", asks(from, to, adults)).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
        answer.body["data"]["offers"].as_array().unwrap().clone()
    }

    /// An offer of that brand on JFK–LAX.
    pub async fn offer(&self, brand: &str, adults: usize) -> Value {
        let offers = self.offers("JFK", "LAX", adults).await;
        offers.into_iter().find(|offer| offer["slices"][0]["fare_brand_name"] == brand).unwrap()
    }

    /// In US cents.
    pub async fn balance_minor(&self, world: &World) -> i64 {
        sqlx::query_scalar(
            "select b.balance_minor from balances b join tokens t on t.id = b.token_id
            where t.secret_sha256 = sha256($1::text::bytea) and b.currency = 'USD'",
        )
        .bind(&self.secret)
        .fetch_one(&world.pool)
        .await
        .unwrap()
    }
}

impl Answer {
    pub fn code(&self) -> &str {
        self.body["errors"][0]["code"].as_str().unwrap_or_default()
    }

    /// The thing that a successful call is about.
    pub fn data(&self) -> &Value {
        assert!(self.status.is_success(), "{self:?}");
        &self.body["data"]
    }
}

pub fn asks(from: &str, to: &str, adults: usize) -> Value {
    json!({
        "cabin_class": "economy",
        "slices": [{ "origin": from, "destination": to, "departure_date": departure("Q1200").date.to_string() }],
        "passengers": vec![json!({ "type": "adult" }); adults],
    })
}

/// An order of an offer for Adas of that surname.
pub fn order(offer: &Value, kind: &str, surname: &str) -> Value {
    let passengers: Vec<Value> = offer["passengers"]
        .as_array()
        .unwrap()
        .iter()
        .enumerate()
        .map(|(i, passenger)| {
            json!({
                "id": passenger["id"], "title": "ms", "gender": "f", "given_name": "Ada", "family_name": surname,
                "born_on": format!("1985-04-{:02}", i + 1), "email": "ada@example.com", "phone_number": "+16175550100",
            })
        })
        .collect();
    let mut order = json!({ "type": kind, "selected_offers": [offer["id"]], "passengers": passengers });
    if kind == "instant" {
        order["payments"] = json!([payment(offer)]);
    }
    order
}

/// All that an offer or order costs, from the balance.
pub fn payment(of: &Value) -> Value {
    json!({ "type": "balance", "amount": of["total_amount"], "currency": of["total_currency"] })
}

pub fn minor(amount: &Value) -> i64 {
    let text = amount.as_str().unwrap();
    let (major, cents) = text.split_once('.').unwrap();
    major.parse::<i64>().unwrap() * 100 + cents.parse::<i64>().unwrap()
}
