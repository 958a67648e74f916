use axum::http::StatusCode;
use serde_json::{Value, json};
use server::{jobs, postgres::EndAs};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::{Answer, Partner, minor, order, payment};
use crate::world::World;

const FREE_SEATS: &str = "select count(*) from seats where state <> 'available'";

async fn held(partner: &Partner) -> (Value, Value) {
    let offer = partner.offer("Standard", 2).await;
    let answer = partner.post("/air/orders", order(&offer, "hold", "Moreno")).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    (offer, answer.data().clone())
}

async fn pay(partner: &Partner, made: &Value) -> Answer {
    partner.post("/air/payments", json!({ "order_id": made["id"], "payment": payment(made) })).await
}

async fn read(partner: &Partner, made: &Value) -> Value {
    partner.get(&format!("/air/orders/{}", made["id"].as_str().unwrap())).await.data().clone()
}

/// Does every errand that is due.
async fn errands(world: &World) {
    while jobs::run_errand(&world.site).await.unwrap() {}
}

async fn sweep(world: &World) {
    for hold in world.postgres.expired_holds().await.unwrap() {
        world.site.seating.end(hold, EndAs::Expired).await.unwrap();
    }
}

fn letters(world: &World) -> String {
    let files = std::fs::read_dir(&world.letters).unwrap();
    files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect()
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_held_order_has_its_locator_and_seats_at_once_and_its_tickets_when_it_is_paid(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let partner = Partner::demo(&world.site);
    let (offer, made) = held(&partner).await;
    assert_eq!(made["type"], "hold");
    assert_eq!(made["booking_reference"].as_str().unwrap().len(), 6);
    assert_eq!(made["payment_status"]["awaiting_payment"], true);
    assert!(made["payment_status"]["payment_required_by"].is_string());
    assert_eq!(made["documents"], json!([]));
    assert!(made["slices"][0]["segments"][0]["passengers"][0]["seat"]["designator"].is_string());
    assert_eq!(partner.balance_minor(&world).await, 100_000_000, "nothing is paid yet");
    assert_eq!(partner.get("/air/orders?awaiting_payment=true").await.data()[0]["id"], made["id"]);
    world.audit().await;

    // Long after a hold of the web would have ended, and before the deadline.
    world.pass(23 * 60).await;
    sweep(&world).await;
    let paid = pay(&partner, &made).await;
    assert_eq!(paid.status, StatusCode::CREATED, "{paid:?}");
    assert_eq!(paid.data()["amount"], offer["total_amount"]);
    let after = read(&partner, &made).await;
    assert_eq!(after["booking_reference"], made["booking_reference"]);
    assert_eq!(after["documents"].as_array().unwrap().len(), 2);
    assert_eq!(after["payment_status"]["awaiting_payment"], false);
    let seat = |order: &Value| order["slices"][0]["segments"][0]["passengers"][0]["seat"].clone();
    assert_eq!(seat(&after), seat(&made));
    assert_eq!(partner.balance_minor(&world).await, 100_000_000 - minor(&offer["total_amount"]));
    assert_eq!(partner.get("/air/orders?awaiting_payment=true").await.data(), &json!([]));

    let again = pay(&partner, &made).await;
    assert_eq!(again.data(), paid.data(), "paying twice is paying once");
    assert_eq!(partner.balance_minor(&world).await, 100_000_000 - minor(&offer["total_amount"]));
    errands(&world).await;
    let letters = letters(&world);
    assert!(letters.contains("Your booking is kept") && letters.contains("Your tickets"));
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_order_that_is_not_paid_in_time_lapses_and_its_seats_are_free(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let partner = Partner::demo(&world.site);
    let (_, made) = held(&partner).await;
    assert_eq!(world.count(FREE_SEATS).await, 2);
    world.pass(24 * 60 + 1).await;
    sweep(&world).await;
    let lapsed = read(&partner, &made).await;
    assert!(lapsed["cancelled_at"].is_string());
    assert_eq!(lapsed["payment_status"]["awaiting_payment"], false);
    assert_eq!(lapsed["available_actions"], json!([]));
    assert_eq!(world.count(FREE_SEATS).await, 0);
    assert_eq!(world.count("select sum(taken)::bigint from departure_cabins").await, 0);
    assert_eq!(world.count("select count(*) from bookings where state = 'lapsed'").await, 1);
    assert_eq!(pay(&partner, &made).await.code(), "past_payment_required_by_date");
    let cancels = partner.post("/air/order_cancellations", json!({ "order_id": made["id"] })).await;
    assert_eq!(cancels.code(), "past_payment_required_by_date");
    errands(&world).await;
    assert!(letters(&world).contains("Your booking is not kept any more"));
    assert_eq!(partner.balance_minor(&world).await, 100_000_000);
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn whoever_pays_too_late_ends_it_even_before_the_sweeper(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let partner = Partner::demo(&world.site);
    let (_, made) = held(&partner).await;
    world.pass(24 * 60 + 1).await;
    assert_eq!(pay(&partner, &made).await.code(), "past_payment_required_by_date");
    assert_eq!(world.count(FREE_SEATS).await, 0);
    assert_eq!(world.count("select count(*) from bookings where state = 'lapsed'").await, 1);
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn another_amount_or_too_low_a_balance_leaves_the_order_to_be_paid(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let partner = Partner::with_balance(&world, 100).await;
    let (_, made) = held(&partner).await;
    let with = |amount: &str| {
        let pays = json!({ "type": "balance", "amount": amount, "currency": "USD" });
        json!({ "order_id": made["id"], "payment": pays })
    };
    let wrong = partner.post("/air/payments", with("1.00")).await;
    assert_eq!(wrong.code(), "payment_amount_does_not_match_order_amount");
    assert_eq!(pay(&partner, &made).await.code(), "insufficient_balance");
    assert_eq!(read(&partner, &made).await["payment_status"]["awaiting_payment"], true);
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn of_many_payments_at_once_one_is_made(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let partner = Partner::demo(&world.site);
    let (offer, made) = held(&partner).await;
    let answers = futures_util::future::join_all((0..6).map(|_| pay(&partner, &made))).await;
    assert!(answers.iter().all(|answer| answer.status == StatusCode::CREATED), "{answers:?}");
    assert_eq!(partner.balance_minor(&world).await, 100_000_000 - minor(&offer["total_amount"]));
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn paying_and_lapsing_at_once_end_one_way(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let partner = Partner::demo(&world.site);
    let (offer, made) = held(&partner).await;
    world.pass(24 * 60 + 1).await;
    // The sweeper and several payers, some before it and some after.
    let pays = futures_util::future::join_all((0..4).map(|_| pay(&partner, &made)));
    let (answers, ()) = tokio::join!(pays, sweep(&world));
    assert!(answers.iter().all(|answer| answer.code() == "past_payment_required_by_date"), "{answers:?}");
    assert_eq!(partner.balance_minor(&world).await, 100_000_000, "{}", offer["total_amount"]);
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_held_order_is_given_up_for_nothing(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let partner = Partner::demo(&world.site);
    let (_, made) = held(&partner).await;
    let quoted = partner.post("/air/order_cancellations", json!({ "order_id": made["id"] })).await;
    assert_eq!(quoted.status, StatusCode::CREATED, "{quoted:?}");
    assert_eq!(quoted.data()["refund_to"], "awaiting_payment");
    assert_eq!(quoted.data()["refund_amount"], "0.00");
    assert_eq!(
        read(&partner, &made).await["payment_status"]["awaiting_payment"],
        true,
        "nothing is given up yet"
    );
    let path = format!("/air/order_cancellations/{}/actions/confirm", quoted.data()["id"].as_str().unwrap());
    let confirmed = partner.post(&path, json!({})).await;
    assert!(confirmed.data()["confirmed_at"].is_string());
    assert_eq!(partner.post(&path, json!({})).await.data(), confirmed.data());
    assert!(read(&partner, &made).await["cancelled_at"].is_string());
    assert_eq!(pay(&partner, &made).await.code(), "already_cancelled");
    assert_eq!(world.count(FREE_SEATS).await, 0);
    errands(&world).await;
    assert!(letters(&world).contains("Your booking is not kept any more"));
    world.audit().await;
}
