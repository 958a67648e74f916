use app::ports::{HoldError, Seats as _};
use domain::traveller::Party;
use server::timetables::{ImportError, Timetables};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::world::{World, visitor};

const DEMO: &str = include_str!("../../../../data/demo.ssim");

#[sqlx::test(migrations = "../../migrations")]
async fn a_new_database_starts_with_the_demo_schedule_and_exports_it(pool: sqlx::PgPool) {
    let timetables = Timetables::load(server::postgres::Postgres::over(pool)).await.unwrap();
    timetables.begin_with_demo().await.unwrap();
    assert_eq!(timetables.current().legs().len(), 4424);
    let exported = timetables.export().unwrap();
    let again = domain::ssim::read(&exported, timetables.airports()).unwrap();
    assert_eq!(again.into_legs().len(), 4424);
    let report = timetables.import("demo.ssim", DEMO).await.unwrap();
    assert_eq!(
        report.to_string(),
        "15 carriers, 3089 flights, 4424 legs, from 2026-11-01 until further notice"
    );
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_import_that_takes_a_sold_departure_away_is_refused_whole(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let legs = world.site.timetable.current().legs().len();
    world.choose(visitor(), &["Q1200"], 1).await.unwrap();
    // The demo schedule files the same carrier, and no such flight.
    let refused = world.site.timetable.import("demo.ssim", DEMO).await;
    assert!(matches!(refused, Err(ImportError::Refused(_))), "{refused:?}");
    world.site.timetable.renew().await.unwrap();
    assert_eq!(world.site.timetable.current().legs().len(), legs);
    assert!(world.unsigned_offer(&["Q1200"], Party::new(1, 0, 0).unwrap()).total.minor > 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_faulty_file_is_refused_with_line_and_column_of_each_fault(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let faulty = DEMO.replacen("JFK", "J?K", 1).replacen("EWR", "E?R", 1);
    let Err(ImportError::Faults(faults)) = world.site.timetable.import("faulty", &faulty).await else {
        panic!("a faulty file was taken");
    };
    assert!(faults.len() >= 2);
    assert!(faults[0].line > 1 && faults[0].column > 1, "{}", faults[0]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn servers_that_start_at_once_import_the_demo_once(pool: sqlx::PgPool) {
    let mut starting = tokio::task::JoinSet::new();
    for _ in 0..3 {
        let postgres = server::postgres::Postgres::over(pool.clone());
        starting.spawn(async move {
            let timetables = Timetables::load(postgres).await.unwrap();
            timetables.begin_with_demo().await.unwrap();
            timetables.current().legs().len()
        });
    }
    assert_eq!(starting.join_all().await, [4424; 3]);
    let imports: i64 = sqlx::query_scalar("select count(*) from schedules").fetch_one(&pool).await.unwrap();
    assert_eq!(imports, 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_offer_of_an_older_schedule_is_checked_against_the_newer(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let offer = world.offer(&["Q1200"], 1);
    // Another server's import, of which this one has not heard.
    let other = Timetables::load(world.postgres.clone()).await.unwrap();
    other.import("demo.ssim", DEMO).await.unwrap();
    let chosen = world.site.seating.choose(visitor().into(), &offer).await;
    assert!(matches!(chosen, Err(HoldError::PriceChanged { .. })), "{chosen:?}");
    assert_eq!(world.count("select count(*) from holds").await, 0);
}
