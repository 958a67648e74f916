use app::ports::Seats as _;
use axum::{body::Body, http::Request};
use domain::{
    cabin::Cabin,
    fare::{self, FareBrand, Terms},
    search::Itinerary,
    traveller::Party,
};
use http_body_util::BodyExt as _;
use jiff::Timestamp;
use server::router::router;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tower::ServiceExt as _;

use super::{asks, day, flight, offer, open_jaw, search, up_to_the_last};
use crate::world::{World, visitor};

#[sqlx::test(migrations = "../../migrations")]
async fn bound_after_bound_is_chosen_and_the_price_that_is_shown_is_held(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let mut request = open_jaw();
    let mut chosen: Vec<Itinerary> = Vec::new();
    let party = Party::new(2, 0, 0).unwrap();
    let last = loop {
        let results = search(&world, &request).await;
        assert_eq!(results.date, results.query.bounds()[chosen.len()].date);
        let before: Vec<Itinerary> = results.chosen.iter().map(|card| card.itinerary.clone()).collect();
        assert_eq!(before, chosen);
        for card in &results.options {
            let bounds = [&chosen[..], std::slice::from_ref(&card.itinerary)].concat();
            for price in &card.prices {
                let (airports, tariff) = (world.site.timetable.airports(), world.site.timetable.tariff());
                let (cabin, bought_at) = (Cabin::Economy, Timestamp::now());
                let terms = Terms { cabin, brand: price.brand, party, bought_at, discount: None };
                let quote =
                    fare::price(&bounds, &terms, |leg| leg.untouched(cabin), airports, tariff).unwrap();
                assert_eq!(price.total, quote.total, "of all flights up to this one");
                assert_eq!(price.offer.is_some(), !results.more_follow(), "nothing is sold before the last");
            }
        }
        if !results.more_follow() {
            break results;
        }
        request.chosen.push(results.options[0].key.clone());
        chosen.push(results.options[0].itinerary.clone());
    };
    assert_eq!(chosen.len(), 2);
    let shown = last.options[0].prices.iter().find(|p| p.brand == FareBrand::Standard).unwrap().total;
    let ada = visitor();
    let hold = world.site.seating.choose(ada.into(), &offer(&last, FareBrand::Standard)).await.unwrap();
    let view = world.view(ada, hold).await.unwrap();
    assert_eq!((view.total, view.quote.total), (shown, shown));
    let held: Vec<_> = view.legs.iter().map(|leg| leg.departure.id).collect();
    let flown = chosen.iter().chain([&last.options[0].itinerary]).flat_map(Itinerary::legs);
    assert_eq!(held, flown.map(|leg| leg.id).collect::<Vec<_>>());
    assert_eq!(world.count("select count(*) from departure_cabins where taken = 2").await, 4);
}

#[sqlx::test(migrations = "../../migrations")]
async fn nearby_days_lie_between_the_arrival_before_and_the_flight_after(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let days =
        |results: app::answers::SearchResults| results.days.iter().map(|day| day.date).collect::<Vec<_>>();
    let mut request = asks(&[("BOS-LAX", 0), ("LAX-JFK", 2), ("BOS-JFK", 3)]);
    let first = search(&world, &request).await;
    let key = first.options[0].key.clone();
    assert_eq!(days(first), (-3..=2).map(day).collect::<Vec<_>>());
    request.chosen = vec![key];
    let second = search(&world, &request).await;
    assert_eq!(second.days[0].cheapest, None, "the morning flight leaves before they arrive that day");
    assert_eq!(days(second), (0..=3).map(day).collect::<Vec<_>>());
    request.chosen.push(Itinerary::key(&up_to_the_last(&world, request.clone()).await.chosen[1].itinerary));
    assert_eq!(days(search(&world, &request).await), (2..=6).map(day).collect::<Vec<_>>());
}

#[sqlx::test(migrations = "../../migrations")]
async fn nobody_is_offered_a_flight_that_leaves_before_they_arrive(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let mut request = asks(&[("BOS-LAX", 0), ("LAX-JFK", 0)]);
    let out = search(&world, &request).await;
    request.chosen.push(out.options[0].key.clone());
    assert!(search(&world, &request).await.options.is_empty());
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_empty_origin_goes_on_from_where_the_flight_before_ends(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let mut request = open_jaw();
    request.more[0].from.clear();
    let bounds = search(&world, &request).await.query.bounds().to_vec();
    assert_eq!(bounds[1].origin.as_str(), "LAX");
    // A trip of rows that leads back is a return like any other.
    let mut back = asks(&[("BOS-LAX", 0), ("LAX-BOS", 2)]);
    let by_rows = search(&world, &back).await;
    assert!(by_rows.query.is_return());
    back.more.clear();
    back.back = day(2).to_string();
    let plain = search(&world, &back).await;
    assert_eq!((by_rows.query, by_rows.options), (plain.query, plain.options));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_trip_is_searched_for_and_chosen_without_scripts(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let app = router(world.site.clone());
    let page = async |path: &str| {
        let answer = app.clone().oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        String::from_utf8_lossy(&answer.into_body().collect().await.unwrap().to_bytes()).into_owned()
    };
    let front = page("/").await;
    for field in ["value=\"multi\"", "name=\"from2\"", "name=\"to6\"", "name=\"depart6\""] {
        assert!(front.contains(field), "{field} is not in the form");
    }
    // As the form sends it, with the rows and the return that were left empty.
    let rows = format!("from2=&to2=JFK&depart2={}&from3=BOS&to3=JFK&depart3={}", day(2), day(4));
    let empty = "back=&from4=&to4=&depart4=&from5=&to5=&depart5=&from6=&to6=&depart6=";
    let path = format!("/search?trip=multi&from=BOS&to=LAX&depart={}&{rows}&{empty}&adults=2", day(0));
    let first = page(&path).await;
    assert!(first.contains("Flight 1 of 3, ") && first.contains("Choose flight 2"));
    assert!(!first.contains("Prices of the whole month") && !first.contains("/api/choose_offer"));
    let out = format!("{}_{}", flight("Q1100", 0), flight("Q1200", 0));
    assert!(first.contains(&format!("chosen={out}")));
    let second = page(&format!("{path}&chosen={out}")).await;
    assert!(second.contains("Your flight 1, ") && second.contains("Choose flight 3"));
    let third = page(&format!("{path}&chosen={out}&chosen2={}", flight("Q1201", 2))).await;
    assert!(third.contains("Your flight 2, ") && third.contains("for all 3 flights"));
    assert!(third.contains("action=\"/api/choose_offer\""));
    let anew = format!("depart3={}&amp;adults=2&amp;sort=best&amp;chosen={out}\"", day(4));
    assert!(third.contains(&anew), "flight 2 can be chosen anew, with flight 1 as it is");
}
