use app::ports::{HoldError, PickError, Seats as _, Visitor};
use axum::{body::Body, http::Request};
use domain::selling::SellingMode;
use http_body_util::BodyExt as _;
use server::{router::router, selling};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tower::ServiceExt as _;

use crate::world::{World, departure, visitor};

/// Sets how the economy cabin of Q1300, at 06:30 from Boston, is sold, as staff do.
async fn set(world: &World, options: &[&str]) -> Result<String, String> {
    let id = departure("Q1300").to_string();
    let told = selling::command(&world.site.timetable, &world.postgres, &id, "Y", options).await;
    world.site.timetable.renew().await.unwrap();
    told
}

async fn page(world: &World, who: Visitor, path: &str) -> String {
    let cookie = format!("visitor={}", world.site.signing.visitor_cookie(who.0));
    let request = Request::get(path).header("cookie", cookie).body(Body::empty()).unwrap();
    let response = router(world.site.clone()).oneshot(request).await.unwrap();
    String::from_utf8_lossy(&response.into_body().collect().await.unwrap().to_bytes()).into_owned()
}

#[sqlx::test(migrations = "../../migrations")]
async fn best_available_seats_everyone_at_once_and_lets_nobody_pick(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    set(&world, &["--mode", "best"]).await.unwrap();
    let ada = visitor();
    let hold = world.choose(ada, &["Q1300"], 2).await.unwrap();
    let given = world.view(ada, hold).await.unwrap().legs[0].seats.clone();
    assert!(given.iter().all(Option::is_some), "{given:?}");
    let picked = world.pick(ada, hold, "Q1300", 0, "9A", 0).await;
    assert!(matches!(picked, Err(PickError::Refused { .. })), "{picked:?}");
    assert!(world.site.seating.seat_together(ada.into(), hold, 0).await.is_err());
    assert_eq!(world.view(ada, hold).await.unwrap().legs[0].seats, given);
    let seats = page(&world, ada, &format!("/book/{hold}/seats")).await;
    assert!(seats.contains("we give you the best free seats"), "the page says so");
    assert!(!seats.contains("/api/pick_seat"), "and has no map to pick from");
    let pnr = world.ticket(ada, hold).await;
    let trip = world.site.ports.trips.trip(ada, pnr).await.unwrap();
    let flown: Vec<_> = trip.travellers.iter().map(|traveller| traveller.coupons[0].seat).collect();
    assert_eq!(flown, given);
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn open_seating_sells_places_and_no_seats(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    set(&world, &["--mode", "open"]).await.unwrap();
    let ada = visitor();
    let hold = world.choose(ada, &["Q1300"], 2).await.unwrap();
    let picked = world.pick(ada, hold, "Q1300", 0, "9A", 0).await;
    assert!(matches!(picked, Err(PickError::Refused { .. })), "{picked:?}");
    assert!(page(&world, ada, &format!("/book/{hold}/seats")).await.contains("sit where you like"));
    let pnr = world.ticket(ada, hold).await;
    let trip = world.site.ports.trips.trip(ada, pnr).await.unwrap();
    assert!(trip.travellers.iter().all(|traveller| traveller.coupons[0].seat.is_none()));
    assert!(page(&world, ada, &format!("/trips/{pnr}")).await.contains("sit where you like"));
    assert_eq!(world.count("select count(*) from seats").await, 0);
    assert_eq!(world.count("select taken::bigint from departure_cabins").await, 2);
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn nothing_is_sold_before_sales_open_or_after_they_close_and_the_sentence_says_when(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let refusal = async |options: &[&str]| {
        set(&world, options).await.unwrap();
        match world.choose(visitor(), &["Q1300"], 1).await {
            Err(HoldError::NotSold(sentence)) => sentence,
            other => panic!("{other:?}"),
        }
    };
    let day = departure("Q1300").date;
    let opens = format!("{day}T03:00");
    let sentence = refusal(&["--opens", &opens]).await;
    assert!(sentence.starts_with("Sales for Q1 300 open on "), "{sentence}");
    assert!(
        sentence.ends_with(&format!("{} at 03:00, Boston time.", day.strftime("%-d %B %Y"))),
        "{sentence}"
    );
    let sentence = refusal(&["--opens", "none", "--closes", "2026-01-02T09:30"]).await;
    assert!(sentence.contains("closed on 2 January 2026 at 09:30, Boston time"), "{sentence}");
    assert_eq!(world.count("select count(*) from holds").await, 0);

    let search = format!("/search?from=BOS&to=JFK&depart={day}");
    assert!(!page(&world, visitor(), &search).await.contains("Q1 300"), "what is closed is not offered");
    set(&world, &["--opens", "2026-01-01T00:00", "--closes", &opens]).await.unwrap();
    world.choose(visitor(), &["Q1300"], 1).await.unwrap();
    assert!(page(&world, visitor(), &search).await.contains("Q1 300"));
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_cannot_be_set_is_told_in_a_sentence_and_changes_nothing(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    set(&world, &["--mode", "open"]).await.unwrap();
    for wrong in [
        &["--mode", "lottery"][..],
        &["--opens", "soon"],
        &["--mode"],
        &["--price", "1"],
        &["--opens", "2026-12-01T09:00", "--closes", "2026-12-01T08:00"],
    ] {
        assert!(set(&world, wrong).await.is_err(), "{wrong:?}");
    }
    let unknown =
        selling::command(&world.site.timetable, &world.postgres, "Q1999-1-2026-12-01", "Y", &[]).await;
    assert!(unknown.is_err());
    let sales = world.site.timetable.selling().of(departure("Q1300"), domain::cabin::Cabin::Economy);
    assert_eq!((sales.mode, sales.opens_at, sales.closes_at), (SellingMode::Open, None, None));
}
