use std::collections::BTreeSet;

use app::{
    AppError,
    answers::{SearchRequest, SearchResults},
    ports::Search as _,
};
use server::postgres::Into;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::{closed, lefts, set, taken};
use crate::world::{World, departure, schedule, today, visitor};

#[sqlx::test(migrations = "../../migrations")]
async fn staff_set_what_a_class_may_sell_and_are_told_what_is_left(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let id = departure("Q1300");
    let told = set(&world, "Q1300", "q", "10").await;
    assert_eq!(told, Ok(format!("{id} Q: may sell 10; 0 sold in it and below, 10 left")));
    assert_eq!(lefts(&world, "Q1300").await, [64, 55, 42, 10, 10]);
    world.choose_in("K", visitor(), &["Q1300"], 4).await.unwrap();
    let told = set(&world, "Q1300", "Q", "default").await;
    assert_eq!(told, Ok(format!("{id} Q: may sell 29, as is usual; 4 sold in it and below, 25 left")));
    // What is above limits it too.
    set(&world, "Q1300", "B", "6").await.unwrap();
    let told = set(&world, "Q1300", "Q", "40").await;
    assert_eq!(told, Ok(format!("{id} Q: may sell 40; 4 sold in it and below, 2 left")));
    assert_eq!(taken(&world, "Q1300").await, "Y4 B4 M4 Q4 K4");
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_cannot_be_set_is_refused_with_a_sentence(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let id = departure("Q1300");
    for (class, authorised, why) in [
        ("Q", "65", format!("{id} has 64 places in Economy: Q cannot sell more.")),
        ("J", "1", format!("J is a class of Business, a cabin that {id} does not have.")),
        ("X", "1", "\"X\" should be the letter of a booking class, such as Y or Q.".to_owned()),
        ("Q", "-1", "\"-1\" is neither a number of places nor default.".to_owned()),
        ("Q", "many", "\"many\" is neither a number of places nor default.".to_owned()),
    ] {
        assert_eq!(set(&world, "Q1300", class, authorised).await, Err(why));
    }
    let absent =
        server::authorising::command(&world.site.timetable, &world.postgres, "Q1999-1-2026-12-22", "Q", "1");
    assert_eq!(absent.await, Err("Q1999-1-2026-12-22 is not in the timetable.".to_owned()));
    assert_eq!(world.count("select count(*) from departure_classes").await, 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_was_set_outlives_an_import_and_what_is_usual_follows_the_aircraft(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let ada = visitor();
    let hold = world.choose_in("K", ada, &["Q1300"], 1).await.unwrap();
    world.postgres.end(hold, server::postgres::EndAs::Released).await.unwrap();
    world.choose_in("M", visitor(), &["Q1200"], 2).await.unwrap();
    set(&world, "Q1300", "M", "20").await.unwrap();
    let mut legs = schedule();
    for leg in legs.iter_mut().filter(|leg| leg.flight.to_string() == "Q1300") {
        leg.configuration = domain::cabin::Configuration::parse("F12Y40").unwrap();
    }
    let carriers: BTreeSet<_> = legs.iter().map(|leg| leg.flight.carrier).collect();
    world.postgres.import("smaller", &carriers, &legs, today(), Into::Whatever, |_| true).await.unwrap();
    world.site.timetable.renew().await.unwrap();
    assert_eq!(lefts(&world, "Q1300").await, [40, 34, 20, 18, 10]);
    assert_eq!(taken(&world, "Q1200").await, "Y2 B2 M2");
    world.choose_in("K", visitor(), &["Q1300"], 9).await.unwrap();
    assert_eq!(lefts(&world, "Q1300").await, [31, 25, 11, 9, 1]);
    world.audit().await;
}

async fn search(world: &World) -> SearchResults {
    let depart = departure("Q1300").date.to_string();
    let request = SearchRequest { from: "BOS".into(), to: "JFK".into(), depart, ..SearchRequest::default() };
    world.site.searching.search(request).await.unwrap()
}

/// With how many places Q1300 is listed, where it is.
fn listed(results: &SearchResults) -> Option<u16> {
    let is_it = |leg: &domain::departure::Departure| leg.id == departure("Q1300");
    let mut options = results.options.iter();
    options.find(|card| card.itinerary.legs().iter().all(is_it)).and_then(|card| card.places_left)
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_flight_whose_top_class_is_closed_is_not_listed(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    world.choose(visitor(), &["Q1300"], 4).await.unwrap();
    assert_eq!(listed(&search(&world).await), Some(60));
    // The list is known for a while; who chooses from it is told, and the next list knows.
    set(&world, "Q1300", "Y", "4").await.unwrap();
    assert_eq!(listed(&search(&world).await), Some(60));
    let refused = world.choose(visitor(), &["Q1300"], 1).await.unwrap_err();
    assert_eq!(refused, closed("Q1 300", "Y"));
    assert_eq!(
        AppError::from(refused).to_string(),
        "No more places in Economy are for sale on Q1 300 now. Choose another way to fly."
    );
    assert_eq!(listed(&search(&world).await), None);
    let low = AppError::from(closed("Q1 300", "Q")).to_string();
    assert_eq!(low, "This fare has just sold out on Q1 300. Search again to see what is left.");
}
