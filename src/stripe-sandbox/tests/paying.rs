//! The life of a payment, as the server and the card form see it.

#![allow(clippy::unwrap_used)]

mod common;

use common::{PUBLISHABLE, Stripe, path_of, start, step, text};
use serde_json::Value;
use stripe_sandbox::Config;

async fn stripe() -> Stripe {
    start(Config::default()).await
}

#[tokio::test]
async fn a_payment_goes_from_card_to_capture_to_refund() {
    let stripe = stripe().await;
    let intent = stripe.authorised().await;
    assert_eq!((&intent["amount_capturable"], &intent["amount_received"]), (&12_300.into(), &0.into()));

    let captured = stripe.post(&step(&intent, "capture"), "amount_to_capture=12000").await.body;
    assert_eq!((text(&captured, "status"), &captured["amount_received"]), ("succeeded", &12_000.into()));

    let refund = format!("payment_intent={}&amount=2000", text(&intent, "id"));
    assert_eq!(stripe.post("/v1/refunds", &refund).await.body["status"], "succeeded");
    let rest = format!("payment_intent={}", text(&intent, "id"));
    assert_eq!(stripe.post("/v1/refunds", &rest).await.body["amount"], 10_000);
    assert_eq!(stripe.post("/v1/refunds", &rest).await.code(), "charge_already_refunded");
    let listed = stripe.get(&format!("/v1/refunds?{rest}&limit=1")).await.body;
    assert_eq!((&listed["data"][0]["amount"], &listed["has_more"]), (&10_000.into(), &true.into()));
    let shown = stripe.get(&format!("/v1/refunds/{}", text(&listed["data"][0], "id"))).await;
    assert_eq!(shown.body["payment_intent"], intent["id"]);

    assert_eq!(
        stripe.kinds_of_events().await,
        [
            "payment_intent.created",
            "payment_intent.amount_capturable_updated",
            "charge.captured",
            "payment_intent.succeeded",
            "refund.created",
            "charge.refunded",
            "refund.updated",
            "refund.created",
            "charge.refunded",
            "refund.updated",
        ]
    );
}

#[tokio::test]
async fn each_test_card_is_declined_in_its_own_way() {
    let stripe = stripe().await;
    for (number, code, decline_code) in [
        ("4000000000000002", "card_declined", "generic_decline"),
        ("4000000000009995", "card_declined", "insufficient_funds"),
        ("4000000000000069", "expired_card", "expired_card"),
        ("4000000000000127", "incorrect_cvc", "incorrect_cvc"),
    ] {
        let intent = stripe.create().await;
        let answer = stripe.pay(&intent, number, (12, 2060), "123").await;
        let error = &answer.body["error"];
        assert_eq!((answer.status, text(error, "type")), (402, "card_error"));
        assert_eq!((answer.code(), text(error, "decline_code")), (code, decline_code));
        assert_eq!(error["payment_intent"]["status"], "requires_payment_method");
        assert!(error["payment_intent"].get("metadata").is_none(), "the browser sees no metadata");
        let intent = stripe.get(&path_of(&intent)).await.body;
        assert_eq!(intent["last_payment_error"]["decline_code"], decline_code);
        assert_eq!(intent["last_payment_error"]["charge"], intent["latest_charge"]);
        // A declined intent takes another card.
        assert_eq!(stripe.pay(&intent, "4242424242424242", (12, 2060), "123").await.status, 200);
    }
}

#[tokio::test]
async fn a_card_that_cannot_be_right_is_no_attempt() {
    let stripe = stripe().await;
    let intent = stripe.create().await;
    for (number, expiry, cvc, code) in [
        ("4242424242424241", (12, 2060), "123", "incorrect_number"),
        ("4242424242424242", (12, 2020), "123", "invalid_expiry_year"),
        ("4242424242424242", (0, 2060), "123", "invalid_expiry_month"),
        ("4242424242424242", (12, 2060), "12", "invalid_cvc"),
    ] {
        assert_eq!(stripe.pay(&intent, number, expiry, cvc).await.code(), code);
    }
    assert_eq!(stripe.get(&path_of(&intent)).await.body["latest_charge"], Value::Null);
}

#[tokio::test]
async fn three_d_secure_asks_and_takes_either_answer() {
    let stripe = stripe().await;
    for (outcome, status, event) in [
        ("completed", "requires_capture", "payment_intent.amount_capturable_updated"),
        ("failed", "requires_payment_method", "payment_intent.payment_failed"),
    ] {
        let intent = stripe.create().await;
        let asked = stripe.pay(&intent, "4000002760003184", (12, 2060), "123").await.body;
        assert_eq!(text(&asked, "status"), "requires_action");
        assert_eq!(asked["next_action"]["type"], "use_stripe_sdk");
        let form = format!("client_secret={}&outcome={outcome}", text(&intent, "client_secret"));
        let path = format!("/sandbox/payment_intents/{}/authenticate", text(&intent, "id"));
        let ended = stripe.post_as(PUBLISHABLE, &path, &form).await;
        assert_eq!(text(&ended.body, "status"), status);
        assert_eq!(stripe.kinds_of_events().await.last().unwrap(), event);
        assert_eq!(stripe.post_as(PUBLISHABLE, &path, &form).await.code(), "payment_intent_unexpected_state");
    }
}

#[tokio::test]
async fn a_step_that_the_status_rules_out_is_refused() {
    let stripe = stripe().await;
    let intent = stripe.create().await;
    assert_eq!(stripe.post(&step(&intent, "capture"), "").await.code(), "payment_intent_unexpected_state");
    assert_eq!(stripe.post(&step(&intent, "cancel"), "").await.body["status"], "canceled");
    let again = stripe.post(&step(&intent, "cancel"), "").await;
    assert_eq!((again.status, again.code()), (400, "payment_intent_unexpected_state"));
    assert_eq!(again.body["error"]["payment_intent"]["id"], intent["id"]);
    let paid = stripe.pay(&intent, "4242424242424242", (12, 2060), "123").await;
    assert_eq!(paid.code(), "payment_intent_unexpected_state");
    let refund = format!("payment_intent={}", text(&intent, "id"));
    assert_eq!(stripe.post("/v1/refunds", &refund).await.code(), "charge_not_refundable");
}

#[tokio::test]
async fn no_more_than_was_authorised_is_captured_or_refunded() {
    let stripe = stripe().await;
    let intent = stripe.authorised().await;
    assert_eq!(
        stripe.post(&step(&intent, "capture"), "amount_to_capture=12301").await.code(),
        "amount_too_large"
    );
    assert_eq!(stripe.post(&step(&intent, "capture"), "amount_to_capture=0").await.status, 400);
    assert_eq!(stripe.post(&step(&intent, "capture"), "").await.status, 200);
    let refund = format!("payment_intent={}&amount=12301", text(&intent, "id"));
    assert_eq!(stripe.post("/v1/refunds", &refund).await.status, 400);
}

#[tokio::test]
async fn cancelling_gives_the_authorisation_back() {
    let stripe = stripe().await;
    let intent = stripe.authorised().await;
    let cancelled = stripe.post(&step(&intent, "cancel"), "expand[0]=latest_charge").await.body;
    assert_eq!((text(&cancelled, "status"), &cancelled["amount_capturable"]), ("canceled", &0.into()));
    let charge = stripe.get(&format!("/v1/charges/{}", text(&intent, "latest_charge"))).await.body;
    // Nothing was captured, so nothing is refunded: since 2025-03-31 Stripe lists no refund for it either.
    assert_eq!((&charge["amount_refunded"], &charge["captured"]), (&0.into(), &false.into()));
    assert_eq!(stripe.kinds_of_events().await.last().unwrap(), "payment_intent.canceled");
    assert_eq!(cancelled["latest_charge"], charge);
}

#[tokio::test]
async fn amounts_and_currencies_are_checked() {
    let stripe = stripe().await;
    for (form, code) in [
        ("currency=usd", "parameter_missing"),
        ("amount=1000", "parameter_missing"),
        ("amount=49&currency=usd", "amount_too_small"),
        ("amount=-5&currency=usd", "parameter_invalid_integer"),
        ("amount=12.5&currency=usd", "parameter_invalid_integer"),
        ("amount=100000000&currency=usd", "amount_too_large"),
        ("amount=1000&currency=dollars", "parameter_invalid_string"),
        ("amount=1000&currency=usd&capture_method=later", "parameter_unknown"),
        ("amount=1000&currency=usd&payment_method_types[]=card", "payment_method_types_no_longer_supported"),
    ] {
        let answer = stripe.post("/v1/payment_intents", form).await;
        assert_eq!((answer.status, answer.code()), (400, code), "{form}");
    }
}

#[tokio::test]
async fn only_the_right_key_opens_a_route() {
    let stripe = stripe().await;
    let intent = stripe.create().await;
    assert_eq!(stripe.send("GET", &path_of(&intent), &[], "").await.unwrap().status, 401);
    assert_eq!(stripe.post_as(PUBLISHABLE, &step(&intent, "capture"), "").await.status, 401);
    assert_eq!(stripe.post_as("rubbish", "/v1/payment_intents", "amount=500&currency=usd").await.status, 401);
    let wrong = stripe.post_as(PUBLISHABLE, &step(&intent, "confirm"), "client_secret=guessed").await;
    assert_eq!((wrong.status, text(&wrong.body["error"], "param")), (400, "client_secret"));
    let raw = "payment_method_data[card][number]=4242424242424242";
    assert_eq!(stripe.post(&step(&intent, "confirm"), raw).await.status, 402);
    assert_eq!(stripe.post(&step(&intent, "confirm"), "payment_method=pm_card_visa").await.status, 200);
    let missing = stripe.get("/v1/payment_intents/pi_unknown").await;
    assert_eq!((missing.status, missing.code()), (404, "resource_missing"));
}

#[tokio::test]
async fn a_browser_reads_its_intent_from_another_origin() {
    let stripe = stripe().await;
    let intent = stripe.create().await;
    let path =
        format!("{}?key={PUBLISHABLE}&client_secret={}", path_of(&intent), text(&intent, "client_secret"));
    let shown = stripe.send("GET", &path, &[], "").await.unwrap();
    assert_eq!((shown.status, shown.headers["access-control-allow-origin"].to_str().unwrap()), (200, "*"));
    assert!(shown.body.get("metadata").is_none());
    let asked = stripe.send("OPTIONS", &step(&intent, "confirm"), &[], "").await.unwrap();
    assert_eq!(asked.status, 204);
    assert!(asked.headers["access-control-allow-headers"].to_str().unwrap().contains("authorization"));
    let script = stripe.send("GET", "/v3/", &[], "").await.unwrap();
    assert!(script.body.as_str().unwrap().contains("Test mode: no real card, no money"));
}

#[tokio::test]
async fn lists_are_paged_newest_first() {
    let stripe = stripe().await;
    let (first, second, third) = (stripe.create().await, stripe.create().await, stripe.create().await);
    let since = first["created"].as_i64().unwrap();
    let page = stripe.get(&format!("/v1/payment_intents?limit=2&created[gte]={since}")).await.body;
    assert_eq!((&page["data"][0]["id"], &page["data"][1]["id"]), (&third["id"], &second["id"]));
    assert_eq!(page["has_more"], true);
    let cursor = text(&second, "id");
    let rest = stripe.get(&format!("/v1/payment_intents?limit=2&starting_after={cursor}")).await.body;
    assert_eq!((&rest["data"][0]["id"], &rest["has_more"]), (&first["id"], &false.into()));
    let later = stripe.get(&format!("/v1/payment_intents?created%5Bgt%5D={}", since + 3_600)).await.body;
    assert_eq!(later["data"].as_array().unwrap().len(), 0);
    assert_eq!(stripe.get("/v1/payment_intents?limit=0").await.status, 400);
}

#[tokio::test]
async fn a_state_file_survives_the_sandbox() {
    let file = std::env::temp_dir().join(format!("stripe-sandbox-{}.json", std::process::id()));
    let config = Config { state: Some(file.clone()), ..Config::default() };
    let first = start(config.clone()).await;
    let form = "amount=12300&currency=usd&capture_method=manual";
    let intent = first.post_once("k1", "/v1/payment_intents", form).await.unwrap().body;
    first.pay(&intent, "4000000000000002", (12, 2060), "123").await;
    let before = first.get(&path_of(&intent)).await.body;

    let second = start(config).await;
    assert_eq!(second.get(&path_of(&intent)).await.body, before);
    let replayed = second.post_once("k1", "/v1/payment_intents", form).await.unwrap();
    assert_eq!(replayed.body["id"], intent["id"]);
    let kept = std::fs::read_to_string(&file).unwrap();
    assert!(!kept.contains("4000000000000002"), "card numbers are never kept");
    std::fs::remove_file(file).unwrap();
}
