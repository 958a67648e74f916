//! Events as the sandbox signs and sends them.

#![allow(clippy::unwrap_used)]

mod common;

use std::time::{SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::post;
use common::{
    DECLINED_CARD, GOOD_CARD, REFUNDED_LATER_CARD, THREE_D_SECURE_CARD, Till, WEBHOOK_SECRET, open,
    open_telling, order,
};
use payments::{EventKind, WebhookError};
use stripe_sandbox::webhook::signature;
use stripe_sandbox::{RefundEnd, Verdict};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

type Told = (String, String);

async fn receive(State(told): State<mpsc::UnboundedSender<Told>>, headers: HeaderMap, body: String) {
    told.send((body, headers["stripe-signature"].to_str().unwrap().to_owned())).unwrap();
}

async fn open_listening() -> (Till, mpsc::UnboundedReceiver<Told>) {
    let (sender, told) = mpsc::unbounded_channel();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/webhook", listener.local_addr().unwrap());
    let router = Router::new().route("/webhook", post(receive)).with_state(sender);
    tokio::spawn(async move { axum::serve(listener, router).await });
    (open_telling(Some(url)).await, told)
}

fn now_unix() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap()
}

#[tokio::test]
async fn every_event_of_a_payment_is_believed_and_names_its_intent() {
    let (till, mut told) = open_listening().await;
    let intent = till.intent().await;
    till.sandbox.pay_by_card(&intent.id, DECLINED_CARD).unwrap_err();
    till.sandbox.pay_by_card(&intent.id, THREE_D_SECURE_CARD).unwrap();
    till.sandbox.authenticate(&intent.id, false).unwrap();
    till.sandbox.pay_by_card(&intent.id, GOOD_CARD).unwrap();
    till.stripe.capture("capture", &intent.id, 45_670).await.unwrap();
    till.stripe.refund("refund", &intent.id, 100).await.unwrap();
    let expected = [
        EventKind::IntentCreated,
        EventKind::IntentFailed,
        EventKind::IntentRequiresAction,
        EventKind::IntentFailed,
        EventKind::IntentAuthorised,
        EventKind::ChargeCaptured,
        EventKind::IntentSucceeded,
        EventKind::RefundCreated,
        EventKind::ChargeRefunded,
        EventKind::RefundUpdated,
    ];
    for kind in expected {
        let (body, signature) = told.recv().await.unwrap();
        let event = till.stripe.read_event(&body, &signature).unwrap();
        assert_eq!((event.kind, event.intent_id.as_deref()), (kind, Some(intent.id.as_str())));
        assert!((now_unix() - event.created_at_unix).abs() < 60);
        let whole = stripe_webhook::Webhook::construct_event(&body, &signature, WEBHOOK_SECRET);
        assert!(whole.is_ok(), "async-stripe reads every field: {body}");
    }
}

#[tokio::test]
async fn a_cancelled_payment_is_told() {
    let (till, mut told) = open_listening().await;
    let intent = till.authorised().await;
    till.stripe.cancel("cancel", &intent.id).await.unwrap();
    for kind in [EventKind::IntentCreated, EventKind::IntentAuthorised, EventKind::IntentCanceled] {
        let (body, signature) = told.recv().await.unwrap();
        assert_eq!(till.stripe.read_event(&body, &signature).unwrap().kind, kind);
    }
}

#[tokio::test]
async fn each_failed_attempt_is_told_apart_even_if_the_next_one_came_at_once() {
    let (till, mut told) = open_listening().await;
    let intent = till.intent().await;
    for _ in 0..2 {
        till.sandbox.pay_by_card(&intent.id, THREE_D_SECURE_CARD).unwrap();
        till.sandbox.authenticate(&intent.id, false).unwrap();
    }
    till.sandbox.pay_by_card(&intent.id, DECLINED_CARD).unwrap_err();
    let mut attempts = Vec::new();
    for _ in 0..6 {
        let (body, signature) = told.recv().await.unwrap();
        let event = till.stripe.read_event(&body, &signature).unwrap();
        assert_eq!(event.attempt_id.is_some(), event.kind == EventKind::IntentFailed);
        attempts.extend(event.attempt_id);
    }
    let last = till.stripe.retrieve(&intent.id).await.unwrap().last_error.unwrap().attempt_id;
    assert_eq!(attempts.last(), last.as_ref(), "the intent names it alike");
    attempts.dedup();
    assert_eq!(attempts.len(), 3);
}

#[tokio::test]
async fn what_banks_do_later_is_told_with_its_refund_or_dispute() {
    let (till, mut told) = open_listening().await;
    let intent = till.captured(REFUNDED_LATER_CARD).await;
    let refund = till.stripe.refund("refund", &intent.id, 100).await.unwrap();
    till.sandbox.settle_refund(&refund.id, RefundEnd::Failed).unwrap();
    let dispute = till.sandbox.dispute(&intent.id).unwrap();
    till.sandbox.close_dispute(&dispute, Verdict::Won).unwrap();
    let other = till.stripe.create_intent("other", &order()).await.unwrap();
    till.sandbox.pay_by_card(&other.id, GOOD_CARD).unwrap();
    till.sandbox.expire(&other.id).unwrap();

    let (refund, dispute) = (Some(refund.id.as_str()), Some(dispute.as_str()));
    for (kind, intent, refund, dispute) in [
        (EventKind::IntentCreated, &intent, None, None),
        (EventKind::IntentAuthorised, &intent, None, None),
        (EventKind::ChargeCaptured, &intent, None, None),
        (EventKind::IntentSucceeded, &intent, None, None),
        (EventKind::RefundCreated, &intent, refund, None),
        (EventKind::ChargeRefunded, &intent, None, None),
        (EventKind::RefundUpdated, &intent, refund, None),
        (EventKind::RefundFailed, &intent, refund, None),
        (EventKind::DisputeCreated, &intent, None, dispute),
        (EventKind::DisputeFundsWithdrawn, &intent, None, dispute),
        (EventKind::DisputeClosed, &intent, None, dispute),
        (EventKind::DisputeFundsReinstated, &intent, None, dispute),
        (EventKind::IntentCreated, &other, None, None),
        (EventKind::IntentAuthorised, &other, None, None),
        (EventKind::ChargeExpired, &other, None, None),
        (EventKind::IntentCanceled, &other, None, None),
    ] {
        let (body, signature) = told.recv().await.unwrap();
        let event = till.stripe.read_event(&body, &signature).unwrap();
        assert_eq!((event.kind, event.intent_id.as_deref()), (kind, Some(intent.id.as_str())));
        assert_eq!((event.refund_id.as_deref(), event.dispute_id.as_deref()), (refund, dispute));
        let whole = stripe_webhook::Webhook::construct_event(&body, &signature, WEBHOOK_SECRET);
        assert!(whole.is_ok(), "async-stripe reads every field: {body}");
    }
}

#[tokio::test]
async fn a_tampered_event_is_not_believed() {
    let (till, mut told) = open_listening().await;
    till.intent().await;
    let (body, signature) = told.recv().await.unwrap();
    let tampered = body.replace("45670", "1");
    assert_ne!(tampered, body);
    for (body, signature) in [
        (tampered.as_str(), signature.as_str()),
        (&body, "t=1,v1=00"),
        (&body, "t=soon,v1=00"),
        (&body, "rubbish"),
        (&body, ""),
    ] {
        assert_eq!(till.stripe.read_event(body, signature).unwrap_err(), WebhookError::WrongSignature);
    }
}

#[tokio::test]
async fn a_signature_is_good_for_300_seconds() {
    let stripe = open().await.stripe;
    let body = r#"{"id":"evt_1","type":"payout.paid","created":1,"data":{"object":{"object":"payout"}}}"#;
    for off_secs in [-290, 290] {
        let header = signature(WEBHOOK_SECRET, body, now_unix() + off_secs);
        assert!(stripe.read_event(body, &header).is_ok());
    }
    for off_secs in [-310, 310] {
        let signed_at_unix = now_unix() + off_secs;
        let header = signature(WEBHOOK_SECRET, body, signed_at_unix);
        assert_eq!(stripe.read_event(body, &header).unwrap_err(), WebhookError::Stale { signed_at_unix });
    }
}

#[tokio::test]
async fn a_kind_that_nobody_knows_is_verified_all_the_same() {
    let stripe = open().await.stripe;
    let body = r#"{"id":"evt_1","type":"teleport.done","created":7,"data":{"object":{"object":"teleport"}}}"#;
    let event = stripe.read_event(body, &signature(WEBHOOK_SECRET, body, now_unix())).unwrap();
    assert_eq!((event.kind, event.intent_id), (EventKind::Other("teleport.done".to_owned()), None));
    let forged = signature("whsec_guessed", body, now_unix());
    assert_eq!(stripe.read_event(body, &forged).unwrap_err(), WebhookError::WrongSignature);
}

#[tokio::test]
async fn a_signed_body_that_is_no_event_is_malformed() {
    let stripe = open().await.stripe;
    for body in
        ["", "{", "[]", r#"{"id":"evt_1"}"#, r#"{"id":1,"type":"x","created":1,"data":{"object":{}}}"#]
    {
        let header = signature(WEBHOOK_SECRET, body, now_unix());
        assert_eq!(stripe.read_event(body, &header).unwrap_err(), WebhookError::Malformed, "{body}");
    }
}
