//! What is not wanted any more goes back to whom it belongs.

use app::{
    answers::Settled,
    ports::{Checkout as _, Seats as _},
};
use domain::{booking::BookingState, payment::PaymentState};
use server::postgres::EndAs;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::Two;
use crate::world::visitor;

const TAKEN: &str = "select coalesce(sum(taken), 0)::bigint from departure_cabins";

#[sqlx::test(migrations = "../../migrations")]
async fn a_hold_that_is_given_up_or_runs_out_gives_its_order_back(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let two = Two::open(options).await;
    for runs_out in [false, true] {
        let ada = visitor();
        let hold = two.started(ada).await;
        assert_eq!(two.theirs.count(TAKEN).await, 1);
        if runs_out {
            two.ours.pass(30).await;
            two.site.seating.end(hold, EndAs::Expired).await.unwrap();
        } else {
            two.site.seating.release(ada.into(), hold).await.unwrap();
        }
        assert_eq!(two.site.desk.find_out().await.unwrap(), 1);
        assert_eq!(two.site.desk.find_out().await.unwrap(), 0, "once");
        assert_eq!(two.theirs.count(TAKEN).await, 0, "the place is free again there");
    }
    two.come_to_rest().await;
    assert_eq!(two.differences().await, Vec::<String>::new());
    two.ours.audit().await;
    two.theirs.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_bank_that_agrees_too_late_gets_its_money_back_and_nothing_is_bought(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let two = Two::open(options).await;
    let ada = visitor();
    let hold = two.started(ada).await;
    two.ours.pass(30).await;
    two.site.seating.end(hold, EndAs::Expired).await.unwrap();
    two.pay(ada, hold).await;
    for _ in 0..2 {
        let settled = two.site.paying.settle(ada, hold).await.unwrap();
        assert!(matches!(settled, Settled::Failed { .. }), "{settled:?}");
    }
    two.come_to_rest().await;
    let over = two.payment(ada, hold).await;
    assert_eq!((over.booking_state, over.state), (BookingState::Failed, PaymentState::Voided));
    assert_eq!(two.there("ticketed").await, Vec::<String>::new());
    assert_eq!(two.differences().await, Vec::<String>::new());
    two.ours.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_authorisation_whose_order_has_gone_is_given_back(_: PgPoolOptions, options: PgConnectOptions) {
    let two = Two::open(options).await;
    let ada = visitor();
    let hold = two.started(ada).await;
    two.pay(ada, hold).await;
    // Its deadline there passes: they take it back before the card is through.
    two.theirs.pass(60 * 25).await;
    for over in two.theirs.postgres.expired_holds().await.unwrap() {
        two.theirs.site.seating.end(over, EndAs::Expired).await.unwrap();
    }
    assert_eq!(two.there("lapsed").await, [hold.to_string()]);
    assert!(matches!(two.site.paying.settle(ada, hold).await.unwrap(), Settled::Confirming { .. }));
    two.come_to_rest().await;
    assert!(matches!(two.site.paying.settle(ada, hold).await.unwrap(), Settled::Refused { .. }));
    assert_eq!(two.differences().await, Vec::<String>::new());
}
