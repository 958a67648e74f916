//! What a search tells of places: known for a while, told with its age, and never believed on choosing.

use app::{
    answers::{BrandPrice, Checked, SearchRequest, SearchResults},
    ports::{HoldError, Search as _, Seats as _, Visitor},
};
use axum::{body::Body, http::Request};
use http_body_util::BodyExt as _;
use jiff::{SignedDuration, Timestamp};
use redis::AsyncCommands as _;
use server::{router::router, searching::Searching, site::Site};
use sqlx::{
    Connection as _, PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::task::JoinSet;
use tower::ServiceExt as _;

use crate::{
    stopped::OwnPostgres,
    world::{World, departure, visitor},
};

fn request(from: &str, to: &str) -> SearchRequest {
    let depart = departure("Q1200").date.to_string();
    SearchRequest { from: from.into(), to: to.into(), depart, ..SearchRequest::default() }
}

async fn search(searching: &Searching, from: &str, to: &str) -> SearchResults {
    searching.search(request(from, to)).await.unwrap()
}

/// The offers of that flight alone, as far as it is listed.
fn prices<'a>(results: &'a SearchResults, flight: &str) -> Option<&'a [BrandPrice]> {
    let mut options = results.options.iter();
    let card = options.find(|card| card.itinerary.legs().iter().all(|leg| leg.id == departure(flight)))?;
    Some(&card.prices)
}

async fn page(site: &Site, path: &str) -> String {
    let answer = router(site.clone()).oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    String::from_utf8_lossy(&answer.into_body().collect().await.unwrap().to_bytes()).into_owned()
}

/// Eight travellers eight times take all places of Q1300.
async fn sell_out(world: &World) {
    for _ in 0..8 {
        world.choose(visitor(), &["Q1300"], 8).await.unwrap();
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_thousand_identical_searches_ask_for_places_once(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let mut asking = JoinSet::new();
    for _ in 0..1000 {
        let searching = world.site.searching.clone();
        asking.spawn(async move { searching.search(request("BOS", "JFK")).await.unwrap() });
    }
    let answers = asking.join_all().await;
    assert_eq!(world.site.searching.asked(), 1);
    for results in &answers {
        assert!(prices(results, "Q1300").is_some_and(|prices| prices.iter().all(|p| p.offer.is_some())));
    }
    // Who asks for something else asks.
    for (n, adults) in ["2", "3", "4"].into_iter().enumerate() {
        let other = SearchRequest { adults: adults.into(), ..request("BOS", "JFK") };
        world.site.searching.search(other).await.unwrap();
        assert_eq!(world.site.searching.asked(), 2 + n as u64);
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn who_chooses_from_an_old_list_is_told_kindly_and_then_sees_a_new_one(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let searching = &world.site.searching;
    assert!(prices(&search(searching, "BOS", "JFK").await, "Q1300").is_some());
    sell_out(&world).await;
    let old = search(searching, "BOS", "JFK").await;
    let offer = prices(&old, "Q1300").expect("the list is an old one")[0].offer.clone().unwrap();
    let late: Visitor = visitor();
    let refused = world.site.seating.choose(late.into(), &offer).await.unwrap_err();
    assert_eq!(refused, HoldError::SoldOut { flight: "Q1 300".into(), left: 0 });
    assert!(app::AppError::from(refused).to_string().contains("Choose another way to fly"));
    let new = search(searching, "BOS", "JFK").await;
    assert!(prices(&new, "Q1300").is_none(), "it is not offered again");
    assert!(prices(&new, "Q1100").is_some(), "the next best is");
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn where_few_places_are_left_they_are_soon_asked_for_again(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    for _ in 0..7 {
        world.choose(visitor(), &["Q1300"], 8).await.unwrap();
    }
    let realm = world.postgres.realm().await.unwrap();
    let keeps = async |from: &str, to: &str| {
        search(&world.site.searching, from, to).await;
        let mut redis = redis().await;
        let key = only_key(&mut redis, &format!("search:{realm}:answer:*{from}-{to}-*")).await;
        redis.pttl::<_, i64>(key).await.unwrap() / 1000
    };
    assert!(keeps("BOS", "JFK").await <= 10, "three seconds, shown for nine");
    assert!(keeps("JFK", "LAX").await > 600, "five minutes, shown for fifteen");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_list_tells_how_old_it_is_on_whichever_server(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    assert_eq!(search(&world.site.searching, "JFK", "LAX").await.checked, Checked::Now);
    // As if it had been three minutes ago, on the first server.
    let realm = world.postgres.realm().await.unwrap();
    let mut redis = redis().await;
    let key = only_key(&mut redis, &format!("search:{realm}:answer:*JFK-LAX-*")).await;
    let text: String = redis.get(&key).await.unwrap();
    let mut entry: serde_json::Value = serde_json::from_str(&text).unwrap();
    entry["checked_at"] = (Timestamp::now() - SignedDuration::from_secs(185)).to_string().into();
    redis.set_ex::<_, _, ()>(&key, entry.to_string(), 60).await.unwrap();
    let other = world.another_site().await;
    let told = search(&other.searching, "JFK", "LAX").await;
    assert!(
        matches!(told.checked, Checked::Ago { secs: 180..240, is_renewing: false }),
        "{:?}",
        told.checked
    );
    assert_eq!(other.searching.asked(), 0);
    let day = departure("Q1200").date;
    let page = page(&other, &format!("/search?from=JFK&to=LAX&depart={day}")).await;
    assert!(page.contains("Places and prices checked 3 min ago"), "{page}");
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_people_search_for_is_made_ready_by_one_server(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let (first, second) = (&world.site, world.another_site().await);
    for _ in 0..3 {
        search(&first.searching, "JFK", "LAX").await;
    }
    search(&second.searching, "BOS", "JFK").await;
    let (asked, others) = (first.searching.asked(), second.searching.asked());
    let later = Timestamp::now() + SignedDuration::from_mins(5);
    assert_eq!(first.searching.warm(later).await, 1, "what was searched for once is not made ready");
    assert_eq!(first.searching.asked(), asked + 1, "it was about to be too old");
    assert_eq!(second.searching.warm(later).await, 0, "another server's turn");
    assert_eq!(second.searching.asked(), others);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_postgres_stopped_the_timetable_is_told_and_nothing_is_sold() {
    let postgres = OwnPostgres::start().await;
    let mut migrating = PgConnection::connect_with(&postgres.options()).await.unwrap();
    sqlx::migrate!("../../migrations").run(&mut migrating).await.unwrap();
    migrating.close().await.unwrap();
    let world = World::open(postgres.options()).await;
    let stopped = postgres.stop();
    let results = search(&world.site.searching, "BOS", "LAX").await;
    assert_eq!(results.checked, Checked::Paused);
    assert!(!results.options.is_empty());
    for card in &results.options {
        assert_eq!(card.places_left, None);
        assert!(card.prices.iter().all(|price| price.offer.is_none()), "nothing can be chosen");
    }
    let day = departure("Q1200").date;
    let page = page(&world.site, &format!("/search?from=BOS&to=LAX&depart={day}")).await;
    assert!(page.contains("Booking is paused") && page.contains("Q1 100"), "{page}");
    let refused = world.choose(visitor(), &["Q1200"], 1).await.unwrap_err();
    assert!(matches!(refused, HoldError::Unavailable | HoldError::Unclear), "{refused:?}");
    drop(stopped);
    let results = search(&world.site.searching, "BOS", "LAX").await;
    assert_eq!(results.checked, Checked::Now, "what failed is not kept");
    assert!(results.options.iter().all(|card| card.prices.iter().all(|price| price.offer.is_some())));
}

async fn redis() -> redis::aio::MultiplexedConnection {
    let client = redis::Client::open(std::env::var("REDIS_URL").unwrap()).unwrap();
    client.get_multiplexed_async_connection().await.unwrap()
}

async fn only_key(redis: &mut redis::aio::MultiplexedConnection, pattern: &str) -> String {
    let keys: Vec<String> = redis.keys(pattern).await.unwrap();
    let [key] = keys.as_slice() else { panic!("{pattern}: {keys:?}") };
    key.clone()
}
