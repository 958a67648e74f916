use app::ports::CancelError;
use domain::{booking::BookingState, pnr::Pnr, refund::RefundState};
use server::jobs::go_on_cancelling;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::{A_DAY_LATER, booked, every_open, key, owed, trip, trips};
use crate::world::World;

/// The capture failed for good.
async fn cannot_be_charged(world: &World, pnr: Pnr) {
    let sql = "update payments p set state = 'capture_failed' from bookings b
        where b.id = p.booking_id and b.pnr = $1 and p.state = 'authorised'";
    sqlx::query(sql).bind(pnr.as_str()).execute(&world.pool).await.unwrap();
    let sql = "insert into ledger (booking_id, step, account, amount_minor, currency)
        select p.booking_id, 'receivable', account, sign * p.amount_minor, p.currency
        from payments p join bookings b on b.id = p.booking_id,
            (values ('capture_queued', -1), ('receivable', 1)) as line (account, sign)
        where b.pnr = $1";
    sqlx::query(sql).bind(pnr.as_str()).execute(&world.pool).await.unwrap();
    let sql =
        "update bookings set state = 'unpaid' where pnr = $1 and state in ('ticketed', 'part_cancelled')";
    sqlx::query(sql).bind(pnr.as_str()).execute(&world.pool).await.unwrap();
}

#[sqlx::test(migrations = "../../migrations")]
async fn who_could_not_be_charged_loses_the_seats_and_owes_nothing(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let (ada, pnr) = booked(&world, &["Q1100", "Q1200"], 1).await;
    cannot_be_charged(&world, pnr).await;
    let late = trips(&world).quote_cancellation(ada.into(), pnr, &[]).await;
    assert!(matches!(late, Err(CancelError::NotNow(BookingState::Unpaid))), "{late:?}");
    for _ in 0..2 {
        go_on_cancelling(&world.site).await;
        let after = trip(&world, ada, pnr).await;
        assert_eq!((after.state, after.cancellations.len()), (BookingState::Cancelled, 1));
        assert_eq!(owed(&world, "receivable").await, 0);
        assert_eq!(owed(&world, "tickets").await, 0);
        assert_eq!(world.count("select count(*) from seats where state <> 'available'").await, 0);
        assert_eq!(world.count("select count(*) from outbox where step = 'unpaid'").await, 1);
        assert_eq!(world.count("select count(*) from refunds").await, 0);
        world.audit().await;
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_was_promised_of_a_payment_that_failed_is_dropped(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let (ada, pnr) = booked(&world, &["Q1100", "Q1200"], 1).await;
    world.pass(A_DAY_LATER).await;
    let before = trip(&world, ada, pnr).await;
    let quote = trips(&world).quote_cancellation(ada.into(), pnr, &[key(&before, 0, 1)]).await.unwrap();
    trips(&world).confirm_cancellation(ada.into(), quote).await.unwrap();
    cannot_be_charged(&world, pnr).await;
    go_on_cancelling(&world.site).await;
    for account in ["tickets", "fees", "refund_queued", "receivable"] {
        assert_eq!(owed(&world, account).await, 0, "{account}");
    }
    let after = trip(&world, ada, pnr).await;
    assert_eq!(after.cancellations[0].refund_state, Some(RefundState::Dropped));
    assert_eq!(world.count("select count(*) from outbox where step = 'refund' and state <> 'done'").await, 0);

    // Cancelled whole before the capture failed: nothing is left to free, but the promise is dropped.
    let (bob, pnr) = booked(&world, &["Q1200"], 1).await;
    let quote = trips(&world)
        .quote_cancellation(bob.into(), pnr, &every_open(&trip(&world, bob, pnr).await))
        .await
        .unwrap();
    trips(&world).confirm_cancellation(bob.into(), quote).await.unwrap();
    cannot_be_charged(&world, pnr).await;
    go_on_cancelling(&world.site).await;
    assert_eq!(owed(&world, "receivable").await, 0);
    assert_eq!(world.count("select count(*) from refunds where state <> 'dropped'").await, 0);
    world.audit().await;
}
