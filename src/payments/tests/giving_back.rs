//! Refunds that are not settled at once, and disputes, through async-stripe.

#![allow(clippy::unwrap_used)]

mod common;

use common::{DISPUTED_CARD, GOOD_CARD, REFUNDED_LATER_CARD, open};
use payments::{DisputeStatus, RefundStatus, StripeError};
use stripe_sandbox::{Faults, RefundEnd, Verdict};

#[tokio::test]
async fn a_refund_is_pending_until_the_bank_answers() {
    let till = open().await;
    let intent = till.captured(REFUNDED_LATER_CARD).await;
    assert_eq!(intent.amount_refunded_minor, 0);
    let pending = till.stripe.refund("refund", &intent.id, 5_670).await.unwrap();
    assert_eq!(pending.status, RefundStatus::Pending);
    assert_eq!(till.stripe.retrieve(&intent.id).await.unwrap().amount_refunded_minor, 5_670);
    till.sandbox.settle_refund(&pending.id, RefundEnd::Succeeded).unwrap();
    assert_eq!(till.stripe.refunds_of(&intent.id).await.unwrap()[0].status, RefundStatus::Succeeded);
}

#[tokio::test]
async fn a_refund_that_failed_can_be_asked_for_again_under_a_new_key() {
    let till = open().await;
    let intent = till.captured(REFUNDED_LATER_CARD).await;
    let first = till.stripe.refund("refund-1", &intent.id, 45_670).await.unwrap();
    till.sandbox.settle_refund(&first.id, RefundEnd::Failed).unwrap();
    let failed = till.stripe.refunds_of(&intent.id).await.unwrap().remove(0);
    assert_eq!(failed.status, RefundStatus::Failed);
    assert_eq!(failed.failure_reason.as_deref(), Some("expired_or_canceled_card"));
    let paid = till.stripe.retrieve(&intent.id).await.unwrap();
    assert_eq!((paid.amount_received_minor, paid.amount_refunded_minor), (45_670, 0));

    let replayed = till.stripe.refund("refund-1", &intent.id, 45_670).await.unwrap();
    assert_eq!(
        (replayed.id, replayed.status),
        (first.id, RefundStatus::Pending),
        "the first answer, word for word"
    );
    assert!(till.stripe.refund("refund-2", &intent.id, 45_670).await.is_ok());
}

#[tokio::test]
async fn a_dispute_holds_the_money_until_it_is_won() {
    let till = open().await;
    let intent = till.captured(DISPUTED_CARD).await;
    let dispute = till.stripe.disputes_of(&intent.id).await.unwrap().remove(0);
    assert_eq!((&dispute.status, dispute.amount_minor), (&DisputeStatus::NeedsResponse, 45_670));
    assert_eq!((dispute.intent_id.as_deref(), dispute.reason.as_str()), (Some(&*intent.id), "fraudulent"));
    assert!(dispute.status.holds_money() && !dispute.status.is_closed());
    assert!(till.stripe.retrieve(&intent.id).await.unwrap().is_disputed);
    let refused = till.stripe.refund("refund", &intent.id, 100).await.unwrap_err();
    assert!(matches!(refused, StripeError::Refused { code, .. } if code == "charge_disputed"));

    till.sandbox.close_dispute(&dispute.id, Verdict::Won).unwrap();
    let won = till.stripe.dispute(&dispute.id).await.unwrap();
    assert_eq!(won.status, DisputeStatus::Won);
    assert!(!won.status.holds_money() && won.status.is_closed());
    assert!(till.stripe.refund("refund-of-won", &intent.id, 100).await.is_ok());
}

#[tokio::test]
async fn a_lost_dispute_is_over() {
    let till = open().await;
    let intent = till.captured(GOOD_CARD).await;
    assert_eq!(till.stripe.disputes_of(&intent.id).await.unwrap(), []);
    assert!(!intent.is_disputed);
    let id = till.sandbox.dispute(&intent.id).unwrap();
    till.sandbox.close_dispute(&id, Verdict::Lost).unwrap();
    let lost = till.stripe.dispute(&id).await.unwrap();
    assert!(lost.status.holds_money() && lost.status.is_closed());
    for id in ["du_unknown", "../refunds", ""] {
        let refused = till.stripe.dispute(id).await.unwrap_err();
        assert!(matches!(refused, StripeError::Refused { code, .. } if code == "resource_missing"), "{id}");
    }
}

#[tokio::test]
async fn a_refund_whose_answer_is_unclear_is_no_refusal() {
    let till = open().await;
    let intent = till.captured(GOOD_CARD).await;
    till.plant(Faults { fail_before: 1, ..Faults::default() });
    let unclear = till.stripe.refund("refund", &intent.id, 100).await.unwrap_err();
    assert!(matches!(unclear, StripeError::Unavailable { key_spent: true, .. }));
    assert_eq!(till.stripe.refunds_of(&intent.id).await.unwrap(), [], "a look tells that nothing was done");
}
