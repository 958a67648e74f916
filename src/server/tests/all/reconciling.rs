use std::{sync::Arc, time::Duration};

use server::{
    jobs::go_on_cancelling,
    reconciling::{Reconciling, Report},
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use stripe_sandbox::{RefundEnd, Verdict};

use crate::{
    booked::{Booked, DISPUTED_CARD, GOOD_CARD, PENDING_REFUNDS_CARD, booked, captured, run_errands},
    world::{World, departure},
};

/// Compares once everything has had its time to arrive.
async fn reconcile(world: &World) -> Report {
    world.pass(5).await;
    let reconciling = Reconciling::new(world.postgres.clone(), Arc::new(world.stripe()));
    reconciling.reconcile(Duration::from_hours(24)).await.unwrap()
}

/// The names of the differences that concern a booking, each of which is a case.
async fn found(world: &World, booked: &Booked) -> Vec<String> {
    let report = reconcile(world).await;
    for difference in &report.differences {
        let reference = format!("{}:{}", difference.what, difference.about);
        let cases: i64 =
            sqlx::query_scalar("select count(*) from cases where kind = 'difference' and reference = $1")
                .bind(&reference)
                .fetch_one(&world.pool)
                .await
                .unwrap();
        assert_eq!(cases, 1, "{reference}");
    }
    let mine = report.differences.into_iter().filter(|difference| difference.booking == Some(booked.booking));
    mine.map(|difference| difference.what).collect()
}

async fn execute(world: &World, sql: &str) {
    sqlx::query(sqlx::AssertSqlSafe(sql.to_owned())).execute(&world.pool).await.unwrap();
}

#[sqlx::test(migrations = "../../migrations")]
async fn nothing_differs_after_ordinary_bookings_cancellations_and_disputes(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    captured(&world, GOOD_CARD).await;
    captured(&world, GOOD_CARD).await.cancel(&world).await;
    captured(&world, PENDING_REFUNDS_CARD).await.cancel(&world).await;
    let unpaid = booked(&world, GOOD_CARD).await;
    world.sandbox.expire(&unpaid.intent).unwrap();
    run_errands(&world).await;
    world.pass(1).await;
    run_errands(&world).await;
    go_on_cancelling(&world.site).await;
    let lost = captured(&world, DISPUTED_CARD).await;
    let dispute = world.stripe().disputes_of(&lost.intent).await.unwrap()[0].id.clone();
    world.pass(5).await;
    run_errands(&world).await;
    let first = reconcile(&world).await;
    assert_eq!(first.differences, [], "{first}");
    assert_eq!(first.payments, 5);
    assert_eq!(lost.balance(&world, "receivable").await, lost.total_minor, "its webhook never came");
    world.sandbox.close_dispute(&dispute, Verdict::Won).unwrap();
    let second = reconcile(&world).await;
    assert_eq!(second.differences, [], "{second}");
    assert_eq!(lost.balance(&world, "receivable").await, 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_no_webhook_told_of_an_older_payment_is_caught_up_with(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let reconciling = Reconciling::new(world.postgres.clone(), Arc::new(world.stripe()));
    let day = Duration::from_hours(24);
    let disputed = captured(&world, GOOD_CARD).await;
    let refunded = captured(&world, GOOD_CARD).await;
    refunded.give_back(&world, 5_000).await;
    run_errands(&world).await;
    assert_eq!(refunded.balance(&world, "refunded").await, -5_000);

    let dispute = world.sandbox.dispute(&disputed.intent).unwrap();
    let made = world.stripe().refunds_of(&refunded.intent).await.unwrap()[0].id.clone();
    world.sandbox.settle_refund(&made, RefundEnd::Failed).unwrap();
    for _ in 0..2 {
        reconciling.catch_up(day).await.unwrap();
    }
    assert_eq!(disputed.balance(&world, "receivable").await, disputed.total_minor);
    assert_eq!(refunded.balance(&world, "refund_queued").await, -5_000, "it is owed again");
    let mut kinds: Vec<String> =
        world.postgres.open_cases().await.unwrap().into_iter().map(|case| case.kind).collect();
    kinds.sort();
    assert_eq!(kinds, ["dispute", "refund_failed"]);

    world.sandbox.close_dispute(&dispute, Verdict::Won).unwrap();
    // It was opened before what is listed, and is asked for by its id.
    reconciling.catch_up(Duration::ZERO).await.unwrap();
    assert_eq!(disputed.balance(&world, "receivable").await, 0);
    assert_eq!(world.count("select count(*) from disputes where state = 'open'").await, 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_payment_that_stripe_does_not_know_is_found(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let booked = captured(&world, GOOD_CARD).await;
    execute(&world, "update payments set intent_id = 'pi_gone'").await;
    let found = found(&world, &booked).await;
    assert!(found.contains(&"missing_intent".to_owned()), "{found:?}");
    assert!(
        found.contains(&"second_intent".to_owned()),
        "and the money that is where it should not be: {found:?}"
    );
}

#[sqlx::test(migrations = "../../migrations")]
async fn another_amount_is_found(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let booked = captured(&world, GOOD_CARD).await;
    execute(&world, "update payments set amount_minor = amount_minor + 1").await;
    let found = found(&world, &booked).await;
    for what in ["agreed_amount", "captured_amount", "captured_here_is_another_amount"] {
        assert!(found.contains(&what.to_owned()), "{what} is not in {found:?}");
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_was_captured_by_hand_in_part_is_found(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let booked = booked(&world, GOOD_CARD).await;
    world.stripe().capture("by hand", &booked.intent, 100).await.unwrap();
    run_errands(&world).await;
    world.pass(1).await;
    run_errands(&world).await;
    assert_eq!(found(&world, &booked).await, ["captured_amount"]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_is_captured_at_stripe_and_not_here_is_found_once_nothing_is_under_way(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let booked = booked(&world, GOOD_CARD).await;
    world.stripe().capture("by hand", &booked.intent, booked.total_minor).await.unwrap();
    assert_eq!(found(&world, &booked).await, Vec::<String>::new(), "our own capture is still queued");
    execute(&world, "update outbox set state = 'done', done_at = sky_now() where step = 'capture'").await;
    let found = found(&world, &booked).await;
    assert_eq!(found, ["state", "ticketed_and_never_charged"]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_refund_made_by_hand_is_found_and_told_again_only_when_it_grows(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let booked = captured(&world, GOOD_CARD).await;
    world.stripe().refund("by hand", &booked.intent, 700).await.unwrap();
    assert_eq!(found(&world, &booked).await, ["refunded_amount"]);
    let case = world.postgres.open_cases().await.unwrap().pop().unwrap();
    assert_eq!(case.detail["stripe"]["refunded_minor"], 700);
    assert!(world.postgres.close_case(case.id, "goodwill").await.unwrap());
    let again = reconcile(&world).await;
    assert_eq!((again.differences.len(), again.new), (1, 0), "it is still there, and known");
    assert!(world.postgres.open_cases().await.unwrap().is_empty());
    world.stripe().refund("by hand again", &booked.intent, 300).await.unwrap();
    assert_eq!(reconcile(&world).await.new, 1);
    let case = world.postgres.open_cases().await.unwrap().pop().unwrap();
    assert_eq!(case.detail["stripe"]["refunded_minor"], 1_000);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_ledger_that_does_not_add_up_is_found(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let booked = captured(&world, GOOD_CARD).await;
    execute(
        &world,
        "update ledger set amount_minor = amount_minor + 5 where step = 'captured' and account = 'captured'",
    )
    .await;
    let found = found(&world, &booked).await;
    assert_eq!(found, ["ledger_does_not_add_up", "captured_here_is_another_amount"]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn refunds_and_coupons_that_the_ledger_does_not_know_are_found(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let booked = captured(&world, GOOD_CARD).await;
    execute(
        &world,
        "insert into refunds (id, booking_id, amount_minor, currency)
        select gen_random_uuid(), booking_id, 500, 'USD' from payments",
    )
    .await;
    execute(&world, "update coupons set fare_minor = fare_minor + 7 where leg = 0").await;
    let found = found(&world, &booked).await;
    assert_eq!(found, ["coupons_and_ledger_differ", "refunds_and_ledger_differ"]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn money_for_a_booking_that_is_not_here_is_found(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let order = payments::IntentOrder {
        amount_minor: 5_000,
        currency: "usd".into(),
        booking: "11111111-1111-4111-8111-111111111111".into(),
        receipt_email: None,
        description: "test".into(),
    };
    let stray = world.stripe().create_intent("stray", &order).await.unwrap();
    assert_eq!(reconcile(&world).await.differences, [], "nobody has paid it");
    world.sandbox.pay_by_card(&stray.id, GOOD_CARD).unwrap();
    let report = reconcile(&world).await;
    assert_eq!(report.differences.len(), 1);
    assert_eq!(
        (report.differences[0].what.as_str(), &report.differences[0].about),
        ("unknown_booking", &stray.id)
    );
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_refund_that_failed_unheard_is_found(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let booked = captured(&world, PENDING_REFUNDS_CARD).await;
    booked.give_back(&world, 5_000).await;
    run_errands(&world).await;
    let made = world.stripe().refunds_of(&booked.intent).await.unwrap()[0].id.clone();
    world.sandbox.settle_refund(&made, RefundEnd::Failed).unwrap();
    let found = found(&world, &booked).await;
    assert!(found.contains(&"refunded_amount".to_owned()), "{found:?}");
}

#[sqlx::test(migrations = "../../migrations")]
async fn one_server_at_a_time_takes_a_turn(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    assert!(world.postgres.take_turn("reconcile", 300.0).await.unwrap());
    assert!(!world.postgres.take_turn("reconcile", 300.0).await.unwrap());
    world.pass(6).await;
    assert!(world.postgres.take_turn("reconcile", 300.0).await.unwrap());
}

#[sqlx::test(migrations = "../../migrations")]
async fn who_is_left_behind_by_what_should_take_seconds_is_told_of(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let unpaid = booked(&world, GOOD_CARD).await;
    world.sandbox.expire(&unpaid.intent).unwrap();
    for _ in 0..2 {
        run_errands(&world).await;
        world.pass(1).await;
    }
    let stranded = captured(&world, GOOD_CARD).await;
    world.postgres.call_off(departure("Q1200"), "fog").await.unwrap();
    assert_eq!(reconcile(&world).await.differences, [], "the jobs may be about to");
    world.pass(10).await;
    let mut told: Vec<_> =
        reconcile(&world).await.differences.into_iter().map(|d| (d.what, d.booking)).collect();
    told.sort();
    let called_off = "called_off_and_still_booked".to_owned();
    assert!(told.contains(&(called_off, Some(stranded.booking))), "{told:?}");
    assert!(told.contains(&("unpaid_and_still_booked".to_owned(), Some(unpaid.booking))), "{told:?}");
    go_on_cancelling(&world.site).await;
    assert_eq!(world.postgres.left_behind(0.0).await.unwrap().len(), 0);
}
