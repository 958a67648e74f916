//! The life of a payment through async-stripe.

#![allow(clippy::unwrap_used)]

mod common;

use std::collections::HashSet;

use common::{DECLINED_CARD, GOOD_CARD, POOR_CARD, THREE_D_SECURE_CARD, config, open, order};
use payments::{IntentStatus, InvalidConfig, RefundStatus, Stripe, StripeConfig, StripeError};

#[tokio::test]
async fn a_payment_goes_from_card_to_capture_to_refund() {
    let till = open().await;
    let intent = till.intent().await;
    assert_eq!(intent.status, IntentStatus::RequiresPaymentMethod);
    assert_eq!((intent.amount_minor, intent.currency.as_str()), (45_670, "usd"));
    assert_eq!(intent.booking.as_deref(), Some("B-1"));
    assert!(intent.client_secret.as_deref().unwrap().starts_with(&intent.id));

    till.sandbox.pay_by_card(&intent.id, GOOD_CARD).unwrap();
    let authorised = till.stripe.retrieve(&intent.id).await.unwrap();
    assert_eq!(authorised.status, IntentStatus::RequiresCapture);
    assert_eq!((authorised.amount_capturable_minor, authorised.amount_received_minor), (45_670, 0));
    assert_eq!(
        (authorised.card_brand.as_deref(), authorised.card_last4.as_deref()),
        (Some("visa"), Some("4242"))
    );

    let captured = till.stripe.capture("capture", &intent.id, 45_670).await.unwrap();
    assert_eq!((captured.status, captured.amount_received_minor), (IntentStatus::Succeeded, 45_670));

    let refund = till.stripe.refund("refund-1", &intent.id, 5_670).await.unwrap();
    assert_eq!((refund.status.clone(), refund.amount_minor), (RefundStatus::Succeeded, 5_670));
    let second = till.stripe.refund("refund-2", &intent.id, 40_000).await.unwrap();
    let refunds = till.stripe.refunds_of(&intent.id).await.unwrap();
    assert_eq!(refunds, [second, refund]);
    assert_eq!(refunds[0].key.as_deref(), Some("refund-2"));
    assert_eq!(refunds[0].intent_id.as_deref(), Some(intent.id.as_str()));
    let too_much = till.stripe.refund("refund-3", &intent.id, 1).await.unwrap_err();
    assert!(matches!(too_much, StripeError::Refused { code, .. } if code == "charge_already_refunded"));
}

#[tokio::test]
async fn the_same_key_makes_one_intent() {
    let till = open().await;
    let (first, second) = (till.intent().await, till.intent().await);
    assert_eq!(first, second);
    let other = payments::IntentOrder { amount_minor: 1, ..order() };
    let refused = till.stripe.create_intent("create", &other).await.unwrap_err();
    assert!(matches!(refused, StripeError::Refused { code, .. } if code == "idempotency_error"));
}

#[tokio::test]
async fn two_callers_with_one_key_at_once_get_one_intent() {
    let till = open().await;
    let calls = (0..20).map(|_| {
        let stripe = till.stripe.clone();
        tokio::spawn(async move { stripe.create_intent("create", &order()).await.unwrap().id })
    });
    let mut ids = Vec::new();
    for call in calls.collect::<Vec<_>>() {
        ids.push(call.await.unwrap());
    }
    ids.dedup();
    assert_eq!(ids.len(), 1);
}

#[tokio::test]
async fn a_decline_is_told_and_the_intent_takes_another_card() {
    let till = open().await;
    let intent = till.intent().await;
    assert_eq!(till.sandbox.pay_by_card(&intent.id, POOR_CARD).unwrap_err(), "card_declined");
    let declined = till.stripe.retrieve(&intent.id).await.unwrap();
    assert_eq!(declined.status, IntentStatus::RequiresPaymentMethod);
    assert_eq!(declined.card_last4.as_deref(), Some("9995"));
    let first = declined.last_error.unwrap();
    assert_eq!(
        (first.code.as_str(), first.decline_code.as_deref()),
        ("card_declined", Some("insufficient_funds"))
    );

    till.sandbox.pay_by_card(&intent.id, DECLINED_CARD).unwrap_err();
    let second = till.stripe.retrieve(&intent.id).await.unwrap().last_error.unwrap();
    assert_ne!(second.attempt_id, first.attempt_id, "attempts can be told apart");
    assert_eq!(first.attempt_id, first.charge_id);

    till.sandbox.pay_by_card(&intent.id, GOOD_CARD).unwrap();
    let paid = till.stripe.retrieve(&intent.id).await.unwrap();
    assert_eq!((paid.status, paid.last_error), (IntentStatus::RequiresCapture, None));
}

#[tokio::test]
async fn three_d_secure_waits_for_the_cards_holder() {
    let till = open().await;
    let intent = till.intent().await;
    for (completed, status) in
        [(false, IntentStatus::RequiresPaymentMethod), (true, IntentStatus::RequiresCapture)]
    {
        till.sandbox.pay_by_card(&intent.id, THREE_D_SECURE_CARD).unwrap();
        assert_eq!(till.stripe.retrieve(&intent.id).await.unwrap().status, IntentStatus::RequiresAction);
        till.sandbox.authenticate(&intent.id, completed).unwrap();
        let ended = till.stripe.retrieve(&intent.id).await.unwrap();
        assert_eq!(ended.status, status);
        let code = ended.last_error.map(|error| error.code);
        assert_eq!(code.as_deref(), (!completed).then_some("payment_intent_authentication_failure"));
    }
}

#[tokio::test]
async fn attempts_that_fail_three_d_secure_can_be_told_apart() {
    let till = open().await;
    let intent = till.intent().await;
    let mut attempts = HashSet::new();
    for _ in 0..3 {
        till.sandbox.pay_by_card(&intent.id, THREE_D_SECURE_CARD).unwrap();
        till.sandbox.authenticate(&intent.id, false).unwrap();
        let error = till.stripe.retrieve(&intent.id).await.unwrap().last_error.unwrap();
        assert_eq!(error.charge_id, None, "it never came to a charge");
        assert_eq!(till.stripe.retrieve(&intent.id).await.unwrap().last_error, Some(error.clone()));
        attempts.insert(error.attempt_id.unwrap());
    }
    assert_eq!(attempts.len(), 3);
}

#[tokio::test]
async fn an_authorisation_that_the_bank_withdraws_is_told_and_never_captured() {
    let till = open().await;
    let intent = till.authorised().await;
    till.sandbox.expire(&intent.id).unwrap();
    let gone = till.stripe.retrieve(&intent.id).await.unwrap();
    assert_eq!((&gone.status, gone.amount_capturable_minor), (&IntentStatus::Canceled, 0));
    assert_eq!(gone.cancellation_reason.as_deref(), Some("automatic"));
    let refused = till.stripe.capture("capture", &intent.id, 45_670).await.unwrap_err();
    assert!(
        matches!(refused, StripeError::Refused { code, .. } if code == "payment_intent_unexpected_state")
    );
}

#[tokio::test]
async fn a_cancelled_payment_cannot_be_captured() {
    let till = open().await;
    let intent = till.authorised().await;
    let cancelled = till.stripe.cancel("cancel", &intent.id).await.unwrap();
    assert_eq!((cancelled.status, cancelled.amount_capturable_minor), (IntentStatus::Canceled, 0));
    let refused = till.stripe.capture("capture", &intent.id, 1).await.unwrap_err();
    assert!(
        matches!(refused, StripeError::Refused { code, .. } if code == "payment_intent_unexpected_state")
    );
    assert_eq!(till.stripe.refunds_of(&intent.id).await.unwrap(), []);
}

#[tokio::test]
async fn an_intent_is_found_by_its_booking() {
    let till = open().await;
    let wanted = till.intent().await;
    for number in 0..120 {
        let other = payments::IntentOrder { booking: format!("other-{number}"), ..order() };
        till.stripe.create_intent(&format!("other-{number}"), &other).await.unwrap();
    }
    let found = till.stripe.find_intent("B-1", 0).await.unwrap();
    assert_eq!(found, Some(wanted.clone()), "it stands on the second page");
    assert_eq!(till.stripe.find_intent("B-1", i64::from(u32::MAX)).await.unwrap(), None);
    assert_eq!(till.stripe.find_intent("B-2", 0).await.unwrap(), None);
    till.stripe.cancel("cancel", &wanted.id).await.unwrap();
    assert_eq!(till.stripe.find_intent("B-1", 0).await.unwrap(), None, "a cancelled one pays nothing");
}

#[tokio::test]
async fn the_intents_since_a_time_come_in_pages_newest_first() {
    let till = open().await;
    let mut made = Vec::new();
    for number in 0..120 {
        let order = payments::IntentOrder { booking: format!("B-{number}"), ..order() };
        made.push(till.stripe.create_intent(&order.booking, &order).await.unwrap());
    }
    made.reverse();
    let since_unix = made[119].created_at_unix;
    let first = till.stripe.intents_since(since_unix, None).await.unwrap();
    let second = till.stripe.intents_since(since_unix, first.next.as_deref()).await.unwrap();
    assert_eq!((first.intents.len(), second.intents.len(), second.next), (100, 20, None));
    assert_eq!([first.intents, second.intents].concat(), made);
    let later = till.stripe.intents_since(since_unix + 3_600, None).await.unwrap();
    assert_eq!((later.intents, later.next), (vec![], None));
}

#[tokio::test]
async fn an_intent_that_is_not_there_is_refused() {
    let till = open().await;
    for id in ["pi_unknown", "", "../refunds", "pi_1?expand[]=x"] {
        let refused = till.stripe.retrieve(id).await.unwrap_err();
        assert!(matches!(refused, StripeError::Refused { code, .. } if code == "resource_missing"), "{id}");
    }
    let refused = till.stripe.cancel("", "pi_unknown").await.unwrap_err();
    assert!(matches!(refused, StripeError::Refused { code, .. } if code == "idempotency_key"));
}

#[test]
fn a_configuration_that_cannot_be_right_is_refused() {
    let good = config(([127, 0, 0, 1], 1).into());
    let refuse = |config: StripeConfig| Stripe::new(&config).unwrap_err();
    assert_eq!(
        refuse(StripeConfig { secret_key: "pk_test".into(), ..good.clone() }),
        InvalidConfig::SecretKey
    );
    assert_eq!(
        refuse(StripeConfig { webhook_secret: String::new(), ..good.clone() }),
        InvalidConfig::WebhookSecret
    );
    assert_eq!(
        refuse(StripeConfig { api_url: Some("stripe".into()), ..good.clone() }),
        InvalidConfig::ApiUrl
    );
    let live = StripeConfig { secret_key: "sk_live_x".into(), ..good.clone() };
    assert_eq!(refuse(live), InvalidConfig::LiveKeyUnencrypted);
    let shown = format!("{good:?} {:?}", Stripe::new(&good).unwrap());
    assert!(!shown.contains("sk_test") && !shown.contains(common::WEBHOOK_SECRET));
}
