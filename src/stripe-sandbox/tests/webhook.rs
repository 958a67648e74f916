//! Events as the other side receives them.

#![allow(clippy::unwrap_used)]

mod common;

use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use common::{Stripe, start};
use serde_json::Value;
use stripe_sandbox::{Config, Faults, Struck, webhook};
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

#[tokio::test]
async fn an_event_is_never_given_up() {
    let (url, mut told) = receiver(12).await;
    let stripe = stripe_telling(url, Faults::default()).await;
    stripe.create().await;
    assert_eq!(kinds(&mut told, 13).await, ["payment_intent.created"; 13]);
    assert_eq!(stripe.sandbox.struck().webhooks_repeated, 12);
}

#[tokio::test]
async fn an_event_waits_for_a_receiver_that_is_not_there_yet() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    drop(listener);
    let stripe = stripe_telling(format!("http://{addr}/webhook"), Faults::default()).await;
    stripe.create().await;
    while stripe.sandbox.struck().webhooks_repeated < 3 {
        tokio::task::yield_now().await;
    }
    let (told_here, mut told) = mpsc::unbounded_channel();
    let router = Router::new().route(
        "/webhook",
        post(move |body: String| async move { told_here.send(body).map_err(|_| StatusCode::GONE) }),
    );
    let listener = TcpListener::bind(addr).await.unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    assert!(told.recv().await.unwrap().contains("payment_intent.created"));
}

/// Twenty events held back and then sent with these faults: which intents they told of, in which order, and which
/// were made in which.
async fn release_twenty(faults: Faults) -> (Vec<String>, Vec<String>, Struck) {
    let (url, mut told) = receiver(0).await;
    let stripe = stripe_telling(url, Faults { webhooks_paused: true, ..Faults::default() }).await;
    let mut made = Vec::new();
    for _ in 0..20 {
        made.push(stripe.create().await["id"].as_str().unwrap().to_owned());
    }
    stripe.sandbox.set_faults(faults);
    let mut heard = Vec::new();
    for _ in 0..20 {
        let event: Value = serde_json::from_str(&told.recv().await.unwrap().body).unwrap();
        heard.push(event["data"]["object"]["id"].as_str().unwrap().to_owned());
    }
    (made, heard, stripe.sandbox.struck())
}

#[tokio::test]
async fn a_fault_meets_the_next_event_however_many_have_gathered() {
    let (url, mut told) = receiver(0).await;
    let stripe = stripe_telling(url, Faults { webhooks_paused: true, ..Faults::default() }).await;
    for _ in 0..20 {
        stripe.create().await;
    }
    stripe.sandbox.set_faults(Faults::default());
    told.recv().await.unwrap();
    stripe.sandbox.set_faults(Faults { webhooks_duplicated: true, ..Faults::default() });
    // The nineteen others, of which the last comes twice.
    let mut heard = Vec::new();
    for _ in 0..20 {
        heard.push(told.recv().await.unwrap().body);
    }
    heard.dedup();
    assert!(heard.len() < 20, "none of those on their way came twice");
}

#[tokio::test]
async fn late_events_wait_side_by_side() {
    let late = Duration::from_millis(400);
    let began = Instant::now();
    let (_, _, struck) = release_twenty(Faults { webhooks_late_ms: 400, ..Faults::default() }).await;
    assert!((late..late * 10).contains(&began.elapsed()), "{:?}", began.elapsed());
    assert_eq!((struck.webhooks_late, struck.webhooks_shuffled), (20, 0));
}

#[tokio::test]
async fn late_events_that_are_shuffled_come_in_any_order() {
    let faults = Faults { webhooks_late_ms: 200, webhooks_shuffled: true, ..Faults::default() };
    let (mut made, mut heard, struck) = release_twenty(faults).await;
    assert_ne!(heard, made);
    made.reverse();
    assert_ne!(heard, made, "more than turned round");
    made.sort();
    heard.sort();
    assert_eq!(heard, made, "and none is missing");
    assert_eq!(struck.webhooks_shuffled, 20);
}

#[tokio::test]
async fn a_receiver_that_hangs_delays_nobody_elses_turn_for_long() {
    let (told_here, mut told) = mpsc::unbounded_channel();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/webhook", listener.local_addr().unwrap());
    let hang_or_take = move |body: String| async move {
        told_here.send(body.contains("payment_intent.created")).unwrap();
        if body.contains("payment_intent.created") {
            std::future::pending::<()>().await;
        }
    };
    let router = Router::new().route("/webhook", post(hang_or_take));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let stripe = stripe_telling(url, Faults::default()).await;
    let began = Instant::now();
    stripe.authorised().await;
    assert_eq!((told.recv().await, told.recv().await), (Some(true), Some(false)));
    assert!(began.elapsed() < Duration::from_secs(5), "half of what one answer may take");
}

#[tokio::test]
async fn a_receiver_that_hangs_delays_many_no_longer_than_one() {
    const EVENTS: u32 = 20;
    let (told_here, mut told) = mpsc::unbounded_channel();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/webhook", listener.local_addr().unwrap());
    let hang = move || async move {
        told_here.send(()).unwrap();
        std::future::pending::<()>().await;
    };
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/webhook", post(hang))).await });
    let stripe = stripe_telling(url, Faults { webhooks_paused: true, ..Faults::default() }).await;
    for _ in 0..EVENTS {
        stripe.create().await;
    }
    stripe.sandbox.set_faults(Faults::default());
    let began = Instant::now();
    for _ in 0..EVENTS {
        told.recv().await.unwrap();
    }
    assert!(began.elapsed() < Duration::from_millis(250) * EVENTS / 2, "each waited for the one before");
}
