use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::SeqCst},
};

use axum::{
    extract::Request,
    http::{Method, StatusCode, header::CONTENT_TYPE},
    middleware::{Next, from_fn},
    response::{Html, IntoResponse as _},
};
use domain::payment::PaymentState;
use payments::StripeError;
use server::{
    jobs::{ask_for_pending_refunds, perform, run_errand},
    postgres::{Kind, NotPaid, OtherWay},
    site::Site,
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use stripe_sandbox::{Faults, RefundEnd, Verdict};
use tokio::net::TcpListener;
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

/// A server that reaches Stripe over an edge, which answers so many calls that Stripe did with a page of its own, while so
/// many lists of refunds do not show yet what was made.
async fn behind_an_edge(world: &World, unreadable: usize, blind: usize) -> Site {
    let (unreadable, blind) = (Arc::new(AtomicUsize::new(unreadable)), Arc::new(AtomicUsize::new(blind)));
    let router = world.sandbox.router().layer(from_fn(move |request: Request, next: Next| {
        let (unreadable, blind) = (unreadable.clone(), blind.clone());
        async move {
            let left = if request.method() == Method::POST { unreadable } else { blind };
            let is_list = request.method() == Method::GET;
            let is_refund = request.uri().path() == "/v1/refunds";
            let answer = next.run(request).await;
            if !is_refund || left.fetch_update(SeqCst, SeqCst, |n| n.checked_sub(1)).is_err() {
                return answer;
            }
            if is_list {
                let none = r#"{"object":"list","data":[],"has_more":false,"url":"/v1/refunds"}"#;
                return ([(CONTENT_TYPE, "application/json")], none).into_response();
            }
            (StatusCode::BAD_GATEWAY, Html("<h1>502 Bad Gateway</h1>")).into_response()
        }
    }));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let site = world.site_with_stripe_at(format!("http://{}/", listener.local_addr().unwrap())).await;
    tokio::spawn(async { axum::serve(listener, router).await });
    site
}

/// Runs what is due, and after a while what was put off.
async fn run_twice(world: &World, site: &Site) {
    for _ in 0..2 {
        while run_errand(site).await.unwrap() {}
        world.pass(1).await;
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_refund_that_was_made_behind_an_unreadable_answer_is_not_made_twice(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    for is_full in [false, true] {
        let booked = captured(&world, GOOD_CARD).await;
        let refund = booked.give_back(&world, if is_full { booked.total_minor } else { 5_000 }).await;
        run_twice(&world, &behind_an_edge(&world, 1, 1).await).await;
        assert_eq!(made(&world, &booked).await.len(), 1, "in full: {is_full}");
        assert_eq!(state(&world, refund).await, "succeeded", "in full: {is_full}");
    }
    assert!(world.postgres.open_cases().await.unwrap().is_empty());
    ledgers_add_up(&world).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_refund_that_is_refused_because_it_was_made_is_looked_for_and_made_good(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    for (blind, at_once) in [(1, true), (2, false)] {
        let booked = captured(&world, GOOD_CARD).await;
        booked.cancel(&world).await;
        world.sandbox.set_faults(Faults { fail_after: 1, ..Faults::default() });
        run_twice(&world, &behind_an_edge(&world, 0, blind).await).await;
        let refund = booked.refund(&world).await;
        assert_eq!(state(&world, refund).await, if at_once { "succeeded" } else { "failed" });
        assert_eq!(world.postgres.open_cases().await.unwrap().len(), usize::from(!at_once));
        for id in ["evt_1", "evt_2"] {
            booked.webhook(&world, &format!("{id} {blind}"), "RefundUpdated").await;
        }
        assert_eq!(state(&world, refund).await, "succeeded");
        assert_eq!(booked.balance(&world, "refunded").await, -booked.total_minor);
        assert!(world.postgres.open_cases().await.unwrap().is_empty());
        assert!(!world.postgres.retry_refund(refund).await.unwrap(), "there is nothing left to ask for");
        world.audit().await;
    }
    assert_eq!(world.count("select count(*) from cancellations where state <> 'settled'").await, 0);
    let moved = world.postgres.moved_bookings(3_600.0).await.unwrap();
    assert!(world.postgres.own_differences(&moved).await.unwrap().is_empty());
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_refund_that_was_made_unseen_before_it_failed_is_not_made_again_when_queued_again(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let booked = captured(&world, GOOD_CARD).await;
    let refund = booked.give_back(&world, 5_000).await;
    world.sandbox.set_faults(Faults { fail_after: 1, ..Faults::default() });
    run_errands(&world).await;
    let dispute = world.sandbox.dispute(&booked.intent).unwrap();
    world.pass(1).await;
    run_twice(&world, &behind_an_edge(&world, 0, 2).await).await;
    assert_eq!(state(&world, refund).await, "failed", "what was made did not show");
    world.sandbox.close_dispute(&dispute, Verdict::Won).unwrap();
    assert!(world.postgres.retry_refund(refund).await.unwrap());
    run_errands(&world).await;
    assert_eq!(state(&world, refund).await, "succeeded");
    assert_eq!(made(&world, &booked).await.len(), 1);
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
    let earlier = made(&world, &booked).await.remove(0);
    let first = earlier.id.clone();
    world.sandbox.settle_refund(&first, RefundEnd::Failed).unwrap();
    for id in ["evt_1", "evt_1", "evt_2"] {
        booked.webhook(&world, id, "RefundFailed").await;
    }
    let row = world.postgres.refunds_of(booked.booking).await.unwrap().remove(0);
    world.postgres.refund_made(&row, &earlier).await.unwrap();
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
async fn a_refund_is_paid_by_a_dispute_only_once_the_bank_has_decided_for_the_cardholder(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    for verdict in [Verdict::Won, Verdict::Lost] {
        let booked = captured(&world, GOOD_CARD).await;
        let dispute = world.sandbox.dispute(&booked.intent).unwrap();
        booked.webhook(&world, &format!("{dispute} 1"), "DisputeCreated").await;
        booked.cancel(&world).await;
        run_errands(&world).await;
        let refund = booked.refund(&world).await;
        assert_eq!(state(&world, refund).await, "failed");
        let too_early = world.postgres.paid_otherwise(refund, OtherWay::Dispute, "their bank").await;
        assert!(matches!(too_early, Err(NotPaid::NotDisputed)), "{too_early:?}");
        world.sandbox.close_dispute(&dispute, verdict).unwrap();
        booked.webhook(&world, &format!("{dispute} 2"), "DisputeClosed").await;
        let paid = world.postgres.paid_otherwise(refund, OtherWay::Dispute, "their bank").await;
        if verdict == Verdict::Lost {
            paid.unwrap();
        } else {
            assert!(matches!(paid, Err(NotPaid::NotDisputed)), "{paid:?}");
            assert!(world.postgres.retry_refund(refund).await.unwrap());
            run_errands(&world).await;
            assert_eq!(state(&world, refund).await, "succeeded");
        }
        assert_eq!(booked.balance(&world, "receivable").await, 0);
        assert_eq!(booked.balance(&world, "refund_queued").await, 0);
        world.audit().await;
    }
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
