//! What banks do after a payment: refunds that are not settled at once, disputes, authorisations withdrawn.

#![allow(clippy::unwrap_used)]

mod common;

use common::{PUBLISHABLE, Stripe, path_of, start, step, text};
use serde_json::Value;
use stripe_sandbox::{Config, IntentLine, RefundEnd, Statement, Verdict};

const REFUNDED_LATER: &str = "4000000000007726";
const REFUND_COMES_BACK: &str = "4000000000005126";
const DISPUTED: &str = "4000000000000259";

/// No bank answers by itself while a test runs.
async fn stripe() -> Stripe {
    start(Config { refund_secs: 3_600, ..Config::default() }).await
}

async fn captured(stripe: &Stripe, number: &str) -> Value {
    let intent = stripe.create().await;
    stripe.pay(&intent, number, (12, 2060), "123").await;
    let captured = stripe.post(&step(&intent, "capture"), "").await;
    assert_eq!(captured.body["status"], "succeeded", "{}", captured.body);
    captured.body
}

async fn refund(stripe: &Stripe, intent: &Value, amount_minor: i64) -> Value {
    let form = format!("payment_intent={}&amount={amount_minor}", text(intent, "id"));
    stripe.post("/v1/refunds", &form).await.body
}

/// The statement's line of the only intent, whose account must add up.
fn line(stripe: &Stripe) -> IntentLine {
    let statement = stripe.sandbox.statement();
    let line = statement.intents[0].clone();
    let held_minor = line.captured_minor - line.refunded_minor - line.disputed_minor;
    assert_eq!(statement.balances_minor.get("usd").copied().unwrap_or(0), held_minor);
    line
}

async fn last_kinds(stripe: &Stripe, count: usize) -> Vec<String> {
    let kinds = stripe.kinds_of_events().await;
    kinds[kinds.len() - count..].to_vec()
}

#[tokio::test]
async fn a_pending_refund_leaves_the_account_at_once_and_succeeds_later() {
    let stripe = stripe().await;
    let intent = captured(&stripe, REFUNDED_LATER).await;
    let pending = refund(&stripe, &intent, 2_300).await;
    assert_eq!((text(&pending, "status"), text(&pending, "pending_reason")), ("pending", "processing"));
    assert_eq!(last_kinds(&stripe, 2).await, ["refund.created", "charge.refunded"]);
    assert_eq!(line(&stripe).refunded_minor, 2_300);

    let path = format!("/sandbox/refunds/{}/settle", text(&pending, "id"));
    let settled = stripe.post(&path, "outcome=succeeded").await.body;
    assert_eq!(text(&settled, "status"), "succeeded");
    assert_eq!(last_kinds(&stripe, 1).await, ["refund.updated"]);
    assert_eq!(stripe.post(&path, "outcome=succeeded").await.code(), "refund_settled");
    assert_eq!(line(&stripe).refunded_minor, 2_300);
}

#[tokio::test]
async fn a_refund_that_comes_back_is_the_accounts_again() {
    let stripe = stripe().await;
    let intent = captured(&stripe, REFUND_COMES_BACK).await;
    let first = refund(&stripe, &intent, 12_300).await;
    assert_eq!(text(&first, "status"), "succeeded", "at first");
    assert_eq!(line(&stripe).refunded_minor, 12_300);
    let id = text(&first, "id");
    stripe.sandbox.settle_refund(id, RefundEnd::Failed).unwrap();
    assert_eq!(stripe.sandbox.settle_refund(id, RefundEnd::Failed).unwrap_err(), "refund_settled");
    assert_eq!(last_kinds(&stripe, 2).await, ["refund.updated", "refund.failed"]);
    let failed = stripe.get(&format!("/v1/refunds/{id}")).await.body;
    assert_eq!(
        (text(&failed, "status"), text(&failed, "failure_reason")),
        ("failed", "expired_or_canceled_card")
    );
    assert_eq!(line(&stripe).refunded_minor, 0);
    let charge = stripe.get(&format!("/v1/charges/{}", text(&intent, "latest_charge"))).await.body;
    assert_eq!((&charge["amount_refunded"], &charge["refunded"]), (&0.into(), &false.into()));
    // It may be tried again, since it is all there.
    assert_eq!(text(&refund(&stripe, &intent, 12_300).await, "status"), "succeeded");
}

#[tokio::test]
async fn banks_answer_refunds_by_themselves_and_after_a_restart() {
    let file = std::env::temp_dir().join(format!("stripe-sandbox-later-{}.json", std::process::id()));
    let config = |refund_secs| Config { refund_secs, state: Some(file.clone()), ..Config::default() };
    let patient = start(config(3_600)).await;
    let intent = captured(&patient, REFUNDED_LATER).await;
    let waiting = refund(&patient, &intent, 100).await;
    captured(&patient, DISPUTED).await;

    let hasty = start(config(0)).await;
    assert_eq!(hasty.sandbox.statement(), patient.sandbox.statement());
    let answered = refund(&hasty, &captured(&hasty, REFUND_COMES_BACK).await, 100).await;
    let path = format!("/v1/refunds/{}", text(&answered, "id"));
    while hasty.get(&path).await.body["status"] != "failed" {
        tokio::task::yield_now().await;
    }
    let kept = hasty.get(&format!("/v1/refunds/{}", text(&waiting, "id"))).await.body;
    assert_eq!(text(&kept, "status"), "pending", "its hour is not over");
    std::fs::remove_file(file).unwrap();
}

#[tokio::test]
async fn a_disputed_payment_is_withdrawn_and_not_refundable_until_it_is_won() {
    let stripe = stripe().await;
    let intent = captured(&stripe, DISPUTED).await;
    assert_eq!(
        last_kinds(&stripe, 4).await,
        [
            "charge.captured",
            "payment_intent.succeeded",
            "charge.dispute.created",
            "charge.dispute.funds_withdrawn"
        ]
    );
    let listed = stripe.get(&format!("/v1/disputes?payment_intent={}", text(&intent, "id"))).await.body;
    let dispute = &listed["data"][0];
    assert_eq!((text(dispute, "status"), &dispute["amount"]), ("needs_response", &12_300.into()));
    assert_eq!(
        (&dispute["charge"], &dispute["is_charge_refundable"]),
        (&intent["latest_charge"], &false.into())
    );
    assert_eq!(line(&stripe).disputed_minor, 12_300);
    let form = format!("payment_intent={}", text(&intent, "id"));
    assert_eq!(stripe.post("/v1/refunds", &form).await.code(), "charge_disputed");
    assert_eq!(stripe.sandbox.dispute(text(&intent, "id")).unwrap_err(), "charge_not_disputable");

    let path = format!("/sandbox/disputes/{}/close", text(dispute, "id"));
    assert_eq!(stripe.post(&path, "outcome=perhaps").await.status, 400);
    assert_eq!(text(&stripe.post(&path, "outcome=won").await.body, "status"), "won");
    assert_eq!(stripe.post(&path, "outcome=lost").await.code(), "dispute_closed");
    assert_eq!(last_kinds(&stripe, 2).await, ["charge.dispute.closed", "charge.dispute.funds_reinstated"]);
    assert_eq!(line(&stripe).disputed_minor, 0);
    assert_eq!(stripe.post("/v1/refunds", &form).await.body["amount"], 12_300);
    assert_eq!(line(&stripe).refunded_minor, 12_300);
}

#[tokio::test]
async fn a_lost_dispute_takes_what_was_not_refunded() {
    let stripe = stripe().await;
    let intent = captured(&stripe, REFUNDED_LATER).await;
    let (kept, pending) = (refund(&stripe, &intent, 300).await, refund(&stripe, &intent, 2_000).await);
    stripe.sandbox.settle_refund(text(&kept, "id"), RefundEnd::Succeeded).unwrap();
    let dispute = stripe.sandbox.dispute(text(&intent, "id")).unwrap();
    let failed = stripe.get(&format!("/v1/refunds/{}", text(&pending, "id"))).await.body;
    assert_eq!(text(&failed, "failure_reason"), "charge_for_pending_refund_disputed");
    stripe.sandbox.close_dispute(&dispute, Verdict::Lost).unwrap();
    assert_eq!(last_kinds(&stripe, 1).await, ["charge.dispute.closed"]);
    let line = line(&stripe);
    assert_eq!((line.refunded_minor, line.disputed_minor), (300, 12_000));
    let shown = stripe.get(&format!("/v1/disputes/{dispute}")).await.body;
    assert_eq!((text(&shown, "status"), &shown["amount"]), ("lost", &12_000.into()));
    assert_eq!(stripe.get("/v1/disputes/du_unknown").await.code(), "resource_missing");
}

#[tokio::test]
async fn nothing_captured_is_nothing_to_dispute() {
    let stripe = stripe().await;
    let intent = stripe.authorised().await;
    assert_eq!(stripe.sandbox.dispute(text(&intent, "id")).unwrap_err(), "charge_not_disputable");
    let path = format!("/sandbox/payment_intents/{}/dispute", text(&stripe.create().await, "id"));
    assert_eq!(stripe.post(&path, "").await.code(), "charge_not_disputable");
}

#[tokio::test]
async fn a_withdrawn_authorisation_can_never_be_captured() {
    let stripe = stripe().await;
    let intent = stripe.authorised().await;
    let path = format!("/sandbox/payment_intents/{}/expire", text(&intent, "id"));
    assert_eq!(stripe.post_as(PUBLISHABLE, &path, "").await.status, 401);
    let expired = stripe.post(&path, "").await.body;
    assert_eq!((text(&expired, "status"), text(&expired, "cancellation_reason")), ("canceled", "automatic"));
    assert_eq!(last_kinds(&stripe, 2).await, ["charge.expired", "payment_intent.canceled"]);
    assert_eq!(stripe.post(&step(&intent, "capture"), "").await.code(), "payment_intent_unexpected_state");
    assert_eq!(stripe.sandbox.expire(text(&intent, "id")).unwrap_err(), "payment_intent_unexpected_state");
    let line = line(&stripe);
    assert_eq!((line.status.as_str(), line.capturable_minor, line.captured_minor), ("canceled", 0, 0));
}

#[tokio::test]
async fn each_failed_authentication_shows_a_payment_method_of_its_own() {
    let stripe = stripe().await;
    let intent = stripe.create().await;
    let mut methods = Vec::new();
    for _ in 0..2 {
        stripe.sandbox.pay_by_card(text(&intent, "id"), "4000002760003184").unwrap();
        stripe.sandbox.authenticate(text(&intent, "id"), false).unwrap();
        let error = stripe.get(&path_of(&intent)).await.body["last_payment_error"].clone();
        assert_eq!(error["charge"], Value::Null, "Stripe makes no charge");
        methods.push(text(&error["payment_method"], "id").to_owned());
    }
    assert_ne!(methods[0], methods[1]);
}

#[tokio::test]
async fn the_books_are_read_alike_by_http_and_in_the_same_process() {
    let stripe = stripe().await;
    let intent = captured(&stripe, DISPUTED).await;
    let other = captured(&stripe, "4242424242424242").await;
    let form = format!("payment_intent={}&amount=100&metadata[key]=k-1", text(&other, "id"));
    stripe.post("/v1/refunds", &form).await;
    let statement: Statement = serde_json::from_value(stripe.get("/sandbox/books").await.body).unwrap();
    assert_eq!(statement, stripe.sandbox.statement());
    assert_eq!(statement.intents[0].booking.as_deref(), Some("B1"));
    assert_eq!(statement.refunds[0].key.as_deref(), Some("k-1"));
    assert_eq!(
        (&*statement.disputes[0].intent, &*statement.disputes[0].status),
        (text(&intent, "id"), "needs_response")
    );
    assert_eq!(statement.balances_minor["usd"], 12_200);
}
