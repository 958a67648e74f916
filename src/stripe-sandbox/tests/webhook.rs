//! Events as the other side receives them.

#![allow(clippy::unwrap_used)]

mod common;

use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use common::{Stripe, start};
use serde_json::Value;
use stripe_sandbox::{Config, Faults, webhook};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

struct Told {
    signature: String,
    body: String,
}

impl Told {
    fn kind(&self) -> String {
        let event: Value = serde_json::from_str(&self.body).unwrap();
        event["type"].as_str().unwrap().to_owned()
    }
}

/// A receiver that answers 500 to the first `failures` events, and all that it was told.
async fn receiver(failures: usize) -> (String, mpsc::UnboundedReceiver<Told>) {
    type Shared = (mpsc::UnboundedSender<Told>, std::sync::Arc<std::sync::atomic::AtomicUsize>);
    async fn take(State((sender, failures)): State<Shared>, headers: HeaderMap, body: String) -> StatusCode {
        let signature = headers["stripe-signature"].to_str().unwrap().to_owned();
        sender.send(Told { signature, body }).unwrap();
        let order = std::sync::atomic::Ordering::SeqCst;
        match failures.fetch_update(order, order, |left| left.checked_sub(1)) {
            Ok(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Err(_) => StatusCode::NO_CONTENT,
        }
    }
    let (sender, told) = mpsc::unbounded_channel();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/webhook", listener.local_addr().unwrap());
    let failures = std::sync::Arc::new(failures.into());
    let router = Router::new().route("/webhook", post(take)).with_state((sender, failures));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, told)
}

async fn stripe_telling(url: String, faults: Faults) -> Stripe {
    let webhook_backoff = Duration::from_millis(1);
    let stripe = start(Config { webhook_url: Some(url), webhook_backoff, ..Config::default() }).await;
    stripe.sandbox.set_faults(faults);
    stripe
}

async fn kinds(told: &mut mpsc::UnboundedReceiver<Told>, count: usize) -> Vec<String> {
    let mut kinds = Vec::new();
    for _ in 0..count {
        kinds.push(told.recv().await.unwrap().kind());
    }
    kinds
}

#[tokio::test]
async fn events_are_signed_and_come_in_order() {
    let (url, mut told) = receiver(0).await;
    let stripe = stripe_telling(url, Faults::default()).await;
    stripe.authorised().await;
    let first = told.recv().await.unwrap();
    let at_unix = first.signature.strip_prefix("t=").unwrap().split(',').next().unwrap().parse().unwrap();
    assert_eq!(first.signature, webhook::signature("whsec_sandbox", &first.body, at_unix));
    assert_eq!(first.kind(), "payment_intent.created");
    assert_eq!(kinds(&mut told, 1).await, ["payment_intent.amount_capturable_updated"]);
}

#[tokio::test]
async fn an_event_that_is_not_taken_comes_again() {
    let (url, mut told) = receiver(2).await;
    let stripe = stripe_telling(url, Faults::default()).await;
    stripe.create().await;
    assert_eq!(kinds(&mut told, 3).await, ["payment_intent.created"; 3]);
}

#[tokio::test]
async fn events_can_be_held_back_doubled_and_turned_round() {
    let (url, mut told) = receiver(0).await;
    let held = Faults { webhooks_paused: true, ..Faults::default() };
    let stripe = stripe_telling(url, held).await;
    stripe.authorised().await;
    assert!(told.try_recv().is_err());
    stripe.sandbox.set_faults(Faults {
        webhooks_duplicated: true,
        webhooks_shuffled: true,
        ..Faults::default()
    });
    let (late, early) = ("payment_intent.amount_capturable_updated", "payment_intent.created");
    assert_eq!(kinds(&mut told, 4).await, [late, late, early, early]);
}
