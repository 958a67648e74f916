use app::ports::{Checkout as _, Seats as _};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::{
    booked::{GOOD_CARD, captured, run_errands},
    world::{World, visitor},
};

#[sqlx::test(migrations = "../../migrations")]
async fn a_booking_can_be_told_step_by_step(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let booked = captured(&world, GOOD_CARD).await;
    booked.give_back(&world, 5_000).await;
    run_errands(&world).await;
    booked.webhook(&world, "evt_1", "RefundUpdated").await;
    let moments = world.postgres.timeline(booked.booking).await.unwrap();
    let whats: Vec<&str> = moments.iter().map(|moment| moment.what.as_str()).collect();
    let mut expected = [
        "hold taken",
        "booking pending",
        "hold reserved",
        "payment open",
        "payment open",
        "hold converted",
        "payment authorised",
        "booking ticketed",
        "payment captured",
        "errand done",
        "errand done",
        "refund queued",
        "refund succeeded",
        "payment part_refunded",
        "errand done",
        "errand done",
        "webhook handled",
    ];
    let mut sorted = whats.clone();
    sorted.sort_unstable();
    expected.sort_unstable();
    assert_eq!(sorted, expected, "{whats:?}");
    let place = |what| whats.iter().position(|w| *w == what).unwrap();
    for (before, after) in [
        ("hold taken", "hold reserved"),
        ("hold reserved", "hold converted"),
        ("payment authorised", "payment captured"),
        ("payment captured", "refund succeeded"),
    ] {
        assert!(place(before) < place(after), "{before} after {after} in {whats:?}");
    }
    let taken = &moments[place("hold taken")].detail;
    assert_eq!(taken["accepted_minor"], booked.total_minor);
    assert_eq!(
        taken["shown_minor"], booked.total_minor,
        "the price that was shown is the one that was accepted"
    );
    let seats = moments[place("hold reserved")].detail["seats"].to_string();
    assert!(seats.contains("30A v1"), "{seats}");
    assert_eq!(moments[place("payment captured")].detail["intent"], booked.intent);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_timeline_names_no_person(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let booked = captured(&world, GOOD_CARD).await;
    booked.give_back(&world, 5_000).await;
    run_errands(&world).await;
    assert!(world.count("select count(*) from timeline").await > 0);
    // None of them can stand in an identifier by chance.
    for word in ["müller", "example.com", "1985-04-30", "visa", "secret"] {
        let hits: i64 = sqlx::query_scalar(
            "select count(*) from timeline where lower(detail::text) like '%' || $1 || '%'",
        )
        .bind(word)
        .fetch_one(&world.pool)
        .await
        .unwrap();
        assert_eq!(hits, 0, "{word}");
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn picks_leave_no_trace_and_the_end_of_a_hold_tells_its_seats(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let ada = visitor();
    let hold = world.choose(ada, &["Q1200"], 1).await.unwrap();
    world.pick(ada, hold, "Q1200", 0, "30A", 0).await.unwrap();
    world.pick(ada, hold, "Q1200", 0, "30B", 0).await.unwrap();
    assert_eq!(world.count("select count(*) from timeline").await, 0);
    world.site.seating.release(ada.into(), hold).await.unwrap();
    let (what, seats): (String, String) =
        sqlx::query_as("select what, detail ->> 'seats' from timeline").fetch_one(&world.pool).await.unwrap();
    assert_eq!(what, "hold released");
    assert!(seats.contains("30B v1") && !seats.contains("30A"), "{seats}");
}

#[sqlx::test(migrations = "../../migrations")]
async fn declined_cards_and_parked_errands_are_told(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let ada = visitor();
    let hold = world.choose(ada, &["Q1200"], 1).await.unwrap();
    world.name(ada, hold, &["Moreno"]).await;
    world.site.paying.start(ada.into(), hold).await.unwrap();
    let payment = world.postgres.payment_of(ada.0, hold).await.unwrap().unwrap();
    world.sandbox.pay_by_card(&payment.intent.unwrap(), "4000000000000002").unwrap_err();
    world.site.paying.settle(ada, hold).await.unwrap();
    world.site.seating.release(ada.into(), hold).await.unwrap();
    let errand = world.postgres.lease_errand(server::postgres::Kind::Money).await.unwrap().unwrap();
    world.postgres.park(&errand, "a test").await.unwrap();
    let moments = world.postgres.timeline(payment.booking).await.unwrap();
    let whats: Vec<&str> = moments.iter().map(|moment| moment.what.as_str()).collect();
    for what in ["card declined", "hold released", "errand parked", "case open"] {
        assert!(whats.contains(&what), "{what} is not in {whats:?}");
    }
}
