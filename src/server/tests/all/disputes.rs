use app::ports::Checkout as _;
use payments::{DisputeStatus, IntentStatus};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use stripe_sandbox::{Faults, Verdict};

use crate::{
    booked::{DISPUTED_CARD, GOOD_CARD, booked, captured, ledgers_add_up, run_errands},
    world::{World, visitor},
};

#[sqlx::test(migrations = "../../migrations")]
async fn a_dispute_is_a_case_and_the_money_receivable_until_the_bank_decides(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    for (verdict, receivable) in [(Verdict::Won, false), (Verdict::Lost, true)] {
        let booked = captured(&world, GOOD_CARD).await;
        let dispute = world.sandbox.dispute(&booked.intent).unwrap();
        for id in ["created", "created", "withdrawn"] {
            booked.webhook(&world, &format!("{id} {dispute}"), "DisputeCreated").await;
        }
        assert_eq!(booked.balance(&world, "receivable").await, booked.total_minor);
        assert_eq!(booked.balance(&world, "disputed").await, -booked.total_minor);
        let case = world.postgres.open_cases().await.unwrap().pop().unwrap();
        assert_eq!((case.kind.as_str(), case.reference.as_str()), ("dispute", dispute.as_str()));
        assert_eq!(case.detail["status"], "needsresponse");
        assert!(world.postgres.close_case(case.id, "evidence was sent").await.unwrap());

        world.sandbox.close_dispute(&dispute, verdict).unwrap();
        for id in ["closed", "closed", "created"] {
            booked.webhook(&world, &format!("{id} again {dispute}"), "DisputeClosed").await;
        }
        let left = if receivable { booked.total_minor } else { 0 };
        assert_eq!(booked.balance(&world, "receivable").await, left, "{verdict:?}");
        assert_eq!(booked.balance(&world, "disputed").await, -left, "{verdict:?}");
        let case = world.postgres.open_cases().await.unwrap().pop().expect("what was decided is to be seen");
        assert_eq!(case.detail["status"], if receivable { "lost" } else { "won" });
        assert_eq!(case.detail["note"], "evidence was sent");
        world.postgres.close_case(case.id, "seen").await.unwrap();
    }
    assert_eq!(world.count("select count(*) from cases").await, 2, "a case each, however often it was told");
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_dispute_that_is_told_only_once_it_was_won_moves_no_money(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let booked = captured(&world, DISPUTED_CARD).await;
    let dispute = world.stripe().disputes_of(&booked.intent).await.unwrap()[0].id.clone();
    world.sandbox.close_dispute(&dispute, Verdict::Won).unwrap();
    booked.webhook(&world, "evt_1", "DisputeCreated").await;
    assert_eq!(world.count("select count(*) from ledger where account = 'disputed'").await, 0);
    assert_eq!(world.postgres.open_cases().await.unwrap().len(), 1);
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_dispute_whose_status_is_new_to_us_is_a_case_and_open(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let booked = captured(&world, GOOD_CARD).await;
    world.sandbox.dispute(&booked.intent).unwrap();
    let known = world.stripe().disputes_of(&booked.intent).await.unwrap().remove(0);
    let mut new = known.clone();
    new.status = DisputeStatus::Other("escalated".into());
    // Told of it first, or after one that is understood: the money is neither ours nor given back.
    for told in [&new, &known, &new] {
        world.postgres.dispute_seen(booked.booking, told).await.unwrap();
        assert_eq!(booked.balance(&world, "receivable").await, booked.total_minor);
        assert_eq!(booked.balance(&world, "disputed").await, -booked.total_minor);
        let case = world.postgres.open_cases().await.unwrap().pop().expect("a person must look");
        let expected = if told == &new { "unknown to us: escalated" } else { "needsresponse" };
        assert_eq!(case.detail["status"], expected);
        assert!(world.postgres.close_case(case.id, "seen").await.unwrap());
    }
    booked.give_back(&world, 5_000).await;
    run_errands(&world).await;
    assert_eq!(refund_state(&world).await, "failed", "what falls due meanwhile is a case, not paid twice");

    let won = payments::Dispute { status: DisputeStatus::Won, ..known };
    world.postgres.dispute_seen(booked.booking, &won).await.unwrap();
    assert_eq!(booked.balance(&world, "disputed").await, 0);
    ledgers_add_up(&world).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_authorisation_that_the_bank_withdraws_leaves_the_booking_unpaid_and_its_travellers_told(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let booked = booked(&world, GOOD_CARD).await;
    world.sandbox.expire(&booked.intent).unwrap();
    run_errands(&world).await;
    world.pass(1).await;
    run_errands(&world).await;
    assert_eq!(booked.at_stripe(&world).await.status, IntentStatus::Canceled);
    assert_eq!(world.count("select count(*) from payments where state = 'capture_failed'").await, 1);
    assert_eq!(booked.balance(&world, "capture_queued").await, 0);
    assert_eq!(world.count("select count(*) from outbox where step = 'unpaid'").await, 1);
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_was_captured_by_hand_is_found_captured(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let booked = booked(&world, GOOD_CARD).await;
    world.stripe().capture("by hand", &booked.intent, booked.total_minor).await.unwrap();
    run_errands(&world).await;
    world.pass(1).await;
    run_errands(&world).await;
    assert_eq!(booked.balance(&world, "captured").await, booked.total_minor);
    assert_eq!(world.count("select count(*) from outbox where state <> 'done'").await, 0);
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_event_that_always_fails_does_not_hold_up_newer_ones(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let good = captured(&world, GOOD_CARD).await;
    let bob = visitor();
    let hold = world.choose(bob, &["Q1200"], 1).await.unwrap();
    world.name(bob, hold, &["Moreno"]).await;
    world.site.paying.start(bob.into(), hold).await.unwrap();
    // Stripe does not know this payment, so nothing about it can be looked up.
    sqlx::query("update payments set intent_id = 'pi_unknown' where state = 'open'")
        .execute(&world.pool)
        .await
        .unwrap();
    for n in 0..30 {
        let id = format!("evt_bad_{n}");
        world.postgres.keep_event(&id, "DisputeCreated", Some("pi_unknown"), None).await.unwrap();
    }
    for _ in 0..3 {
        server::jobs::handle_events(&world.site).await.unwrap();
    }
    world.sandbox.dispute(&good.intent).unwrap();
    good.webhook(&world, "evt_good", "DisputeCreated").await;
    assert_eq!(good.balance(&world, "receivable").await, good.total_minor);
    assert_eq!(
        world.count("select count(*) from stripe_events where handled_at is null").await,
        30,
        "none is dropped"
    );
}

async fn refund_state(world: &World) -> String {
    sqlx::query_scalar("select state from refunds").fetch_one(&world.pool).await.unwrap()
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_falls_due_while_a_dispute_has_the_money_is_a_case_and_not_asked_of_stripe(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let booked = captured(&world, GOOD_CARD).await;
    let dispute = world.sandbox.dispute(&booked.intent).unwrap();
    booked.webhook(&world, "evt_1", "DisputeCreated").await;
    let refund = booked.give_back(&world, 5_000).await;
    // Whoever asks now uses this up, and is put off.
    world.sandbox.set_faults(Faults { fail_before: 1, ..Faults::default() });
    for _ in 0..3 {
        run_errands(&world).await;
        world.pass(10).await;
    }
    assert_eq!(refund_state(&world).await, "failed");
    assert_eq!(booked.balance(&world, "refund_queued").await, -5_000, "it is still owed");
    let cases = world.postgres.open_cases().await.unwrap();
    let case = cases.iter().find(|case| case.kind == "refund_failed").unwrap();
    assert_eq!(case.detail["why"], "disputed");
    assert!(!world.postgres.close_case(case.id, "done").await.unwrap(), "what is owed stays in sight");

    world.sandbox.set_faults(Faults::default());
    world.sandbox.close_dispute(&dispute, Verdict::Won).unwrap();
    booked.webhook(&world, "evt_2", "DisputeClosed").await;
    assert!(world.postgres.retry_refund(refund).await.unwrap());
    run_errands(&world).await;
    assert_eq!(refund_state(&world).await, "succeeded");
    assert_eq!(world.postgres.open_cases().await.unwrap().len(), 1, "the dispute's alone");
    ledgers_add_up(&world).await;
}
