use app::{answers::SearchRequest, ports::Search as _};
use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header},
};
use http_body_util::BodyExt as _;
use jiff::ToSpan as _;
use server::router::router;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tower::ServiceExt as _;

use super::{
    one_way,
    seller::{Mood, Seller, offer_of_our_flights},
};
use crate::world::{World, departure};

fn path(extra: &str) -> String {
    format!("/search?from=BOS&to=LAX&depart={}&adults=1{extra}", departure("Q1200").date)
}

async fn page(app: &Router, path: &str) -> String {
    let response = app.clone().oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    // What the browser is told in scripts is no part of what is read.
    let text = String::from_utf8_lossy(&bytes).into_owned();
    text.split("<script").next().unwrap_or_default().to_owned() + &shown(&text)
}

/// The page without its scripts.
fn shown(page: &str) -> String {
    let parts = page.split("<script").skip(1);
    parts.filter_map(|part| part.split_once("</script>")).map(|(_, text)| text).collect()
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_results_page_shows_what_others_sell_and_who_does(_: PgPoolOptions, options: PgConnectOptions) {
    let seller = Seller::open("Zigzag").await;
    let world = World::open_with_suppliers(options, vec![seller.settings()]).await;
    let app = router(world.site.clone());
    let first = page(&app, &path("")).await;
    assert!(first.contains("<title>Boston to Los Angeles, "), "the head tells what was found");
    for text in ["Sold by ", "Zigzag", "ZZ 500", "Zigzag Air", "$244.50", "value=\"o."] {
        assert!(first.contains(text), "{text:?} is not in {first}");
    }
    assert!(first.contains("Q1 100") && !first.contains("has not answered"));
    let again = page(&app, &path("&sort=earliest")).await;
    let place = |text: &str| again.find(text).unwrap();
    assert!(place("Q1 100") < place("ZZ 500") && !again.contains("Asking Zigzag"), "07:00 before 10:30");
    assert_eq!(again.matches("value=\"o.").count(), 1, "nothing is shown twice");
    let direct = page(&app, &path("&direct=1")).await;
    assert!(direct.contains("ZZ 500") && !direct.contains("Q1 100"), "filters look at all of them");
    let airline = page(&app, &path("&airline=Q1")).await;
    assert!(!airline.contains("ZZ 500") && airline.contains("Zigzag Air (ZZ)"), "which can be chosen again");
    assert_eq!(seller.searches(), 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn our_own_list_is_sent_while_others_are_waited_for(_: PgPoolOptions, options: PgConnectOptions) {
    let seller = Seller::open("Zigzag").await;
    seller.shut();
    let world = World::open_with_suppliers(options, vec![seller.settings()]).await;
    for encoding in ["identity", "gzip"] {
        let request = Request::get(path(if encoding == "gzip" { "&children=1" } else { "" }))
            .header(header::ACCEPT_ENCODING, encoding)
            .body(Body::empty())
            .unwrap();
        let response = router(world.site.clone()).oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        let mut body = response.into_body();
        let mut sent = Vec::new();
        if encoding == "identity" {
            while !String::from_utf8_lossy(&sent).contains("Asking Zigzag what else flies there") {
                sent.extend(body.frame().await.unwrap().unwrap().into_data().unwrap());
            }
            let text = String::from_utf8_lossy(&sent);
            assert!(text.contains("<title>Boston to Los Angeles, ") && !text.contains("Sold by "));
        } else {
            // However it is packed, the most of it comes while the rest is waited for.
            while sent.len() < 5_000 {
                sent.extend(body.frame().await.unwrap().unwrap().into_data().unwrap());
            }
        }
        seller.reopen();
        sent.extend(body.collect().await.unwrap().to_bytes());
        if encoding == "identity" {
            let text = String::from_utf8_lossy(&sent);
            let (before, after) = text.split_once("Asking Zigzag").unwrap();
            assert!(before.contains("Order") && after.contains("Sold by ") && after.contains("Q1 100"));
        }
        seller.shut();
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_page_says_whose_flights_may_be_missing(_: PgPoolOptions, options: PgConnectOptions) {
    let seller = Seller::in_mood("Zigzag & Sons", Mood::Fails).await;
    let world = World::open_with_suppliers(options, vec![seller.settings()]).await;
    let page = page(&router(world.site.clone()), &path("")).await;
    let words = "Zigzag &amp; Sons has not answered: its flights may be missing.";
    assert!(page.contains(words) && page.contains("Search again"), "{page}");
    assert!(page.contains("Q1 100"), "ours are there");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_return_of_others_is_bought_whole_and_shown_before_ours_is_chosen(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let seller = Seller::open("Zigzag").await;
    let world = World::open_with_suppliers(options, vec![seller.settings()]).await;
    let app = router(world.site.clone());
    let back = departure("Q1200").date.checked_add(7.days()).unwrap();
    let first = page(&app, &path(&format!("&back={back}"))).await;
    for text in ["Both ways at one price", "ZZ 500", "ZZ 501", "Choose a return", "value=\"o."] {
        assert!(first.contains(text), "{text:?} is not in {first}");
    }
    let chosen = format!("{}_{}", departure("Q1100"), departure("Q1200"));
    let second = page(&app, &path(&format!("&back={back}&outbound={chosen}"))).await;
    assert!(second.contains("Your outbound") && !second.contains("Sold by "));
}

#[sqlx::test(migrations = "../../migrations")]
async fn our_own_flights_at_anothers_price_are_shown_once(_: PgPoolOptions, options: PgConnectOptions) {
    let seller = Seller::open("Zigzag").await;
    let world = World::open_with_suppliers(options, vec![seller.settings()]).await;
    let app = router(world.site.clone());
    // Each day is a question of its own.
    for (days, cheaper_by, is_theirs) in [(0, 0, false), (1, 100, true)] {
        let date = departure("Q1200").date.checked_add(days.days()).unwrap();
        let request = SearchRequest { depart: date.to_string(), ..one_way(1) };
        let ours = world.site.searching.search(request).await.unwrap();
        let flights = ours.options.iter().find(|card| card.key.starts_with("Q1100")).unwrap();
        let lowest = flights.prices.iter().map(|price| price.total.minor).min().unwrap();
        let minor = lowest - cheaper_by;
        let amount = format!("{}.{:02}", minor / 100, minor % 100);
        seller.offer(move |asked| vec![offer_of_our_flights(asked, "off_1", &amount)]);
        let page = page(&app, &format!("/search?from=BOS&to=LAX&depart={date}&adults=1")).await;
        assert_eq!(page.contains("Sold by "), is_theirs, "at {minor}, ours at {lowest}");
    }
}
