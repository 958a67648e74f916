use axum::http::StatusCode;
use serde_json::{Value, json};
use server::jobs;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::{Partner, minor, order};
use crate::world::{World, departure, visitor};

async fn bought(partner: &Partner, brand: &str) -> Value {
    let offer = partner.offer(brand, 1).await;
    let answer = partner.post("/air/orders", order(&offer, "instant", "Moreno")).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    answer.data().clone()
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_cancelled_order_gives_its_seats_and_its_money_back_to_the_balance(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let partner = Partner::demo(&world.site);
    let made = bought(&partner, "Flex").await;
    let quoted = partner.post("/air/order_cancellations", json!({ "order_id": made["id"] })).await;
    assert_eq!(quoted.data()["refund_to"], "balance");
    assert_eq!(quoted.data()["refund_amount"], made["total_amount"], "Flex gives all of it back");
    assert_eq!(quoted.data()["confirmed_at"], Value::Null);
    let path = format!("/air/order_cancellations/{}/actions/confirm/", quoted.data()["id"].as_str().unwrap());
    let confirmed = partner.post(&path, json!({})).await;
    assert!(confirmed.data()["confirmed_at"].is_string());
    assert_eq!(partner.balance_minor(&world).await, 100_000_000);
    assert_eq!(
        partner.post(&path, json!({})).await.data(),
        confirmed.data(),
        "confirming twice is confirming once"
    );
    assert_eq!(partner.balance_minor(&world).await, 100_000_000);
    assert_eq!(world.count("select count(*) from seats where state <> 'available'").await, 0);
    let id = made["id"].as_str().unwrap();
    let after = partner.get(&format!("/air/orders/{id}")).await;
    assert!(after.data()["cancelled_at"].is_string());
    assert_eq!(after.data()["available_actions"], json!([]));
    let again = partner.post("/air/order_cancellations", json!({ "order_id": id })).await;
    assert_eq!(again.code(), "already_cancelled");
    let listed = partner.get(&format!("/air/order_cancellations?order_id={id}")).await;
    assert_eq!(listed.data(), &json!([confirmed.data()]));
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_the_fare_keeps_stays_ours(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let partner = Partner::demo(&world.site);
    let made = bought(&partner, "Basic").await;
    // After the day in which everything comes back.
    world.pass(25 * 60).await;
    let quoted = partner.post("/air/order_cancellations", json!({ "order_id": made["id"] })).await;
    assert_eq!(quoted.data()["refund_amount"], made["tax_amount"], "the taxes of flights not flown");
    let path = format!("/air/order_cancellations/{}/actions/confirm", quoted.data()["id"].as_str().unwrap());
    assert_eq!(partner.post(&path, json!({})).await.status, StatusCode::OK);
    assert_eq!(partner.balance_minor(&world).await, 100_000_000 - minor(&made["base_amount"]));
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_quote_that_is_over_cancels_nothing(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let partner = Partner::demo(&world.site);
    let made = bought(&partner, "Flex").await;
    let quoted = partner.post("/air/order_cancellations", json!({ "order_id": made["id"] })).await;
    let path = format!("/air/order_cancellations/{}/actions/confirm", quoted.data()["id"].as_str().unwrap());
    world.pass(31).await;
    assert_eq!(partner.post(&path, json!({})).await.code(), "order_cancellation_expired");
    assert_eq!(partner.balance_minor(&world).await, 100_000_000 - minor(&made["total_amount"]));
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_flight_that_is_called_off_gives_everything_back_to_the_balance(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let partner = Partner::demo(&world.site);
    bought(&partner, "Basic").await;
    world.pass(25 * 60).await;
    let offer = partner.offer("Standard", 1).await;
    let held = partner.post("/air/orders", order(&offer, "hold", "Lovelace")).await;
    assert_eq!(held.status, StatusCode::CREATED, "{held:?}");
    world.postgres.call_off(departure("Q1200"), "snow").await.unwrap();
    jobs::go_on_cancelling(&world.site).await;
    assert_eq!(partner.balance_minor(&world).await, 100_000_000);
    let path = format!("/air/orders/{}", held.data()["id"].as_str().unwrap());
    assert!(partner.get(&path).await.data()["cancelled_at"].is_string());
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_traveller_opens_the_trip_and_leaves_cancelling_to_who_sold_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let partner = Partner::demo(&world.site);
    let made = bought(&partner, "Flex").await;
    let (ada, pnr) = (visitor(), made["booking_reference"].as_str().unwrap());
    let pnr = world.site.ports.trips.open(ada.into(), pnr, "moreno").await.unwrap();
    let trip = world.site.ports.trips.trip(ada, pnr).await.unwrap();
    assert!(!trip.may_cancel());
    let key = domain::cancelling::CouponKey { ticket: trip.travellers[0].ticket, leg: 0 };
    assert!(world.site.ports.trips.quote_cancellation(ada.into(), pnr, &[key]).await.is_err());
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_books_of_balances_and_bookings_are_compared(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let partner = Partner::demo(&world.site);
    let made = bought(&partner, "Flex").await;
    let id: uuid::Uuid = made["id"].as_str().unwrap().strip_prefix("ord_").unwrap().parse().unwrap();
    assert!(world.postgres.own_differences(&[id]).await.unwrap().is_empty());
    sqlx::query("update balance_entries set amount_minor = amount_minor + 1 where booking_id = $1")
        .bind(id)
        .execute(&world.pool)
        .await
        .unwrap();
    let differences = world.postgres.own_differences(&[id]).await.unwrap();
    assert_eq!(differences.len(), 1);
    assert_eq!(differences[0].what, "balance_and_ledger_differ");
}
