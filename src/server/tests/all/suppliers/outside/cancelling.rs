//! What is given back comes back by the word of who sold it, once.

use app::{
    answers::{Settled, TripView},
    ports::{CancelError, Checkout as _, Visitor},
};
use domain::{
    booking::BookingState,
    cancelling::{CouponKey, Refusal},
    pnr::Pnr,
    refund::CancellationState,
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::Two;
use crate::{suppliers::line::Fault, world::visitor};

/// A trip of theirs, ticketed and captured.
async fn ticketed(two: &Two, visitor: Visitor) -> Pnr {
    let hold = two.authorised(visitor).await;
    two.errands().await;
    let Settled::Ticketed { pnr } = two.site.paying.settle(visitor, hold).await.unwrap() else {
        panic!("not ticketed")
    };
    pnr
}

async fn trip(two: &Two, visitor: Visitor, pnr: Pnr) -> TripView {
    two.site.ports.trips.trip(visitor, pnr).await.unwrap()
}

fn everything(trip: &TripView) -> Vec<CouponKey> {
    let of = |ticket, leg| CouponKey { ticket, leg: u8::try_from(leg).unwrap() };
    let people = trip.travellers.iter();
    people.flat_map(|person| person.coupons.iter().map(move |c| of(person.ticket, c.leg))).collect()
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_they_give_back_is_told_first_and_comes_back_once(_: PgPoolOptions, options: PgConnectOptions) {
    let two = Two::open(options).await;
    let ada = visitor();
    let pnr = ticketed(&two, ada).await;
    let before = trip(&two, ada, pnr).await;
    assert!(before.may_cancel());
    let (trips, all) = (two.site.ports.trips.clone(), everything(&before));
    let quote = trips.quote_cancellation(ada.into(), pnr, &all).await.unwrap();
    let (_, told) = trips.cancellation(ada, quote).await.unwrap();
    let theirs: i64 = sqlx::query_scalar("select refund_minor from cancellations")
        .fetch_one(&two.theirs.pool)
        .await
        .unwrap();
    assert_eq!(told.refund.minor, theirs, "by their word, not by our rules");
    assert_eq!(told.refund.minor + told.kept.minor, before.total.minor);
    assert_eq!(two.there("ticketed").await.len(), 1, "a quote cancels nothing");
    for _ in 0..2 {
        assert_eq!(trips.confirm_cancellation(ada.into(), quote).await.unwrap(), pnr);
    }
    let asked = trip(&two, ada, pnr).await;
    assert_eq!(asked.state, BookingState::Ticketed, "until they have");
    assert!(asked.sold_by.unwrap().is_cancelling);
    assert_eq!(two.there("ticketed").await.len(), 1);
    for _ in 0..2 {
        two.errands().await;
        assert_eq!(trips.confirm_cancellation(ada.into(), quote).await.unwrap(), pnr);
    }
    let after = trip(&two, ada, pnr).await;
    assert_eq!(after.state, BookingState::Cancelled);
    assert_eq!(after.cancellations.len(), 1);
    assert_ne!(after.cancellations[0].state, CancellationState::Quoted);
    assert_eq!(two.there("cancelled").await.len(), 1);
    let back = "select coalesce(sum(amount_minor), 0)::bigint from refunds";
    assert_eq!(two.ours.count(back).await, theirs, "and once");
    two.ours.audit().await;
    two.theirs.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn whatever_happens_to_their_answer_it_is_cancelled_once_on_both_sides(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let two = Two::open(options).await;
    for fault in [Fault::CutAfter, Fault::CutBefore, Fault::FailAfter, Fault::Nonsense] {
        let ada = visitor();
        let pnr = ticketed(&two, ada).await;
        let all = everything(&trip(&two, ada, pnr).await);
        let trips = two.site.ports.trips.clone();
        let quote = trips.quote_cancellation(ada.into(), pnr, &all).await.unwrap();
        trips.confirm_cancellation(ada.into(), quote).await.unwrap();
        two.line.choose(move || fault);
        two.errands().await;
        assert_eq!(trip(&two, ada, pnr).await.state, BookingState::Ticketed, "{fault:?}: nobody knows yet");
        two.line.next([]);
        two.ours.pass(2).await;
        two.errands().await;
        assert_eq!(trip(&two, ada, pnr).await.state, BookingState::Cancelled, "{fault:?}");
    }
    assert_eq!((two.here("cancelled").await.len(), two.there("cancelled").await.len()), (4, 4));
    assert_eq!(two.ours.count("select count(*) from cancellations where state = 'quoted'").await, 0);
    two.ours.audit().await;
    two.theirs.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_trip_of_theirs_is_given_back_whole_and_never_by_our_rules(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let two = Two::open(options).await;
    let ada = visitor();
    let pnr = ticketed(&two, ada).await;
    let trips = two.site.ports.trips.clone();
    let nothing = trips.quote_cancellation(ada.into(), pnr, &[]).await;
    assert_eq!(nothing, Err(CancelError::Refused(Refusal::WholeAlone)));
    let all = everything(&trip(&two, ada, pnr).await);
    two.line.choose(|| Fault::CutBefore);
    let away = trips.quote_cancellation(ada.into(), pnr, &all).await;
    assert!(matches!(away, Err(CancelError::SupplierAway(_))), "{away:?}");
    two.line.next([]);
    let quote = trips.quote_cancellation(ada.into(), pnr, &all).await.unwrap();
    two.ours.pass(60).await;
    let late = trips.confirm_cancellation(ada.into(), quote).await;
    assert_eq!(late, Err(CancelError::Refused(Refusal::QuoteOver)));
    two.errands().await;
    assert_eq!(two.there("ticketed").await.len(), 1, "nothing was cancelled");
}
