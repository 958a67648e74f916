use axum::{
    body::Body,
    http::{Method, StatusCode},
};
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::{Answer, Partner, minor, order, payment};
use crate::world::{World, visitor};

async fn order_with_key(partner: &Partner, key: &str, data: &Value) -> Answer {
    let body = json!({ "data": data }).to_string();
    let request = partner.request(Method::POST, "/air/orders").header("idempotency-key", key);
    partner.send(request.body(Body::from(body)).unwrap()).await
}

/// Seats that can be ordered for each passenger on the only leg.
pub async fn free_seats(partner: &Partner, offer: &Value) -> Vec<Value> {
    let map = partner.get(&format!("/air/seat_maps?offer_id={}", offer["id"].as_str().unwrap())).await;
    let list = |value: &Value| value.as_array().unwrap().clone();
    list(&map.data()[0]["cabins"])
        .iter()
        .flat_map(|cabin| list(&cabin["rows"]))
        .flat_map(|row| list(&row["sections"]))
        .flat_map(|section| list(&section["elements"]))
        .filter(|element| element["available_services"].as_array().is_some_and(|s| !s.is_empty()))
        .collect()
}

fn costs_nothing(seat: &Value) -> bool {
    seat["available_services"][0]["total_amount"] == "0.00"
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_order_is_ticketed_with_its_seats_and_paid_from_the_balance(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let partner = Partner::demo(&world.site);
    let offer = partner.offer("Standard", 2).await;
    let seats = free_seats(&partner, &offer).await;
    assert_eq!(seats.len(), 280, "every seat of the cabin is free, but eight that are kept as accessible");
    let seats: Vec<Value> = seats.into_iter().filter(costs_nothing).collect();
    let mut wanted = order(&offer, "instant", "Moreno");
    wanted["services"] = json!([
        { "id": seats[0]["available_services"][0]["id"], "quantity": 1 },
        { "id": seats[1]["available_services"][1]["id"], "quantity": 1 },
    ]);
    wanted["metadata"] = json!({ "customer": "7" });
    let answer = partner.post("/air/orders", wanted).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    let made = answer.data();
    assert_eq!(made["booking_reference"].as_str().unwrap().len(), 6);
    assert_eq!(made["documents"].as_array().unwrap().len(), 2);
    assert_eq!(made["payment_status"]["awaiting_payment"], false);
    assert_eq!(made["total_amount"], offer["total_amount"]);
    assert_eq!(made["metadata"]["customer"], "7");
    let people = &made["slices"][0]["segments"][0]["passengers"];
    for i in 0..2 {
        assert_eq!(people[i]["seat"]["designator"], seats[i]["designator"]);
    }
    assert_eq!(partner.balance_minor(&world).await, 100_000_000 - minor(&offer["total_amount"]));
    let taken = free_seats(&partner, &partner.offer("Standard", 1).await).await;
    assert_eq!(taken.len(), 278);
    assert!(taken.iter().all(|seat| seat["designator"] != seats[0]["designator"]));

    let id = made["id"].as_str().unwrap();
    assert_eq!(partner.get(&format!("/air/orders/{id}")).await.data(), made);
    assert_eq!(partner.get("/air/orders").await.data(), &json!([made]));
    let reference = made["booking_reference"].as_str().unwrap();
    let found =
        partner.get(&format!("/air/orders?booking_reference={reference}&awaiting_payment=false")).await;
    assert_eq!(found.data()[0]["id"], id);
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn another_tokens_order_is_as_good_as_none(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let partner = Partner::demo(&world.site);
    let offer = partner.offer("Standard", 1).await;
    let answer = partner.post("/air/orders", order(&offer, "hold", "Moreno")).await;
    let id = answer.data()["id"].as_str().unwrap();
    let other = Partner::with_balance(&world, 100_000_000).await;
    assert_eq!(other.get(&format!("/air/orders/{id}")).await.code(), "not_found");
    assert_eq!(other.get("/air/orders").await.data(), &json!([]));
    let pays = json!({ "order_id": id, "payment": payment(&offer) });
    assert_eq!(other.post("/air/payments", pays).await.code(), "not_found");
    let cancels = other.post("/air/order_cancellations", json!({ "order_id": id })).await;
    assert_eq!(cancels.code(), "not_found");
    let quoted = partner.post("/air/order_cancellations", json!({ "order_id": id })).await;
    let quote = quoted.data()["id"].as_str().unwrap();
    let confirms = other.post(&format!("/air/order_cancellations/{quote}/actions/confirm"), json!({})).await;
    assert_eq!(confirms.code(), "not_found");
    assert_eq!(other.get(&format!("/air/order_cancellations/{quote}")).await.code(), "not_found");
    assert_eq!(partner.get(&format!("/air/orders/{id}")).await.data()["cancelled_at"], Value::Null);
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_same_order_sent_again_is_the_same_booking(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let partner = Partner::demo(&world.site);
    let offer = partner.offer("Basic", 1).await;
    let wanted = order(&offer, "instant", "Moreno");
    let (first, at_once) = tokio::join!(
        partner.post("/air/orders", wanted.clone()),
        partner.post("/air/orders", wanted.clone())
    );
    let again = partner.post("/air/orders", wanted.clone()).await;
    let made: Vec<&Value> = [&first, &at_once, &again]
        .into_iter()
        .filter(|a| a.status.is_success())
        .map(|a| &a.body["data"]["id"])
        .collect();
    assert!(made.len() >= 2 && made.iter().all(|id| *id == made[0]), "{first:?} {at_once:?} {again:?}");
    let another = partner.post("/air/orders", order(&offer, "instant", "Lovelace")).await;
    assert_eq!(another.code(), "offer_already_booked");
    assert_eq!(world.count("select count(*) from bookings").await, 1);
    assert_eq!(partner.balance_minor(&world).await, 100_000_000 - minor(&offer["total_amount"]));
    assert_eq!(world.count("select count(*) from holds where state in ('active', 'reserved')").await, 0);
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_key_gives_its_first_answer_again_and_belongs_to_one_request(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let partner = Partner::demo(&world.site);
    let offer = partner.offer("Basic", 1).await;
    let wanted = order(&offer, "instant", "Moreno");
    let first = order_with_key(&partner, "order-7", &wanted).await;
    let again = order_with_key(&partner, "order-7", &wanted).await;
    assert_eq!(again.data(), first.data());
    let other = order(&offer, "instant", "Lovelace");
    let reused = order_with_key(&partner, "order-7", &other).await;
    assert_eq!((reused.status, reused.code()), (StatusCode::CONFLICT, "idempotency_key_reused"));
    assert_eq!(order_with_key(&partner, "no key", &other).await.code(), "invalid_idempotency_key");
    assert_eq!(world.count("select count(*) from bookings").await, 1);
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_balance_that_does_not_reach_books_nothing_until_it_does(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let partner = Partner::with_balance(&world, 0).await;
    let offer = partner.offer("Basic", 1).await;
    let wanted = order(&offer, "instant", "Moreno");
    let price = minor(&offer["total_amount"]);
    let token = world.postgres.token(&partner.secret).await.unwrap().unwrap().id;
    let grant = async |minor| {
        let amount = domain::money::Money::new(minor, domain::money::Currency::Usd);
        assert!(world.postgres.grant(token, amount).await.unwrap());
    };
    grant(price - 1).await;
    let refused = partner.post("/air/orders", wanted.clone()).await;
    assert_eq!((refused.status, refused.code()), (StatusCode::UNPROCESSABLE_ENTITY, "insufficient_balance"));
    assert_eq!(world.count("select count(*) from bookings").await, 0);
    assert_eq!(world.count("select count(*) from holds where state in ('active', 'reserved')").await, 0);
    world.audit().await;
    grant(1).await;
    assert_eq!(partner.post("/air/orders", wanted).await.status, StatusCode::CREATED);
    assert_eq!(partner.balance_minor(&world).await, 0);
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_limit_lets_a_balance_fall_below_nothing_and_no_further(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let partner = Partner::with_balance(&world, 0).await;
    let token = world.postgres.token(&partner.secret).await.unwrap().unwrap().id;
    let offer = partner.offer("Basic", 1).await;
    let price = minor(&offer["total_amount"]);
    let usd = |minor| domain::money::Money::new(minor, domain::money::Currency::Usd);
    assert!(world.postgres.set_balance_limit(token, usd(price)).await.unwrap());
    assert_eq!(
        partner.post("/air/orders", order(&offer, "instant", "Moreno")).await.status,
        StatusCode::CREATED
    );
    assert_eq!(partner.balance_minor(&world).await, -price);
    assert!(!world.postgres.grant(token, usd(-1)).await.unwrap());
    let next = partner.offer("Basic", 2).await;
    let refused = partner.post("/air/orders", order(&next, "instant", "Lovelace")).await;
    assert_eq!(refused.code(), "insufficient_balance");
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn many_orders_at_once_never_spend_more_than_there_is(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let price = minor(&Partner::demo(&world.site).offer("Basic", 1).await["total_amount"]);
    let partner = Partner::with_balance(&world, 3 * price + 1).await;
    let mut orders = Vec::new();
    for n in 0..8_u8 {
        // Requests of another second make offers of their own; of the same one, cabins tell them apart.
        let surname = format!("Moreno{}", char::from(b'a' + n));
        let mut offer = world.unsigned_offer(&["Q1200"], domain::traveller::Party::new(1, 0, 0).unwrap());
        offer.brand = domain::fare::FareBrand::Basic;
        offer.classes = vec![domain::cabin::BookingClass::parse("K").unwrap()];
        offer.total = domain::money::Money::new(price, domain::money::Currency::Usd);
        offer.expires_at += jiff::SignedDuration::from_secs(i64::from(n));
        let id = format!("off_{}", world.site.signing.offer_token(&offer));
        let shown = partner.get(&format!("/air/offers/{id}")).await;
        orders.push(order(shown.data(), "instant", &surname));
    }
    let answers =
        futures_util::future::join_all(orders.into_iter().map(|order| partner.post("/air/orders", order)))
            .await;
    let codes: Vec<&str> = answers.iter().map(Answer::code).collect();
    assert_eq!(codes.iter().filter(|code| code.is_empty()).count(), 3, "{codes:?}");
    assert_eq!(codes.iter().filter(|code| **code == "insufficient_balance").count(), 5, "{codes:?}");
    assert_eq!(partner.balance_minor(&world).await, 1);
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_cannot_be_ordered_is_refused_and_nothing_stays_held(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let partner = Partner::demo(&world.site);
    let offer = partner.offer("Basic", 1).await;
    let good = order(&offer, "instant", "Moreno");
    let with = |change: &dyn Fn(&mut Value)| {
        let mut wanted = good.clone();
        change(&mut wanted);
        wanted
    };
    let service = |text: &str| json!([{ "id": text, "quantity": 1 }]);
    for (wanted, code) in [
        (with(&|o| o["selected_offers"] = json!([])), "invalid_selected_offers"),
        (with(&|o| o["type"] = json!("later")), "invalid_order_type"),
        (with(&|o| o["payments"] = json!([])), "invalid_payments"),
        (with(&|o| o["payments"][0]["type"] = json!("card")), "invalid_payment_type"),
        (with(&|o| o["payments"][0]["currency"] = json!("EUR")), "invalid_currency"),
        (with(&|o| o["payments"][0]["amount"] = json!("1e9")), "invalid_amount"),
        (with(&|o| o["payments"][0]["amount"] = json!("1.00")), "payment_amount_does_not_match_order_amount"),
        (with(&|o| o["passengers"] = json!([])), "missing_passengers"),
        (with(&|o| o["passengers"][0]["id"] = json!("pas_200_1")), "invalid_passenger_id"),
        (with(&|o| o["passengers"][0]["born_on"] = json!("2020-01-01")), "invalid_passenger"),
        (with(&|o| o["passengers"][0]["family_name"] = json!("<b>")), "invalid_passenger"),
        (with(&|o| o["passengers"][0]["email"] = json!("nobody")), "invalid_passenger"),
        (with(&|o| o["passengers"][0]["title"] = json!("king")), "invalid_title"),
        (with(&|o| o["services"] = service("ase_Q1300-1-2026-12-22_0_12A")), "invalid_service"),
        (with(&|o| o["services"] = service("nonsense")), "invalid_service"),
        (with(&|o| o["type"] = json!("hold")), "invalid_payments"),
    ] {
        let answer = partner.post("/air/orders", wanted).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::UNPROCESSABLE_ENTITY, code), "{answer:?}");
    }
    let mut later = order(&offer, "hold", "Moreno");
    assert_eq!(
        partner.post("/air/orders", later.clone()).await.code(),
        "order_type_not_eligible_for_payment"
    );
    later["type"] = json!("pay_later");
    assert_eq!(partner.post("/air/orders", later).await.code(), "order_type_not_eligible_for_payment");
    assert_eq!(world.count("select count(*) from bookings").await, 0);
    assert_eq!(world.count("select count(*) from holds where state in ('active', 'reserved')").await, 0);
    assert_eq!(partner.post("/air/orders", good).await.status, StatusCode::CREATED, "nothing spoiled it");
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_seat_that_somebody_else_has_books_nothing(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let partner = Partner::demo(&world.site);
    let offer = partner.offer("Basic", 1).await;
    let seat = free_seats(&partner, &offer).await.into_iter().find(costs_nothing).unwrap();
    let ada = visitor();
    let hold = world.choose(ada, &["Q1200"], 1).await.unwrap();
    world.pick(ada, hold, "Q1200", 0, seat["designator"].as_str().unwrap(), 0).await.unwrap();
    let mut wanted = order(&offer, "instant", "Moreno");
    wanted["services"] = json!([{ "id": seat["available_services"][0]["id"], "quantity": 1 }]);
    let refused = partner.post("/air/orders", wanted).await;
    assert_eq!(refused.code(), "requested_seat_unavailable", "{refused:?}");
    assert_eq!(world.count("select count(*) from bookings").await, 0);
    assert_eq!(
        world.count("select count(*) from holds where state in ('active', 'reserved')").await,
        1,
        "Ada's"
    );
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_expired_offer_is_not_ordered(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let partner = Partner::demo(&world.site);
    let offer = partner.offer("Basic", 1).await;
    let token = offer["id"].as_str().unwrap().strip_prefix("off_").unwrap();
    let mut signed = world.site.signing.read_offer(token).unwrap();
    signed.expires_at = jiff::Timestamp::now() - jiff::SignedDuration::from_secs(1);
    let id = format!("off_{}", world.site.signing.offer_token(&signed));
    assert_eq!(partner.get(&format!("/air/offers/{id}")).await.code(), "offer_expired");
    let mut wanted = order(&offer, "instant", "Moreno");
    wanted["selected_offers"] = json!([id]);
    assert_eq!(partner.post("/air/orders", wanted).await.code(), "offer_expired");
    assert_eq!(world.count("select count(*) from holds").await, 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_price_that_has_changed_is_never_paid_unseen(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let partner = Partner::demo(&world.site);
    let offer = partner.offer("Basic", 1).await;
    let token = offer["id"].as_str().unwrap().strip_prefix("off_").unwrap();
    // As if it had been cheaper a while ago.
    let mut signed = world.site.signing.read_offer(token).unwrap();
    signed.total.minor -= 500;
    let id = format!("off_{}", world.site.signing.offer_token(&signed));
    let now = partner.get(&format!("/air/offers/{id}")).await;
    assert_eq!(now.data()["total_amount"], offer["total_amount"], "it is shown at the new price");
    let mut wanted = order(&offer, "instant", "Moreno");
    wanted["selected_offers"] = json!([id]);
    assert_eq!(
        partner.post("/air/orders", wanted.clone()).await.code(),
        "payment_amount_does_not_match_order_amount"
    );
    let old = domain::money::Money::new(signed.total.minor, signed.total.currency);
    wanted["payments"][0]["amount"] = json!(format!("{}.{:02}", old.minor / 100, old.minor % 100));
    assert_eq!(partner.post("/air/orders", wanted).await.code(), "price_changed");
    let accepted = order(now.data(), "instant", "Moreno");
    assert_eq!(partner.post("/air/orders", accepted).await.status, StatusCode::CREATED);
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_same_people_are_not_booked_twice_on_a_flight(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let partner = Partner::demo(&world.site);
    let basic = order(&partner.offer("Basic", 1).await, "instant", "Moreno");
    assert_eq!(partner.post("/air/orders", basic).await.status, StatusCode::CREATED);
    let flex = order(&partner.offer("Flex", 1).await, "instant", "Moreno");
    assert_eq!(partner.post("/air/orders", flex).await.code(), "duplicate_booking");
    world.audit().await;
}
