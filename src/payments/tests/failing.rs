//! What a failed call leaves known, with the faults that the sandbox plants.

#![allow(clippy::unwrap_used)]

mod common;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::Duration,
};

use axum::{
    extract::Request,
    http::StatusCode,
    middleware::{Next, from_fn},
    response::{Html, IntoResponse as _},
};
use common::{GOOD_CARD, config, open, order};
use payments::{Intent, IntentStatus, Stripe, StripeError};
use stripe_sandbox::Faults;
use tokio::net::TcpListener;

fn key_is_spent(result: Result<Intent, StripeError>) -> bool {
    match result {
        Err(StripeError::Unavailable { key_spent, .. }) => key_spent,
        other => panic!("the outcome should be unknown: {other:?}"),
    }
}

#[tokio::test]
async fn a_lost_answer_is_had_again_under_the_same_key() {
    let till = open().await;
    let intent = till.authorised().await;
    till.plant(Faults { drop_answers: 2, ..Faults::default() });
    let captured = till.stripe.capture("capture", &intent.id, 45_670).await.unwrap();
    assert_eq!(captured.status, IntentStatus::Succeeded);
    assert_eq!(till.sandbox.faults().drop_answers, 1, "the second attempt was answered from under the key");
}

#[tokio::test]
async fn after_a_500_the_truth_is_found_by_looking() {
    let till = open().await;
    let intent = till.authorised().await;
    till.plant(Faults { fail_after: 1, ..Faults::default() });
    assert!(key_is_spent(till.stripe.capture("capture", &intent.id, 45_670).await));
    assert!(key_is_spent(till.stripe.capture("capture", &intent.id, 45_670).await), "Stripe replays it");
    assert_eq!(till.stripe.retrieve(&intent.id).await.unwrap().status, IntentStatus::Succeeded);

    let till = open().await;
    let intent = till.authorised().await;
    till.plant(Faults { fail_before: 1, ..Faults::default() });
    assert!(key_is_spent(till.stripe.capture("capture", &intent.id, 45_670).await));
    assert_eq!(till.stripe.retrieve(&intent.id).await.unwrap().status, IntentStatus::RequiresCapture);
    let captured = till.stripe.capture("capture-again", &intent.id, 45_670).await.unwrap();
    assert_eq!(captured.status, IntentStatus::Succeeded);
}

#[tokio::test]
async fn a_creation_that_failed_is_found_by_its_booking() {
    let till = open().await;
    till.plant(Faults { fail_after: 1, ..Faults::default() });
    assert!(key_is_spent(till.stripe.create_intent("create", &order()).await));
    let found = till.stripe.find_intent("B-1", 0).await.unwrap().unwrap();
    assert_eq!(found.amount_minor, order().amount_minor);
    assert!(found.client_secret.is_some());
}

#[tokio::test]
async fn a_refund_that_failed_is_found_by_its_key() {
    let till = open().await;
    let intent = till.authorised().await;
    till.stripe.capture("capture", &intent.id, 45_670).await.unwrap();
    till.plant(Faults { fail_after: 1, ..Faults::default() });
    let unknown = till.stripe.refund("refund", &intent.id, 100).await.unwrap_err();
    assert!(matches!(unknown, StripeError::Unavailable { key_spent: true, .. }));
    let refunds = till.stripe.refunds_of(&intent.id).await.unwrap();
    assert_eq!(refunds[0].key.as_deref(), Some("refund"));
}

#[tokio::test]
async fn an_answer_that_is_none_of_stripes_leaves_the_key_usable() {
    let till = open().await;
    let intent = till.captured(GOOD_CARD).await;
    // An edge before Stripe answers the first call, which Stripe has done, with a page of its own.
    let is_first = Arc::new(AtomicBool::new(true));
    let router = till.sandbox.router().layer(from_fn(move |request: Request, next: Next| {
        let is_first = is_first.clone();
        async move {
            let answer = next.run(request).await;
            if is_first.swap(false, SeqCst) {
                return (StatusCode::BAD_GATEWAY, Html("<h1>502 Bad Gateway</h1>")).into_response();
            }
            answer
        }
    }));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let stripe = Stripe::new(&config(listener.local_addr().unwrap())).unwrap();
    tokio::spawn(async { axum::serve(listener, router).await });
    let unknown = stripe.refund("refund", &intent.id, 100).await.unwrap_err();
    assert!(matches!(unknown, StripeError::Unavailable { key_spent: false, .. }), "{unknown:?}");
    let refund = stripe.refund("refund", &intent.id, 100).await.unwrap();
    assert_eq!(stripe.refunds_of(&intent.id).await.unwrap(), [refund], "it was made once");
}

#[tokio::test]
async fn a_call_that_takes_too_long_leaves_its_key_usable() {
    let till = open().await;
    let intent = till.authorised().await;
    till.plant(Faults { stalled: true, ..Faults::default() });
    let hasty = till.stripe.clone().with_timeout(Duration::from_millis(20));
    assert!(!key_is_spent(hasty.capture("capture", &intent.id, 45_670).await));
    till.plant(Faults::default());
    let captured = till.stripe.capture("capture", &intent.id, 45_670).await.unwrap();
    assert_eq!(captured.status, IntentStatus::Succeeded);
}

#[tokio::test]
async fn a_stripe_that_is_not_there_is_unavailable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    drop(listener);
    let stripe = Stripe::new(&config(addr)).unwrap();
    assert!(!key_is_spent(stripe.create_intent("create", &order()).await));
}
