use domain::{cabin::SeatPrice, cancelling::Why, money::Currency};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::{A_DAY_LATER, every_open, owed, pay, trip, trips};
use crate::{
    seat_charges,
    world::{World, visitor},
};

/// Whether what was paid for a seat comes back with the rest.
async fn comes_back(options: PgConnectOptions, minutes_later: i32) -> (i64, i64, Why) {
    let world = World::open(options).await;
    let ada = visitor();
    let hold = world.choose(ada, &["Q1200"], 1).await.unwrap();
    world.name(ada, hold, &["Moreno"]).await;
    let (roomy, _) = seat_charges::seats(&world);
    world.pick(ada, hold, "Q1200", 0, &roomy[0], 0).await.unwrap();
    let pnr = pay(&world, ada, hold).await;
    world.pass(minutes_later).await;
    let before = trip(&world, ada, pnr).await;
    let value = before.travellers[0].coupons[0].value;
    assert_eq!(value.seat_minor, SeatPrice::extra_legroom(Currency::Usd).minor);
    assert_eq!(value.total_minor(), before.total.minor);
    let quote = trips(&world).quote_cancellation(ada.into(), pnr, &every_open(&before)).await.unwrap();
    trips(&world).confirm_cancellation(ada.into(), quote).await.unwrap();
    let (_, told) = trips(&world).cancellation(ada, quote).await.unwrap();
    assert_eq!(owed(&world, "fees").await, told.kept.minor);
    world.audit().await;
    (told.refund.minor - value.tax_minor, told.kept.minor - value.fare_minor, told.shares[0].why)
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_was_paid_for_a_seat_is_kept_with_the_fare(_: PgPoolOptions, options: PgConnectOptions) {
    let legroom = SeatPrice::extra_legroom(Currency::Usd).minor;
    assert_eq!(comes_back(options, A_DAY_LATER).await, (0, legroom, Why::TaxesAlone));
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_was_paid_for_a_seat_comes_back_in_the_free_day(_: PgPoolOptions, options: PgConnectOptions) {
    let (back_minor, _, why) = comes_back(options, 60).await;
    assert_eq!(why, Why::FreeDay);
    assert!(back_minor > SeatPrice::extra_legroom(Currency::Usd).minor, "with the fare");
}
