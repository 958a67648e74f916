use app::ports::{HoldError, Seats as _};
use domain::{
    booking::BookingState,
    cancelling::{CouponKey, Why},
    coupon::CouponState,
    fare::{FareBrand, QuoteLine},
    traveller::TravellerKind,
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::{asks, flight, offer, open_jaw, up_to_the_last};
use crate::world::{World, visitor};

const A_DAY_LATER: i32 = 25 * 60;

#[sqlx::test(migrations = "../../migrations")]
async fn all_flights_of_a_trip_are_held_or_none(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let request = asks(&[("JFK-LAX", -3), ("LAX-JFK", -2), ("BOS-JFK", 0)]);
    let last = up_to_the_last(&world, request).await;
    let small = last.options.iter().find(|card| card.key == flight("Q1300", 0).to_string()).unwrap();
    let offer = small.prices[0].offer.clone().unwrap();
    for _ in 0..8 {
        world.choose(visitor(), &["Q1300"], 8).await.unwrap();
    }
    let ada = visitor();
    let refused = world.site.seating.choose(ada.into(), &offer).await;
    assert!(matches!(refused, Err(HoldError::SoldOut { left: 0, .. })), "{refused:?}");
    assert_eq!(world.count("select count(*) from departure_cabins where taken > 0").await, 1);
    assert_eq!(world.count("select count(*) from holds where places = 6").await, 0);
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn one_flight_of_three_is_cancelled_for_its_own_money(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let last = up_to_the_last(&world, open_jaw()).await;
    let ada = visitor();
    let hold = world.site.seating.choose(ada.into(), &offer(&last, FareBrand::Flex)).await.unwrap();
    let quote = world.view(ada, hold).await.unwrap().quote;
    let pnr = world.ticket(ada, hold).await;
    world.pass(A_DAY_LATER).await;

    let trips = world.site.ports.trips.as_ref();
    let before = trips.trip(ada, pnr).await.unwrap();
    assert_eq!(before.legs.len(), 4);
    let of_bound = |bound: usize| -> i64 {
        let adults = quote.lines.iter().filter(|line| line.traveller_kind == TravellerKind::Adt);
        adults.map(|line: &QuoteLine| line.bounds_minor[bound]).sum()
    };
    assert_eq!((0..3).map(of_bound).sum::<i64>() * 2, before.total.minor);
    // The second bound is the third leg, since the first has two.
    let keys: Vec<CouponKey> =
        before.travellers.iter().map(|traveller| CouponKey { ticket: traveller.ticket, leg: 2 }).collect();
    let id = trips.quote_cancellation(ada.into(), pnr, &keys).await.unwrap();
    let (_, told) = trips.cancellation(ada, id).await.unwrap();
    assert_eq!((told.refund.minor, told.kept.minor), (of_bound(1) * 2, 0));
    assert!(told.shares.iter().all(|share| share.why == Why::Refundable));
    trips.confirm_cancellation(ada.into(), id).await.unwrap();

    let after = trips.trip(ada, pnr).await.unwrap();
    assert_eq!(after.state, BookingState::PartCancelled);
    for traveller in &after.travellers {
        let states: Vec<CouponState> = traveller.coupons.iter().map(|coupon| coupon.state).collect();
        let (open, gone) = (CouponState::Open, CouponState::Cancelled);
        assert_eq!(states, [open, open, gone, open]);
    }
    let taken =
        format!("select taken::bigint from departure_cabins where departure = '{}'", flight("Q1201", 2));
    assert_eq!(world.count(&taken).await, 0);
    assert_eq!(world.count("select count(*) from departure_cabins where taken = 2").await, 3);
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_flight_that_is_called_off_strands_its_own_bound_alone(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let last = up_to_the_last(&world, open_jaw()).await;
    let ada = visitor();
    let hold = world.site.seating.choose(ada.into(), &offer(&last, FareBrand::Basic)).await.unwrap();
    let pnr = world.ticket(ada, hold).await;
    let trips = world.site.ports.trips.as_ref();
    let first = trips.trip(ada, pnr).await.unwrap().legs[0].departure.id;
    world.postgres.call_off(first, "fog").await.unwrap();
    server::cancelling::see_to(&world.postgres, first, |_| {}).await.unwrap();
    let after = trips.trip(ada, pnr).await.unwrap();
    for traveller in &after.travellers {
        let gone = traveller.coupons.iter().map(|coupon| coupon.state == CouponState::Cancelled);
        assert_eq!(gone.collect::<Vec<_>>(), [true, true, false, false]);
    }
    world.audit().await;
}
