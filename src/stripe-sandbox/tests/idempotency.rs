//! A key, its first answer, and the faults that make keys necessary.

#![allow(clippy::unwrap_used)]

mod common;

use common::{Stripe, start, step, text};
use stripe_sandbox::{Chances, Config, Faults};

const CREATE: &str = "amount=12300&currency=usd&capture_method=manual";

async fn stripe_with(faults: Faults) -> Stripe {
    let stripe = start(Config::default()).await;
    stripe.sandbox.set_faults(faults);
    stripe
}

async fn intents(stripe: &Stripe) -> usize {
    stripe.get("/v1/payment_intents").await.body["data"].as_array().unwrap().len()
}

#[tokio::test]
async fn the_same_key_makes_one_intent() {
    let stripe = stripe_with(Faults::default()).await;
    let first = stripe.post_once("k1", "/v1/payment_intents", CREATE).await.unwrap();
    let second = stripe.post_once("k1", "/v1/payment_intents", CREATE).await.unwrap();
    assert_eq!(first.body, second.body);
    assert!(first.headers.get("idempotent-replayed").is_none());
    assert_eq!(second.headers["idempotent-replayed"], "true");
    assert_eq!(intents(&stripe).await, 1);
}

#[tokio::test]
async fn a_key_refuses_other_parameters() {
    let stripe = stripe_with(Faults::default()).await;
    stripe.post_once("k1", "/v1/payment_intents", CREATE).await.unwrap();
    let other = stripe.post_once("k1", "/v1/payment_intents", "amount=999&currency=usd").await.unwrap();
    assert_eq!((other.status, text(&other.body["error"], "type")), (400, "idempotency_error"));
}

#[tokio::test]
async fn a_500_is_replayed_although_the_effect_stands() {
    let stripe = stripe_with(Faults { fail_after: 1, ..Faults::default() }).await;
    for _ in 0..2 {
        let answer = stripe.post_once("k1", "/v1/payment_intents", CREATE).await.unwrap();
        assert_eq!((answer.status, text(&answer.body["error"], "type")), (500, "api_error"));
    }
    assert_eq!(intents(&stripe).await, 1);
}

#[tokio::test]
async fn a_500_is_replayed_although_nothing_was_done() {
    let stripe = stripe_with(Faults { fail_before: 1, ..Faults::default() }).await;
    for _ in 0..2 {
        assert_eq!(stripe.post_once("k1", "/v1/payment_intents", CREATE).await.unwrap().status, 500);
    }
    assert_eq!(intents(&stripe).await, 0);
    assert_eq!(stripe.post_once("k2", "/v1/payment_intents", CREATE).await.unwrap().status, 200);
}

#[tokio::test]
async fn a_refusal_of_the_parameters_leaves_the_key_free() {
    let stripe = stripe_with(Faults::default()).await;
    assert_eq!(stripe.post_once("k1", "/v1/payment_intents", "currency=usd").await.unwrap().status, 400);
    assert_eq!(stripe.post_once("k1", "/v1/payment_intents", CREATE).await.unwrap().status, 200);
}

#[tokio::test]
async fn a_refusal_of_the_step_stays_under_the_key() {
    let stripe = stripe_with(Faults::default()).await;
    let intent = stripe.create().await;
    assert_eq!(stripe.post_once("k1", &step(&intent, "capture"), "").await.unwrap().status, 400);
    stripe.pay(&intent, "4242424242424242", (12, 2060), "123").await;
    let replayed = stripe.post_once("k1", &step(&intent, "capture"), "").await.unwrap();
    assert_eq!(replayed.code(), "payment_intent_unexpected_state");
    assert_eq!(stripe.post_once("k2", &step(&intent, "capture"), "").await.unwrap().status, 200);
}

#[tokio::test]
async fn a_call_under_way_refuses_the_same_key() {
    let stripe = stripe_with(Faults { stalled: true, ..Faults::default() }).await;
    let waiting = tokio::spawn({
        let stripe = stripe.clone();
        async move { stripe.post_once("k1", "/v1/payment_intents", CREATE).await.unwrap() }
    });
    // The first call has begun once its intent can be seen.
    while intents(&stripe).await == 0 {
        tokio::task::yield_now().await;
    }
    let second = stripe.post_once("k1", "/v1/payment_intents", CREATE).await.unwrap();
    assert_eq!((second.status, second.code()), (409, "idempotency_key_in_use"));
    let body = serde_json::to_string(&Faults::default()).unwrap();
    let json = [("content-type", "application/json")];
    assert_eq!(stripe.send("PUT", "/sandbox/faults", &json, &body).await.unwrap().status, 200);
    assert_eq!(waiting.await.unwrap().status, 200);
}

#[tokio::test]
async fn a_lost_answer_is_had_again_under_its_key() {
    let stripe = stripe_with(Faults { drop_answers: 1, ..Faults::default() }).await;
    assert!(stripe.post_once("k1", "/v1/payment_intents", CREATE).await.is_none());
    assert_eq!(stripe.post_once("k1", "/v1/payment_intents", CREATE).await.unwrap().status, 200);
    assert_eq!(intents(&stripe).await, 1);
}

#[tokio::test]
async fn faults_by_chance_strike_as_drawn_and_are_counted() {
    let chances = Chances { fail_before_permille: 300, fail_after_permille: 300, drop_answers_permille: 0 };
    let stripe = stripe_with(Faults { fail_before: 1, chances, ..Faults::default() }).await;
    let mut failures = 0;
    for number in 0..60 {
        let answer = stripe.post_once(&format!("k{number}"), "/v1/payment_intents", CREATE).await.unwrap();
        failures += u64::from(answer.status == 500);
    }
    let struck = stripe.sandbox.struck();
    assert_eq!(struck.fail_before + struck.fail_after, failures);
    assert!(struck.fail_before > 1 && struck.fail_after > 0 && failures < 60);
    let made = stripe.sandbox.statement().intents.len() as u64;
    assert_eq!(made, 60 - struck.fail_before);
    let told = stripe.get("/sandbox/faults/struck").await.body;
    assert_eq!(told, serde_json::to_value(struck).unwrap());
    let unknown = stripe.sandbox.expire("pi_unknown").unwrap_err();
    assert_eq!(unknown, "resource_missing");
}

#[tokio::test]
async fn what_banks_do_meets_no_fault() {
    let stripe = stripe_with(Faults::default()).await;
    let intent = stripe.authorised().await;
    stripe.sandbox.set_faults(Faults { fail_before: 1, ..Faults::default() });
    let path = format!("/sandbox/payment_intents/{}/expire", text(&intent, "id"));
    assert_eq!(stripe.post(&path, "").await.status, 200);
    assert_eq!(stripe.sandbox.faults().fail_before, 1);
}
