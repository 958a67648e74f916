use app::{
    answers::{Contact, TravellerEntry},
    ports::{CancelError, Seats as _, TripError},
};
use domain::{
    booking::BookingState,
    cancelling::{Refusal, Why},
    coupon::CouponState,
    live::SeatPicture,
    refund::{CancellationState, RefundState},
    seat::SeatState,
    traveller::Party,
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::{A_DAY_LATER, booked, every_open, key, owed, pay, taken, trip, trips};
use crate::{
    live,
    world::{ORIGIN, World, departure, visitor},
};

#[sqlx::test(migrations = "../../migrations")]
async fn one_leg_of_one_traveller_is_given_back_and_then_the_rest(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let (ada, pnr) = booked(&world, &["Q1100", "Q1200"], 2).await;
    world.pass(A_DAY_LATER).await;
    let before = trip(&world, ada, pnr).await;
    let first = key(&before, 0, 1);
    let seat = before.travellers[0].coupons[1].seat.unwrap();
    let version = "select version::bigint from seats where seat = ";
    let version = format!("{version}'{seat}' and departure = '{}'", departure("Q1200"));
    let was = world.count(&version).await;

    let quote = trips(&world).quote_cancellation(ada.into(), pnr, &[first]).await.unwrap();
    let (of, told) = trips(&world).cancellation(ada, quote).await.unwrap();
    assert_eq!((of, told.state, told.quoted_for_min), (pnr, CancellationState::Quoted, Some(30)));
    let value = before.travellers[0].coupons[1].value;
    assert_eq!((told.refund.minor, told.kept.minor), (value.tax_minor, value.fare_minor));
    assert_eq!(told.shares[0].why, Why::TaxesAlone);
    assert_eq!(taken(&world, "Q1200").await, 2, "a quote cancels nothing");
    world.audit().await;

    for _ in 0..2 {
        assert_eq!(trips(&world).confirm_cancellation(ada.into(), quote).await.unwrap(), pnr);
    }
    assert_eq!((taken(&world, "Q1100").await, taken(&world, "Q1200").await), (2, 1));
    assert_eq!(world.count(&version).await, was + 1);
    let after = trip(&world, ada, pnr).await;
    assert_eq!(after.state, BookingState::PartCancelled);
    assert_eq!(after.travellers[0].coupons[1].state, CouponState::Cancelled);
    assert_eq!(after.cancellations[0].refund_state, Some(RefundState::Queued));
    assert_eq!(owed(&world, "fees").await, value.fare_minor);
    assert_eq!(owed(&world, "refund_queued").await, value.tax_minor);
    let queued = format!("select count(*) from outbox where step = 'cancelled' and subject = '{quote}'");
    assert_eq!(world.count(&queued).await, 1);
    world.audit().await;

    let rest = every_open(&after);
    assert_eq!(rest.len(), 3);
    let quote = trips(&world).quote_cancellation(ada.into(), pnr, &rest).await.unwrap();
    trips(&world).confirm_cancellation(ada.into(), quote).await.unwrap();
    let after = trip(&world, ada, pnr).await;
    assert_eq!((after.state, after.may_cancel()), (BookingState::Cancelled, false));
    assert_eq!((taken(&world, "Q1100").await, taken(&world, "Q1200").await), (0, 0));
    assert_eq!(world.count("select count(*) from seats where state <> 'available'").await, 0);
    assert_eq!(owed(&world, "tickets").await, 0);
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_seat_that_was_given_back_is_sold_again(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let (ada, pnr) = booked(&world, &["Q1200"], 1).await;
    let before = trip(&world, ada, pnr).await;
    let seat = before.travellers[0].coupons[0].seat.unwrap();
    let quote = trips(&world).quote_cancellation(ada.into(), pnr, &every_open(&before)).await.unwrap();
    let (_, told) = trips(&world).cancellation(ada, quote).await.unwrap();
    assert_eq!((told.refund, told.kept.minor), (before.total, 0), "bought a month ahead, a moment ago");
    assert_eq!(told.shares[0].why, Why::FreeDay);
    trips(&world).confirm_cancellation(ada.into(), quote).await.unwrap();

    let bob = visitor();
    let hold = world.choose(bob, &["Q1200"], 1).await.unwrap();
    world.pick(bob, hold, "Q1200", 0, &seat.to_string(), 0).await.unwrap();
    world.name(bob, hold, &["Byron"]).await;
    pay(&world, bob, hold).await;
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_seat_that_is_given_back_turns_free_before_everyones_eyes(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let (ada, pnr) = booked(&world, &["Q1200"], 1).await;
    let before = trip(&world, ada, pnr).await;
    let seat = before.travellers[0].coupons[0].seat.unwrap();
    let mut socket = live::watch(&live::address(&world).await, "Q1200", ORIGIN).await.unwrap();
    let mut picture = SeatPicture::default();
    live::until(&mut socket, &mut picture, |p| p.state(seat) == SeatState::Booked).await;
    let quote = trips(&world).quote_cancellation(ada.into(), pnr, &every_open(&before)).await.unwrap();
    trips(&world).confirm_cancellation(ada.into(), quote).await.unwrap();
    live::until(&mut socket, &mut picture, |p| p.state(seat) == SeatState::Available).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_infant_leaves_with_its_adult_and_takes_no_place_along(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let ada = visitor();
    let offer = world.unsigned_offer(&["Q1200"], Party::new(1, 0, 1).unwrap());
    let hold = world.site.seating.choose(ada.into(), &world.site.signing.offer_token(&offer)).await.unwrap();
    let named = |birth_date: String| TravellerEntry {
        given_name: "Ada".into(),
        surname: "Moreno".into(),
        birth_date,
    };
    let people = vec![named("1985-04-30".into()), named(crate::world::today().to_string())];
    let contact = Contact { email: "ada@example.com".into(), phone: String::new() };
    world.site.seating.name_travellers(ada.into(), hold, people, contact).await.unwrap();
    let pnr = pay(&world, ada, hold).await;
    let before = trip(&world, ada, pnr).await;
    let alone = trips(&world).quote_cancellation(ada.into(), pnr, &[key(&before, 0, 0)]).await;
    assert!(matches!(alone, Err(CancelError::Refused(Refusal::InfantWithoutAdult(0)))), "{alone:?}");

    for (chosen, left) in [(key(&before, 1, 0), 1), (key(&before, 0, 0), 0)] {
        let quote = trips(&world).quote_cancellation(ada.into(), pnr, &[chosen]).await.unwrap();
        trips(&world).confirm_cancellation(ada.into(), quote).await.unwrap();
        assert_eq!(taken(&world, "Q1200").await, left);
        world.audit().await;
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn only_who_may_see_a_trip_may_cancel_it(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let (ada, pnr) = booked(&world, &["Q1200"], 1).await;
    let keys = every_open(&trip(&world, ada, pnr).await);
    let quote = trips(&world).quote_cancellation(ada.into(), pnr, &keys).await.unwrap();
    let eve = visitor();
    let missing = CancelError::Trip(TripError::NotFound).to_string();
    let asked = trips(&world).quote_cancellation(eve.into(), pnr, &keys).await.unwrap_err();
    assert_eq!(asked.to_string(), missing);
    assert!(matches!(trips(&world).cancellation(eve, quote).await, Err(TripError::NotFound)));
    let confirmed = trips(&world).confirm_cancellation(eve.into(), quote).await.unwrap_err();
    assert_eq!(confirmed.to_string(), missing);
    assert_eq!(taken(&world, "Q1200").await, 1);

    // A ticket of somebody else's is not in the booking.
    let (bob, other) = booked(&world, &["Q1200"], 1).await;
    let stolen = trips(&world).quote_cancellation(bob.into(), other, &keys).await;
    assert!(matches!(stolen, Err(CancelError::Refused(Refusal::Unknown(_)))), "{stolen:?}");

    trips(&world).open(eve.into(), pnr.as_str(), "Moreno").await.unwrap();
    assert_eq!(trips(&world).confirm_cancellation(eve.into(), quote).await.unwrap(), pnr);
    world.audit().await;
}
