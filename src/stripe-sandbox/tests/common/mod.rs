//! A sandbox on a port of its own, and what its callers do to it.

#![allow(clippy::unwrap_used, dead_code)]

use std::net::SocketAddr;

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::{HeaderMap, Request};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use stripe_sandbox::{Config, Sandbox};
use tokio::net::TcpListener;

pub const SECRET: &str = "sk_test_sandbox";
pub const PUBLISHABLE: &str = "pk_test_sandbox";

pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Answer {
    pub fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or_default()
    }
}

#[derive(Clone)]
pub struct Stripe {
    pub sandbox: Sandbox,
    pub addr: SocketAddr,
}

pub async fn start(config: Config) -> Stripe {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    let sandbox = Sandbox::new(config).unwrap();
    tokio::spawn(sandbox.clone().serve(listener, std::future::pending()));
    Stripe { sandbox, addr }
}

impl Stripe {
    /// None where the connection broke before the answer.
    pub async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Option<Answer> {
        let mut request = Request::builder().method(method).uri(format!("http://{}{path}", self.addr));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
        let answer = client.request(request.body(Full::from(body.to_owned())).unwrap()).await.ok()?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let body = answer.into_body().collect().await.ok()?.to_bytes();
        let body = serde_json::from_slice(&body)
            .unwrap_or_else(|_| String::from_utf8_lossy(&body).into_owned().into());
        Some(Answer { status, headers, body })
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[("authorization", &format!("Bearer {SECRET}"))], "").await.unwrap()
    }

    pub async fn post(&self, path: &str, form: &str) -> Answer {
        self.post_as(SECRET, path, form).await
    }

    pub async fn post_as(&self, key: &str, path: &str, form: &str) -> Answer {
        self.send("POST", path, &[("authorization", &format!("Bearer {key}"))], form).await.unwrap()
    }

    pub async fn post_once(&self, idempotency_key: &str, path: &str, form: &str) -> Option<Answer> {
        let bearer = format!("Bearer {SECRET}");
        self.send("POST", path, &[("authorization", &bearer), ("idempotency-key", idempotency_key)], form)
            .await
    }

    /// A new intent over 123.00 US dollars, to be captured by hand.
    pub async fn create(&self) -> Value {
        let form = "amount=12300&currency=usd&capture_method=manual&metadata[booking]=B1";
        let answer = self.post("/v1/payment_intents", form).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body
    }

    /// What the card form does with these four fields.
    pub async fn pay(&self, intent: &Value, number: &str, expiry: (u32, u32), code: &str) -> Answer {
        let form = format!(
            "client_secret={}&payment_method_data[type]=card&payment_method_data[card][number]={number}\
             &payment_method_data[card][exp_month]={}&payment_method_data[card][exp_year]={}\
             &payment_method_data[card][cvc]={code}",
            text(intent, "client_secret"),
            expiry.0,
            expiry.1
        );
        self.post_as(PUBLISHABLE, &step(intent, "confirm"), &form).await
    }

    pub async fn authorised(&self) -> Value {
        let intent = self.create().await;
        let answer = self.pay(&intent, "4242424242424242", (12, 2060), "123").await;
        assert_eq!(answer.body["status"], "requires_capture", "{}", answer.body);
        self.get(&path_of(&intent)).await.body
    }

    pub async fn kinds_of_events(&self) -> Vec<String> {
        let events = self.get("/v1/events?limit=100").await.body;
        let mut kinds: Vec<_> =
            events["data"].as_array().unwrap().iter().map(|event| text(event, "type").to_owned()).collect();
        kinds.reverse();
        kinds
    }
}

pub fn text<'a>(object: &'a Value, field: &str) -> &'a str {
    object[field].as_str().unwrap()
}

pub fn path_of(intent: &Value) -> String {
    format!("/v1/payment_intents/{}", text(intent, "id"))
}

pub fn step(intent: &Value, step: &str) -> String {
    format!("{}/{step}", path_of(intent))
}
