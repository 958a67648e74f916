//! Seats that cost something, through the partner API.

use axum::http::StatusCode;
use domain::money::{Currency, Money};
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::{Partner, minor, order, ordering::free_seats, payment};
use crate::world::World;

const LEGROOM: &str = "39.00";

/// The first seat that costs something, as a service for the first passenger.
async fn dear_service(partner: &Partner, offer: &Value) -> Value {
    let seats = free_seats(partner, offer).await;
    let services = seats.iter().map(|seat| seat["available_services"][0].clone());
    let mut dear = services.filter(|service| service["total_amount"] != "0.00");
    let service = dear.next().expect("a seat that costs something");
    assert_eq!(service["total_amount"], LEGROOM);
    json!([{ "id": service["id"], "quantity": 1 }])
}

fn with_seat(offer: &Value) -> String {
    let minor = minor(&offer["total_amount"]) + minor(&json!(LEGROOM));
    Money::new(minor, Currency::Usd).decimal()
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_order_costs_its_offer_and_its_seats_and_nothing_else_pays_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let partner = Partner::demo(&world.site);
    let offer = partner.offer("Standard", 1).await;
    let mut wanted = order(&offer, "instant", "Moreno");
    wanted["services"] = dear_service(&partner, &offer).await;
    let refused = partner.post("/air/orders", wanted.clone()).await;
    assert_eq!(refused.code(), "payment_amount_does_not_match_order_amount", "the offer alone is not enough");
    assert_eq!(world.count("select count(*) from bookings").await, 0);
    wanted["payments"][0]["amount"] = json!(with_seat(&offer));
    let answer = partner.post("/air/orders", wanted).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    let made = answer.data();
    assert_eq!(made["total_amount"], with_seat(&offer));
    assert_eq!(made["services"][0]["total_amount"], LEGROOM);
    assert_eq!(partner.balance_minor(&world).await, 100_000_000 - minor(&made["total_amount"]));
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_held_order_is_paid_later_at_what_its_seats_cost(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let partner = Partner::demo(&world.site);
    let offer = partner.offer("Standard", 1).await;
    let mut wanted = order(&offer, "hold", "Moreno");
    wanted["services"] = dear_service(&partner, &offer).await;
    let answer = partner.post("/air/orders", wanted).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    let made = answer.data().clone();
    assert_eq!(made["total_amount"], with_seat(&offer));
    let pays = |amount: Value| json!({ "order_id": made["id"], "payment": amount });
    let too_little = partner.post("/air/payments", pays(payment(&offer))).await;
    assert_eq!(too_little.status, StatusCode::UNPROCESSABLE_ENTITY, "{too_little:?}");
    let paid = partner.post("/air/payments", pays(payment(&made))).await;
    assert_eq!(paid.status, StatusCode::CREATED, "{paid:?}");
    assert_eq!(paid.data()["amount"], with_seat(&offer));
    assert_eq!(partner.balance_minor(&world).await, 100_000_000 - minor(&made["total_amount"]));
    world.audit().await;
}
