use domain::cabin::{BookingClass, Cabin};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::{closed, left, lefts, set, taken};
use crate::world::{World, visitor};

#[sqlx::test(migrations = "../../migrations")]
async fn a_place_sold_low_counts_in_every_class_above(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    assert_eq!(lefts(&world, "Q1300").await, [64, 55, 42, 29, 16]);
    world.choose_in("K", visitor(), &["Q1300"], 2).await.unwrap();
    assert_eq!(taken(&world, "Q1300").await, "Y2 B2 M2 Q2 K2");
    world.choose_in("M", visitor(), &["Q1300"], 1).await.unwrap();
    world.choose(visitor(), &["Q1300"], 3).await.unwrap();
    assert_eq!(taken(&world, "Q1300").await, "Y6 B3 M3 Q2 K2");
    assert_eq!(lefts(&world, "Q1300").await, [58, 52, 39, 27, 14]);
    assert_eq!(left(&world, "Q1300").await.places(), 58);
    let sold = "select string_agg(class, '' order by class) from hold_legs";
    let sold: String = sqlx::query_scalar(sold).fetch_one(&world.pool).await.unwrap();
    assert_eq!(sold, "KMY");
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn each_leg_counts_in_its_own_class(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    world.choose_in("QY", visitor(), &["Q1300", "Q1200"], 2).await.unwrap();
    assert_eq!(taken(&world, "Q1300").await, "Y2 B2 M2 Q2");
    assert_eq!(taken(&world, "Q1200").await, "Y2");
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_leg_whose_class_is_closed_takes_none_on_any(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    set(&world, "Q1200", "M", "1").await.unwrap();
    let refused = world.choose_in("KQ", visitor(), &["Q1300", "Q1200"], 2).await;
    assert_eq!(refused, Err(closed("Q1 200", "Q")), "M above it is what is full");
    assert_eq!((taken(&world, "Q1300").await, taken(&world, "Q1200").await), (String::new(), String::new()));
    assert_eq!(world.count("select sum(taken)::bigint from departure_cabins").await, 0);
    assert_eq!(world.count("select sum(places)::bigint from visitors").await, 0);
    world.choose_in("KQ", visitor(), &["Q1300", "Q1200"], 1).await.unwrap();
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_top_class_sells_out_those_below(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    for _ in 0..7 {
        world.choose(visitor(), &["Q1300"], 9).await.unwrap();
    }
    assert_eq!(lefts(&world, "Q1300").await, [1, 1, 1, 1, 1]);
    world.choose_in("K", visitor(), &["Q1300"], 1).await.unwrap();
    let refused = world.choose_in("K", visitor(), &["Q1300"], 1).await;
    assert!(matches!(refused, Err(app::ports::HoldError::SoldOut { left: 0, .. })), "{refused:?}");
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_class_that_is_full_leaves_those_above_open(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    for adults in [9, 7] {
        world.choose_in("K", visitor(), &["Q1300"], adults).await.unwrap();
    }
    assert_eq!(lefts(&world, "Q1300").await, [48, 39, 26, 13, 0]);
    assert_eq!(world.choose_in("K", visitor(), &["Q1300"], 1).await, Err(closed("Q1 300", "K")));
    world.choose_in("Q", visitor(), &["Q1300"], 9).await.unwrap();
    assert_eq!(world.choose_in("Q", visitor(), &["Q1300"], 5).await, Err(closed("Q1 300", "Q")));
    world.choose_in("Q", visitor(), &["Q1300"], 4).await.unwrap();
    world.choose(visitor(), &["Q1300"], 9).await.unwrap();
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn places_of_holds_whose_time_is_over_are_found_where_a_class_is_full(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    set(&world, "Q1300", "Q", "2").await.unwrap();
    world.choose_in("Q", visitor(), &["Q1300"], 2).await.unwrap();
    assert_eq!(world.choose_in("K", visitor(), &["Q1300"], 1).await, Err(closed("Q1 300", "K")));
    world.pass(11).await;
    world.choose_in("K", visitor(), &["Q1300"], 1).await.unwrap();
    assert_eq!(taken(&world, "Q1300").await, "Y1 B1 M1 Q1 K1");
    world.audit().await;
}

/// Whether the database takes the statement; the constraint's name where it does not.
async fn takes(world: &World, sql: &str) -> Result<(), String> {
    let done = sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&world.pool).await;
    let refused = |error: sqlx::Error| {
        error.as_database_error().and_then(|error| error.constraint()).unwrap_or_default().to_owned()
    };
    done.map(|_| ()).map_err(refused)
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_database_lets_no_class_sell_beyond_what_it_may(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let over = Err("class_never_oversold".to_owned());
    assert_eq!(takes(&world, "insert into departure_classes values ('X', 'Q', 3, 4)").await, over);
    assert_eq!(takes(&world, "insert into departure_classes values ('X', 'Q', 3, 3)").await, Ok(()));
    assert_eq!(takes(&world, "update departure_classes set taken = taken + 1").await, over);
    let lowered = "update departure_classes set authorised = 1";
    assert_eq!(takes(&world, lowered).await, Ok(()), "it may be lowered below what is sold");
    assert_eq!(takes(&world, "update departure_classes set taken = taken - 1").await, Ok(()));
    assert_eq!(takes(&world, "update departure_classes set taken = taken + 1").await, over);
    let counted = Err("class_counted".to_owned());
    assert_eq!(takes(&world, "update departure_classes set taken = -1").await, counted);
    let hold = world.choose(visitor(), &["Q1200"], 1).await.unwrap();
    let elsewhere = format!("update hold_legs set class = 'J' where hold_id = '{hold}'");
    assert_eq!(takes(&world, &elsewhere).await, Err("hold_leg_class_of_cabin".to_owned()));
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_database_knows_the_same_ladders(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let hold = world.choose(visitor(), &["Q1200"], 1).await.unwrap();
    for class in Cabin::ALL.into_iter().flat_map(BookingClass::ladder) {
        let sql = "select class_and_above($1)";
        let above: Vec<String> =
            sqlx::query_scalar(sql).bind(class.to_string()).fetch_one(&world.pool).await.unwrap();
        let known: Vec<String> = class.and_above().iter().map(ToString::to_string).collect();
        assert_eq!(above, known, "{class}");
        let accepts = format!(
            "update hold_legs set cabin = '{}', class = '{class}' where hold_id = '{hold}'",
            class.cabin().letter()
        );
        assert_eq!(takes(&world, &accepts).await, Ok(()), "{class}");
    }
    let none =
        "select count(*) from (values ('X'), ('')) as v (class) where class_and_above(class) is not null";
    assert_eq!(world.count(none).await, 0);
}
