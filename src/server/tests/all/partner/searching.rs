use axum::http::StatusCode;
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::{Partner, asks, minor};
use crate::world::{World, departure, visitor};

#[sqlx::test(migrations = "../../migrations")]
async fn a_search_gives_each_way_to_fly_at_each_brand_cheapest_first(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let partner = Partner::demo(&world.site);
    let answer = partner
        .post("/air/offer_requests/?return_offers=true&supplier_timeout=10000", asks("BOS", "LAX", 2))
        .await;
    let request = answer.data();
    assert_eq!(answer.status, StatusCode::CREATED);
    assert_eq!(request["passengers"].as_array().unwrap().len(), 2);
    let offers = request["offers"].as_array().unwrap();
    let totals: Vec<i64> = offers.iter().map(|offer| minor(&offer["total_amount"])).collect();
    assert!(totals.is_sorted() && !totals.is_empty(), "{totals:?}");
    let brands: Vec<&str> =
        offers.iter().map(|offer| offer["slices"][0]["fare_brand_name"].as_str().unwrap()).collect();
    assert!(["Basic", "Standard", "Flex"].iter().all(|brand| brands.contains(brand)), "{brands:?}");
    for offer in offers {
        assert_eq!(minor(&offer["base_amount"]) + minor(&offer["tax_amount"]), minor(&offer["total_amount"]));
        assert_eq!(offer["total_currency"], "USD");
        assert_eq!(offer["slices"][0]["segments"].as_array().unwrap().len(), 2, "over New York");
        let ids: Vec<&Value> = offer["passengers"].as_array().unwrap().iter().map(|p| &p["id"]).collect();
        assert_eq!(ids, [&request["passengers"][0]["id"], &request["passengers"][1]["id"]]);
        let basic = offer["slices"][0]["fare_brand_name"] == "Basic";
        assert_eq!(offer["payment_requirements"]["requires_instant_payment"], basic);
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_return_is_offered_as_a_whole(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let partner = Partner::demo(&world.site);
    let (out, back) = (departure("Q1200").date, departure("Q1200").date.tomorrow().unwrap());
    let asked = json!({
        "slices": [
            { "origin": "JFK", "destination": "LAX", "departure_date": out.to_string() },
            { "origin": "LAX", "destination": "JFK", "departure_date": back.to_string() },
        ],
        "passengers": [{ "age": 4 }, { "type": "adult" }, { "age": 0 }],
    });
    let answer = partner.post("/air/offer_requests", asked).await;
    let request = answer.data();
    let kinds: Vec<&str> =
        request["passengers"].as_array().unwrap().iter().map(|p| p["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["child", "adult", "infant_without_seat"], "as they were listed");
    let offer = &request["offers"][0];
    assert_eq!(offer["slices"].as_array().unwrap().len(), 2);
    let read = partner.get(&format!("/air/offers/{}", offer["id"].as_str().unwrap())).await;
    assert_eq!(read.data(), offer, "an offer is read as it was found");
}

/// Slices of these routes, each so many days after the day in a month.
fn slices(routes: &[(&str, i64)]) -> Vec<Value> {
    let slice = |(route, days): &(&str, i64)| {
        let date = departure("Q1200").date.saturating_add(jiff::Span::new().days(*days));
        json!({ "origin": &route[..3], "destination": &route[4..], "departure_date": date.to_string() })
    };
    routes.iter().map(slice).collect()
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_trip_of_many_slices_is_offered_in_their_order_and_ordered_whole(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let partner = Partner::demo(&world.site);
    let mut asked = asks("BOS", "LAX", 1);
    asked["slices"] = json!(slices(&[("BOS-LAX", 0), ("LAX-JFK", 2), ("BOS-JFK", 4)]));
    let answer = partner.post("/air/offer_requests", asked.clone()).await;
    let request = answer.data();
    assert_eq!(request["slices"].as_array().unwrap().len(), 3);
    let offers = request["offers"].as_array().unwrap();
    let totals: Vec<i64> = offers.iter().map(|offer| minor(&offer["total_amount"])).collect();
    assert!(totals.is_sorted());
    // One way each on the first two slices that is worth showing and two on the third, at three brands.
    assert_eq!(offers.len(), 2 * 3);
    for offer in offers {
        let ends = offer["slices"].as_array().unwrap().iter().map(|slice| {
            let code = |end: &str| slice[end]["iata_code"].as_str().unwrap();
            format!("{}-{}", code("origin"), code("destination"))
        });
        assert_eq!(ends.collect::<Vec<_>>(), ["BOS-LAX", "LAX-JFK", "BOS-JFK"]);
        let fares = minor(&offer["base_amount"]) + minor(&offer["tax_amount"]);
        assert_eq!(fares, minor(&offer["total_amount"]));
    }
    let offer = offers.iter().find(|offer| offer["slices"][0]["fare_brand_name"] == "Flex").unwrap();
    let read = partner.get(&format!("/air/offers/{}", offer["id"].as_str().unwrap())).await;
    assert_eq!(read.data(), offer);
    let before = partner.balance_minor(&world).await;
    let order = partner.post("/air/orders", super::order(offer, "instant", "Moreno")).await;
    assert_eq!(order.status, StatusCode::CREATED, "{order:?}");
    let ids = |of: &Value| -> Vec<Value> {
        of["slices"].as_array().unwrap().iter().map(|slice| slice["id"].clone()).collect()
    };
    assert_eq!(ids(order.data()), ids(offer));
    assert_eq!(order.data()["total_amount"], offer["total_amount"]);
    assert_eq!(before - partner.balance_minor(&world).await, minor(&offer["total_amount"]));
    assert_eq!(world.count("select count(*) from departure_cabins where taken = 1").await, 4);
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn up_to_six_slices_are_searched_for_and_each_is_pointed_at(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let partner = Partner::demo(&world.site);
    let days =
        [("JFK-LAX", 0), ("LAX-JFK", 1), ("JFK-LAX", 2), ("LAX-JFK", 3), ("JFK-LAX", 4), ("LAX-JFK", 5)];
    let with = |routes: &[(&str, i64)]| {
        let mut asked = asks("JFK", "LAX", 1);
        asked["slices"] = json!(slices(routes));
        asked
    };
    let six = partner.post("/air/offer_requests", with(&days)).await;
    let offers = six.data()["offers"].as_array().unwrap().clone();
    assert_eq!(offers.len(), 3, "one way to fly each, at three brands");
    assert_eq!(offers[0]["slices"].as_array().unwrap().len(), 6);
    for (routes, code, pointer) in [
        ([&days[..], &[("JFK-LAX", 6)]].concat(), "too_many_slices", "/slices"),
        (vec![("JFK-LAX", 3), ("LAX-JFK", 2)], "invalid_search", "/slices/1/departure_date"),
        (vec![days[0], days[1], ("JFK-BOS", 0)], "invalid_search", "/slices/2/departure_date"),
        (vec![days[0], days[1], ("BOS-BOS", 4)], "invalid_search", "/slices/2/destination"),
        (vec![days[0], ("QQQ-BOS", 4)], "invalid_place", "/slices/1/origin"),
    ] {
        let answer = partner.post("/air/offer_requests", with(&routes)).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::UNPROCESSABLE_ENTITY, code), "{answer:?}");
        assert_eq!(answer.body["errors"][0]["source"]["pointer"], pointer);
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_offers_of_a_request_are_listed_part_by_part(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let partner = Partner::demo(&world.site);
    let answer = partner.post("/air/offer_requests?return_offers=false", asks("JFK", "LAX", 1)).await;
    assert_eq!(answer.data()["offers"], json!([]));
    let id = answer.data()["id"].as_str().unwrap().to_owned();
    let whole = partner.get(&format!("/air/offers?offer_request_id={id}")).await;
    let all: Vec<Value> = whole.data().as_array().unwrap().clone();
    assert!(all.len() >= 3);
    let (mut listed, mut after) = (Vec::new(), String::new());
    loop {
        let part = partner.get(&format!("/air/offers?offer_request_id={id}&limit=2{after}")).await;
        listed.extend(part.data().as_array().unwrap().clone());
        match part.body["meta"]["after"].as_str() {
            Some(cursor) => after = format!("&after={cursor}"),
            None => break,
        }
    }
    assert_eq!(listed, all);
    let requests = partner.get("/air/offer_requests").await;
    assert_eq!(requests.data()[0]["id"], id.as_str());
    assert_eq!(partner.get(&format!("/air/offer_requests/{id}")).await.data()["offers"], whole.body["data"]);

    let other = Partner::with_balance(&world, 0).await;
    for path in [format!("/air/offer_requests/{id}"), format!("/air/offers?offer_request_id={id}")] {
        assert_eq!(other.get(&path).await.code(), "not_found", "another token's request is as good as none");
    }
    assert_eq!(other.get("/air/offer_requests").await.data(), &json!([]));
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_cannot_be_searched_for_is_pointed_at(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let partner = Partner::demo(&world.site);
    let with = |change: fn(&mut Value)| {
        let mut asked = asks("JFK", "LAX", 1);
        change(&mut asked);
        asked
    };
    for (asked, code, pointer) in [
        (with(|a| a["slices"] = json!([])), "missing_slices", "/slices"),
        (with(|a| a["slices"][0]["origin"] = json!("QQQ")), "invalid_place", "/slices/0/origin"),
        (with(|a| a["slices"][0]["destination"] = json!("JFK")), "invalid_search", "/slices/0/destination"),
        (
            with(|a| a["slices"][0]["departure_date"] = json!("2026-02-30")),
            "invalid_date",
            "/slices/0/departure_date",
        ),
        (
            with(|a| a["slices"][0]["departure_date"] = json!("2020-02-01")),
            "invalid_search",
            "/slices/0/departure_date",
        ),
        (with(|a| a["passengers"] = json!([])), "invalid_passengers", "/passengers"),
        (with(|a| a["passengers"] = json!([{ "age": 1 }])), "invalid_passengers", "/passengers"),
        (with(|a| a["passengers"] = json!([{}])), "missing_passenger_type", "/passengers/0"),
        (
            with(|a| a["passengers"] = json!([{ "type": "dog" }])),
            "invalid_passenger_type",
            "/passengers/0/type",
        ),
        (with(|a| a["cabin_class"] = json!("hold")), "invalid_cabin_class", "/cabin_class"),
        (with(|a| a["max_connections"] = json!(9)), "invalid_max_connections", "/max_connections"),
    ] {
        let answer = partner.post("/air/offer_requests", asked).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::UNPROCESSABLE_ENTITY, code));
        assert_eq!(answer.body["errors"][0]["source"]["pointer"], pointer);
        assert_eq!(answer.body["errors"][0]["type"], "validation_error");
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_offer_that_was_changed_on_the_way_is_none(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let partner = Partner::demo(&world.site);
    let offer = partner.offer("Basic", 1).await;
    let id = offer["id"].as_str().unwrap();
    let (content, signature) = id.split_once('.').unwrap();
    let flipped = if signature.starts_with('A') { "B" } else { "A" };
    for forged in [
        format!("{content}.{flipped}{}", &signature[1..]),
        content.to_owned(),
        "off_".to_owned(),
        format!("off_{}", world.site.signing.visitor_cookie(visitor().0)),
    ] {
        assert_eq!(partner.get(&format!("/air/offers/{forged}")).await.code(), "not_found", "{forged}");
        assert_eq!(partner.get(&format!("/air/seat_maps?offer_id={forged}")).await.code(), "not_found");
        let mut order = super::order(&offer, "instant", "Moreno");
        order["selected_offers"] = json!([forged]);
        assert_eq!(partner.post("/air/orders", order).await.code(), "offer_not_found");
    }
    assert_eq!(world.count("select count(*) from holds").await, 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn places_and_airlines_are_found(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let partner = Partner::demo(&world.site);
    let found = partner.get("/places/suggestions?query=bos").await;
    assert_eq!(found.data()[0]["iata_code"], "BOS");
    assert_eq!(found.data()[0]["type"], "airport");
    assert_eq!(partner.get("/places/suggestions").await.code(), "missing_query");
    assert_eq!(partner.get("/air/airlines").await.data()[0]["iata_code"], "Q1");
    assert_eq!(partner.get("/air/airlines/arl_q1").await.data()["name"], "SkyConnect Demo Air");
    assert_eq!(partner.get("/air/airlines/arl_zz").await.code(), "not_found");
    let airports = partner.get("/air/airports?limit=200").await;
    assert_eq!(airports.data().as_array().unwrap().len(), 200);
    assert!(airports.body["meta"]["after"].is_string());
    assert_eq!(partner.get("/air/aircraft/arc_77w").await.data()["name"], "Boeing 777-300ER");
}
