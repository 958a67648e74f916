use app::{answers::Beside, ports::Search as _};
use axum::http::StatusCode;
use domain::money::{Currency, Money};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::{
    both_ways, names, one_way,
    seller::{Seller, offer},
};
use crate::{
    partner::{Partner, asks},
    world::{World, departure},
};

#[sqlx::test(migrations = "../../migrations")]
async fn what_others_offer_is_a_card_with_a_signed_price(_: PgPoolOptions, options: PgConnectOptions) {
    let (zigzag, other) = (Seller::open("Zigzag").await, Seller::open("Other Air").await);
    other.offer(|asked| {
        let mut later = offer(asked, "off_2", "199.00");
        later["slices"][0]["segments"][0]["marketing_carrier_flight_number"] = json!("0077");
        vec![later]
    });
    let world = World::open_with_suppliers(options, vec![zigzag.settings(), other.settings()]).await;
    let before = Timestamp::now();
    let found = world.site.searching.outside(one_way(2)).await.unwrap();
    assert_eq!(names(&found), ["Other Air: ZZ77", "Zigzag: ZZ500"]);
    assert!(found.missing.is_empty() && found.old.is_empty());
    let card = found.cards.iter().find(|card| card.supplier == "Zigzag").unwrap();
    assert_eq!(card.compared_minor, 24_450);
    assert_eq!(card.bounds[0].legs[0].carrier_name, "Zigzag Air");
    let [price] = card.prices.as_slice() else { panic!("{:?}", card.prices) };
    assert_eq!((price.brand.as_deref(), price.total), (Some("Saver"), Money::new(24_450, Currency::Usd)));
    let token = price.offer.as_deref().unwrap();
    let signed = world.site.signing.read_outside_offer(token).unwrap();
    assert_eq!((signed.supplier.as_str(), signed.id.as_str()), ("Zigzag", "off_1"));
    assert_eq!((signed.party.adults(), signed.total), (2, price.total));
    let lasts = signed.expires_at.duration_since(before);
    assert!(lasts > SignedDuration::from_mins(25) && lasts <= SignedDuration::from_mins(31), "{lasts}");
    assert!(world.site.signing.read_offer(token).is_err(), "it is none of ours");
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_cannot_be_right_or_bought_is_no_card(_: PgPoolOptions, options: PgConnectOptions) {
    let seller = Seller::open("Zigzag").await;
    seller.offer(|asked| {
        let odd = |id: &str, path: &str, value: serde_json::Value| {
            let mut odd = offer(asked, id, "100.00");
            *odd.pointer_mut(path).unwrap() = value;
            odd
        };
        let segment = "/slices/0/segments/0";
        vec![
            odd("free", "/total_amount", json!("0.00")),
            odd("endless", "/total_amount", json!("92233720368547758.07")),
            odd("money", "/total_currency", json!("XAU")),
            odd("expired", "/expires_at", json!("2020-01-01T00:00:00Z")),
            odd("at once", "/payment_requirements/requires_instant_payment", json!(true)),
            odd("route", &format!("{segment}/destination/iata_code"), json!("SFO")),
            odd("past", &format!("{segment}/departing_at"), json!("2020-01-01T10:30:00")),
            odd("backwards", &format!("{segment}/arriving_at"), json!("2020-01-01T10:30:00")),
            odd("party", "/passengers", json!([{ "id": "pas_1", "type": "child" }])),
            odd("id", "/id", json!("x".repeat(5000))),
            offer(asked, "good", "300.00"),
        ]
    });
    let world = World::open_with_suppliers(options, vec![seller.settings()]).await;
    let found = world.site.searching.outside(one_way(1)).await.unwrap();
    let totals: Vec<i64> = found.cards.iter().map(|card| card.prices[0].total.minor).collect();
    assert_eq!((totals.as_slice(), found.missing.len()), ([30_000].as_slice(), 0));
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_same_flights_are_one_card_of_the_seller_who_asks_least(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (dear, cheap) = (Seller::open("Dear").await, Seller::open("Cheap").await);
    cheap.offer(|asked| {
        let branded = |id: &str, amount: &str, brand: &str| {
            let mut offer = offer(asked, id, amount);
            offer["slices"][0]["fare_brand_name"] = json!(brand);
            offer
        };
        vec![branded("a", "290.00", "Flex"), branded("b", "200.00", "Light"), branded("c", "210.00", "Light")]
    });
    let world = World::open_with_suppliers(options, vec![dear.settings(), cheap.settings()]).await;
    let found = world.site.searching.outside(one_way(1)).await.unwrap();
    assert_eq!(names(&found), ["Cheap: ZZ500"]);
    let prices = found.cards[0].prices.iter().map(|p| (p.brand.as_deref().unwrap(), p.total.minor));
    assert_eq!(prices.collect::<Vec<_>>(), [("Light", 20_000), ("Flex", 29_000)]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_return_is_one_card_until_an_outbound_of_ours_is_chosen(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let seller = Seller::open("Zigzag").await;
    let world = World::open_with_suppliers(options, vec![seller.settings()]).await;
    let searching = &world.site.searching;
    let found = searching.outside(both_ways(1)).await.unwrap();
    assert_eq!(names(&found), ["Zigzag: ZZ500, ZZ501"]);
    assert_eq!((found.cards[0].bounds.len(), found.cards[0].compared_minor), (2, 12_225));
    let asked = seller.searches();
    let mut second = both_ways(1);
    second.chosen = vec![format!("{}_{}", departure("Q1100"), departure("Q1200"))];
    assert!(searching.outside(second.clone()).await.unwrap().cards.is_empty());
    let results = searching.search_beside_others(second).await.unwrap();
    assert_eq!(results.chosen.len(), 1);
    assert_eq!((results.beside, seller.searches()), (Beside::Nobody, asked));
}

#[sqlx::test(migrations = "../../migrations")]
async fn partners_are_not_resold_what_others_offer(_: PgPoolOptions, options: PgConnectOptions) {
    let seller = Seller::open("Zigzag").await;
    seller.offer(|asked| vec![offer(asked, "off_1", "1.00")]);
    let world = World::open_with_suppliers(options, vec![seller.settings()]).await;
    assert_eq!(world.site.searching.outside(one_way(1)).await.unwrap().cards.len(), 1, "travellers see it");
    let asked = seller.searches();
    let partner = Partner::demo(&world.site);
    let answer = partner.post("/air/offer_requests?return_offers=true", asks("BOS", "LAX", 1)).await;
    assert_eq!(answer.status, StatusCode::CREATED);
    let offers = answer.data()["offers"].as_array().unwrap();
    assert!(!offers.is_empty());
    for offer in offers {
        for segment in offer["slices"][0]["segments"].as_array().unwrap() {
            assert_eq!(segment["marketing_carrier"]["iata_code"], "Q1");
        }
    }
    assert_eq!(seller.searches(), asked, "and for them nobody else is asked");
}
