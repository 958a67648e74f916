use app::ports::{Checkout as _, HoldError};
use domain::{
    booking::BookingState, cabin::Cabin, departure::DepartureId, hold::HoldState, refund::RefundState,
};
use jiff::ToSpan as _;
use server::{
    cancelling::{CallOffRefusal, call_off, see_to},
    jobs::go_on_cancelling,
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::{booked, taken, trip};
use crate::world::{World, departure, today, visitor};

#[sqlx::test(migrations = "../../migrations")]
async fn a_departure_called_off_gives_everyone_back_in_full_and_sells_nothing(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let (ada, booking) = booked(&world, &["Q1100", "Q1200"], 2).await;
    let (bob, other) = booked(&world, &["Q1200"], 1).await;
    let (carol, elsewhere) = booked(&world, &["Q1300"], 1).await;
    let eve = visitor();
    let choosing = world.choose(eve, &["Q1200"], 1).await.unwrap();
    let dan = visitor();
    let paying = world.choose(dan, &["Q1200"], 1).await.unwrap();
    world.name(dan, paying, &["Moreno"]).await;
    world.site.paying.start(dan.into(), paying).await.unwrap();

    let off = departure("Q1200");
    assert!(world.postgres.call_off(off, "fog").await.unwrap());
    let refused = world.choose(visitor(), &["Q1200"], 1).await;
    assert!(matches!(&refused, Err(HoldError::NotSold(why)) if why.contains("called it off")), "{refused:?}");
    let left = world.postgres.classes_left(&[off], Cabin::Economy, |_| 0).await.unwrap();
    assert_eq!(left[&off].places(), 0);

    // Cut off after the first booking; the job goes on.
    let first = world.postgres.bookings_on(off).await.unwrap()[0];
    assert!(world.postgres.give_back_called_off(first, off).await.unwrap().is_some());
    assert!(world.postgres.give_back_called_off(first, off).await.unwrap().is_none(), "once");
    world.audit().await;
    go_on_cancelling(&world.site).await;
    assert_eq!(world.count("select count(*) from departures_cancelled where done_at is null").await, 0);
    let seen = see_to(&world.postgres, off, |_| {}).await.unwrap();
    assert_eq!((seen.holds, seen.bookings, seen.done), (0, 0, true), "nobody is seen to twice");
    assert!(!world.postgres.call_off(off, "fog").await.unwrap());

    for (who, pnr) in [(ada, booking), (bob, other)] {
        let after = trip(&world, who, pnr).await;
        assert_eq!(after.state, BookingState::Cancelled, "the whole bound is of no use");
        assert_eq!(after.cancellations[0].refund, after.total);
        assert_eq!(after.cancellations[0].refund_state, Some(RefundState::Queued));
    }
    assert_eq!(trip(&world, carol, elsewhere).await.state, BookingState::Ticketed);
    assert!(matches!(world.view(eve, choosing).await, Err(HoldError::Ended(HoldState::Released))));
    assert_eq!(world.count("select count(*) from outbox where step = 'void'").await, 1);
    assert_eq!((taken(&world, "Q1200").await, taken(&world, "Q1100").await), (0, 0));
    assert!(world.choose(visitor(), &["Q1200"], 1).await.is_err());
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_departure_that_has_left_is_not_called_off(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let timetable = world.site.timetable.current();
    let yesterday = DepartureId { date: today().checked_sub(1.days()).unwrap(), ..departure("Q1200") };
    let refused = call_off(&world.postgres, &timetable, yesterday, "fog").await;
    let Err(CallOffRefusal::HasLeft { .. }) = &refused else { panic!("{refused:?}") };
    let told = refused.unwrap_err().to_string();
    assert!(told.starts_with(&format!("{yesterday} left at {}T10:00:00", yesterday.date)), "{told}");
    let unknown = DepartureId { leg: 2, ..yesterday };
    let refused = call_off(&world.postgres, &timetable, unknown, "fog").await;
    assert!(matches!(refused, Err(CallOffRefusal::NotScheduled(_))), "{refused:?}");
    assert_eq!(world.count("select count(*) from departures_cancelled").await, 0);

    // It is a month from now, by the database's clock too, until that is moved.
    assert!(call_off(&world.postgres, &timetable, departure("Q1200"), "fog").await.unwrap());
    world.pass(32 * 24 * 60).await;
    assert!(!call_off(&world.postgres, &timetable, departure("Q1200"), "fog").await.unwrap(), "gone on with");
    let refused = call_off(&world.postgres, &timetable, departure("Q1300"), "fog").await;
    assert!(matches!(refused, Err(CallOffRefusal::HasLeft { .. })), "{refused:?}");
    assert_eq!(world.count("select count(*) from departures_cancelled").await, 1);
}
