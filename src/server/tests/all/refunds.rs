use domain::payment::PaymentState;
use payments::StripeError;
use server::{
    jobs::{ask_for_pending_refunds, perform},
    postgres::{Kind, NotPaid, OtherWay},
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use stripe_sandbox::{Faults, RefundEnd, Verdict};
use uuid::Uuid;

use crate::{
    booked::{Booked, GOOD_CARD, PENDING_REFUNDS_CARD, captured, ledgers_add_up, run_errands},
    world::World,
};

async fn state(world: &World, refund: Uuid) -> String {
    sqlx::query_scalar("select state from refunds where id = $1")
        .bind(refund)
        .fetch_one(&world.pool)
        .await
        .unwrap()
}

async fn made(world: &World, booked: &Booked) -> Vec<payments::Refund> {
    world.stripe().refunds_of(&booked.intent).await.unwrap()
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_refund_is_made_once_and_written_down_with_ledger_payment_and_letter(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let booked = captured(&world, GOOD_CARD).await;
    let first = booked.give_back(&world, 5_000).await;
    run_errands(&world).await;
    assert_eq!(state(&world, first).await, "succeeded");
    assert_eq!(booked.payment(&world).await.state, PaymentState::PartRefunded);
    assert_eq!(booked.balance(&world, "refunded").await, -5_000);
    assert_eq!(booked.balance(&world, "refund_queued").await, 0);
    booked.give_back(&world, booked.total_minor - 5_000).await;
    run_errands(&world).await;
    assert_eq!(booked.payment(&world).await.state, PaymentState::Refunded);
    assert_eq!(booked.at_stripe(&world).await.amount_refunded_minor, booked.total_minor);
    assert_eq!(made(&world, &booked).await.len(), 2);
    assert_eq!(
        world.count("select count(*) from outbox where step = 'refunded' and state = 'done'").await,
        2
    );
    ledgers_add_up(&world).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_refund_whose_answer_is_lost_is_found_by_its_key_and_not_made_again(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    for faults in [
        Faults { fail_after: 1, ..Faults::default() },
        Faults { drop_answers: 2, ..Faults::default() },
        Faults { fail_before: 1, ..Faults::default() },
    ] {
        let booked = captured(&world, GOOD_CARD).await;
        let refund = booked.give_back(&world, 5_000).await;
        world.sandbox.set_faults(faults.clone());
        run_errands(&world).await;
        let known_at_once = faults.drop_answers > 0;
        assert_eq!(
            state(&world, refund).await,
            if known_at_once { "succeeded" } else { "queued" },
            "{faults:?}: a broken connection is tried again under the same key, a 500 is not"
        );
        world.pass(1).await;
        run_errands(&world).await;
        assert_eq!(state(&world, refund).await, "succeeded", "{faults:?}");
        assert_eq!(made(&world, &booked).await.len(), 1, "{faults:?}");
    }
    ledgers_add_up(&world).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_refund_cut_off_after_stripe_made_it_is_found_by_whoever_comes_next(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let booked = captured(&world, GOOD_CARD).await;
    let refund = booked.give_back(&world, 5_000).await;
    // What a worker does before it dies: lease, ask Stripe, nothing more.
    let errand = world.postgres.lease_errand(Kind::Money).await.unwrap().unwrap();
    let row = world.postgres.refund_of_errand(&errand).await.unwrap().unwrap();
    world.stripe().refund(&row.call_key(&errand), &booked.intent, 5_000).await.unwrap();
    run_errands(&world).await;
    assert_eq!(state(&world, refund).await, "queued", "it is leased");
    world.pass(3).await;
    run_errands(&world).await;
    assert_eq!(state(&world, refund).await, "succeeded");
    assert_eq!(made(&world, &booked).await.len(), 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_pending_refund_is_settled_by_webhook_or_by_asking(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    for by_webhook in [true, false] {
        let booked = captured(&world, PENDING_REFUNDS_CARD).await;
        let refund = booked.give_back(&world, 5_000).await;
        run_errands(&world).await;
        assert_eq!(state(&world, refund).await, "pending");
        assert_eq!(booked.balance(&world, "refund_queued").await, -5_000);
        world.sandbox.settle_refund(&made(&world, &booked).await[0].id, RefundEnd::Succeeded).unwrap();
        if by_webhook {
            booked.webhook(&world, "evt_1", "RefundUpdated").await;
        } else {
            world.pass(1).await;
            ask_for_pending_refunds(&world.site).await;
        }
        assert_eq!(state(&world, refund).await, "succeeded", "by webhook: {by_webhook}");
        assert_eq!(booked.balance(&world, "refunded").await, -5_000);
    }
    ledgers_add_up(&world).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_refund_that_fails_after_it_succeeded_is_owed_again_and_a_case_until_it_is_queued_again(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let booked = captured(&world, GOOD_CARD).await;
    let refund = booked.give_back(&world, 5_000).await;
    run_errands(&world).await;
    let first = made(&world, &booked).await[0].id.clone();
    world.sandbox.settle_refund(&first, RefundEnd::Failed).unwrap();
    for id in ["evt_1", "evt_1", "evt_2"] {
        booked.webhook(&world, id, "RefundFailed").await;
    }
    assert_eq!(state(&world, refund).await, "failed");
    assert_eq!(booked.balance(&world, "refunded").await, 0);
    assert_eq!(booked.balance(&world, "refund_queued").await, -5_000);
    let cases = world.postgres.open_cases().await.unwrap();
    assert_eq!(cases.len(), 1);
    assert_eq!((cases[0].kind.as_str(), &cases[0].reference), ("refund_failed", &first));

    assert!(world.postgres.retry_refund(refund).await.unwrap());
    assert!(!world.postgres.retry_refund(refund).await.unwrap(), "it is queued already");
    booked.webhook(&world, "evt_3", "RefundFailed").await;
    assert_eq!(state(&world, refund).await, "queued", "an old failure told again is not the new one's");
    run_errands(&world).await;
    assert_eq!(state(&world, refund).await, "succeeded");
    assert_eq!(booked.balance(&world, "refunded").await, -5_000);
    assert_eq!(booked.at_stripe(&world).await.amount_refunded_minor, 5_000);
    assert!(world.postgres.open_cases().await.unwrap().is_empty());
    ledgers_add_up(&world).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_stripe_will_never_give_back_is_a_case_and_never_dropped(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let booked = captured(&world, GOOD_CARD).await;
    world.sandbox.dispute(&booked.intent).unwrap();
    let refund = booked.give_back(&world, 5_000).await;
    run_errands(&world).await;
    assert_eq!(state(&world, refund).await, "failed");
    assert_eq!(booked.balance(&world, "refund_queued").await, -5_000, "it is still owed");
    let cases = world.postgres.open_cases().await.unwrap();
    assert_eq!(cases.iter().filter(|case| case.kind == "refund_failed").count(), 1);
    let refused = world.stripe().refund("key", &booked.intent, 5_000).await;
    assert!(matches!(refused, Err(StripeError::Refused { .. })), "{refused:?}");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_failed_refund_that_is_paid_another_way_is_owed_no_more(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    for (way, evt) in [(OtherWay::Transfer, "evt_a"), (OtherWay::Dispute, "evt_b")] {
        let booked = captured(&world, GOOD_CARD).await;
        let refund = match way {
            OtherWay::Transfer => {
                booked.cancel(&world).await;
                run_errands(&world).await;
                world.sandbox.settle_refund(&made(&world, &booked).await[0].id, RefundEnd::Failed).unwrap();
                booked.webhook(&world, evt, "RefundFailed").await;
                booked.refund(&world).await
            }
            OtherWay::Dispute => {
                let dispute = world.sandbox.dispute(&booked.intent).unwrap();
                booked.webhook(&world, evt, "DisputeCreated").await;
                booked.cancel(&world).await;
                run_errands(&world).await;
                world.sandbox.close_dispute(&dispute, Verdict::Lost).unwrap();
                booked.webhook(&world, "evt_c", "DisputeClosed").await;
                booked.refund(&world).await
            }
        };
        let owed = -booked.balance(&world, "refund_queued").await;
        assert_eq!((state(&world, refund).await.as_str(), owed), ("failed", booked.total_minor));
        if way == OtherWay::Transfer {
            let undisputed = world.postgres.paid_otherwise(refund, OtherWay::Dispute, "their bank").await;
            assert!(matches!(undisputed, Err(NotPaid::NotDisputed)), "{undisputed:?}");
        }
        world.postgres.paid_otherwise(refund, way, "as agreed").await.unwrap();
        let again = world.postgres.paid_otherwise(refund, way, "twice").await;
        assert!(matches!(again, Err(NotPaid::NotFailed)), "{again:?}");
        assert!(!world.postgres.retry_refund(refund).await.unwrap());
        assert_eq!(state(&world, refund).await, "paid_otherwise");
        assert_eq!(booked.balance(&world, "refund_queued").await, 0);
        assert_eq!(booked.balance(&world, "receivable").await, 0);
        let paid = if way == OtherWay::Transfer { -owed } else { 0 };
        assert_eq!(booked.balance(&world, "paid_otherwise").await, paid);
        let sql = "select count(*) from cases where kind = 'refund_failed' and state = 'open'";
        assert_eq!(world.count(sql).await, 0);
        assert_eq!(world.count("select count(*) from cancellations where state <> 'settled'").await, 0);
        world.audit().await;
    }
    let moved = world.postgres.moved_bookings(3_600.0).await.unwrap();
    assert!(world.postgres.own_differences(&moved).await.unwrap().is_empty());
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_refund_by_a_worker_that_outlived_its_lease_is_made_once(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let booked = captured(&world, GOOD_CARD).await;
    let refund = booked.give_back(&world, 5_000).await;
    let slow = world.postgres.lease_errand(Kind::Money).await.unwrap().unwrap();
    world.pass(3).await;
    // The next could not look; the third goes on under another key, and dies before it writes down what was made.
    let next = world.postgres.lease_errand(Kind::Money).await.unwrap().unwrap();
    world.postgres.put_off(&next, "a test", Some("another key")).await.unwrap();
    world.pass(1).await;
    let third = world.postgres.lease_errand(Kind::Money).await.unwrap().unwrap();
    let row = world.postgres.refund_of_errand(&third).await.unwrap().unwrap();
    world.stripe().refund(&row.call_key(&third), &booked.intent, 5_000).await.unwrap();
    perform(&world.site, &slow).await.unwrap();
    assert_eq!(made(&world, &booked).await.len(), 1);
    world.pass(3).await;
    run_errands(&world).await;
    assert_eq!((state(&world, refund).await.as_str(), made(&world, &booked).await.len()), ("succeeded", 1));

    // Planted: the call of a worker that does not look at its lease.
    world.stripe().refund(&row.call_key(&slow), &booked.intent, 5_000).await.unwrap();
    assert_eq!(made(&world, &booked).await.len(), 2);
}
