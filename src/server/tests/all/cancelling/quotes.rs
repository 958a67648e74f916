use app::ports::{CancelError, Seats as _};
use domain::{
    cancelling::{Refusal, Why},
    fare::FareBrand,
    refund::CancellationState,
    traveller::Party,
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::{A_DAY_LATER, booked, every_open, key, owed, pay, taken, trip, trips};
use crate::world::{World, departure, visitor};

#[sqlx::test(migrations = "../../migrations")]
async fn a_refundable_fare_comes_back_whole_by_the_rules_that_it_was_sold_with(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let ada = visitor();
    let mut offer = world.unsigned_offer(&["Q1200"], Party::new(1, 0, 0).unwrap());
    let legs = offer.departures().filter_map(|id| world.site.timetable.current().departure(&id)).collect();
    let bounds = [domain::search::Itinerary::new(legs).unwrap()];
    offer.brand = FareBrand::Flex;
    offer.total = world.quote(&offer, &bounds).total;
    let hold = world.site.seating.choose(ada.into(), &world.site.signing.offer_token(&offer)).await.unwrap();
    world.name(ada, hold, &["Moreno"]).await;
    let pnr = pay(&world, ada, hold).await;
    world.pass(A_DAY_LATER).await;
    let before = trip(&world, ada, pnr).await;
    let quote = trips(&world).quote_cancellation(ada.into(), pnr, &every_open(&before)).await.unwrap();
    let (_, told) = trips(&world).cancellation(ada, quote).await.unwrap();
    assert_eq!((told.refund, told.shares[0].why), (before.total, Why::Refundable));

    // A brand that would change its rules does not change what was sold.
    sqlx::query("update tickets set terms = jsonb_set(terms, '{refundable}', 'false')")
        .execute(&world.pool)
        .await
        .unwrap();
    let quote = trips(&world).quote_cancellation(ada.into(), pnr, &every_open(&before)).await.unwrap();
    let (_, told) = trips(&world).cancellation(ada, quote).await.unwrap();
    assert_eq!(told.shares[0].why, Why::TaxesAlone);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_stale_quote_is_refused_with_a_fresh_one(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let (ada, pnr) = booked(&world, &["Q1200"], 2).await;
    let before = trip(&world, ada, pnr).await;
    let (one, two) = (key(&before, 0, 0), key(&before, 1, 0));
    let quote = trips(&world).quote_cancellation(ada.into(), pnr, &[one]).await.unwrap();
    world.pass(30).await;
    let Err(CancelError::Requoted(fresh)) = trips(&world).confirm_cancellation(ada.into(), quote).await
    else {
        panic!("an expired quote was confirmed")
    };
    assert_eq!(taken(&world, "Q1200").await, 2);
    let (_, told) = trips(&world).cancellation(ada, fresh).await.unwrap();
    assert_eq!((told.state, told.shares[0].key), (CancellationState::Quoted, one));

    let both = trips(&world).quote_cancellation(ada.into(), pnr, &[one, two]).await.unwrap();
    trips(&world).confirm_cancellation(ada.into(), fresh).await.unwrap();
    let late = trips(&world).confirm_cancellation(ada.into(), both).await;
    assert!(
        matches!(late, Err(CancelError::Refused(Refusal::AlreadyCancelled(lost))) if lost == one),
        "{late:?}"
    );
    let again = trips(&world).quote_cancellation(ada.into(), pnr, &[one]).await;
    assert!(matches!(again, Err(CancelError::Refused(Refusal::AlreadyCancelled(_)))), "{again:?}");
    assert_eq!(taken(&world, "Q1200").await, 1, "all of a quote is cancelled or nothing");
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_was_quoted_is_honoured_and_more_is_quoted_anew(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let (ada, pnr) = booked(&world, &["Q1200"], 2).await;
    let before = trip(&world, ada, pnr).await;
    world.pass(24 * 60 - 10).await;
    let free = trips(&world).quote_cancellation(ada.into(), pnr, &[key(&before, 0, 0)]).await.unwrap();
    world.pass(20).await;
    trips(&world).confirm_cancellation(ada.into(), free).await.unwrap();
    assert_eq!(owed(&world, "fees").await, 0, "the free day was on when it was quoted");

    let quote = trips(&world).quote_cancellation(ada.into(), pnr, &[key(&before, 1, 0)]).await.unwrap();
    world.postgres.call_off(departure("Q1200"), "fog").await.unwrap();
    let Err(CancelError::Requoted(fresh)) = trips(&world).confirm_cancellation(ada.into(), quote).await
    else {
        panic!("less came back than is due")
    };
    let (_, told) = trips(&world).cancellation(ada, fresh).await.unwrap();
    assert_eq!((told.shares[0].why, told.kept.minor), (Why::CalledOff, 0));
    world.audit().await;
}
