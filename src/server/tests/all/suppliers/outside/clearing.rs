//! A confirmation whose answer is lost is found out, and decided by the supplier's word alone.

use app::{answers::Settled, ports::Checkout as _};
use domain::{booking::BookingState, payment::PaymentState};
use server::suppliers::OrderName;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::{THEM, Two};
use crate::{suppliers::line::Fault, world::visitor};

#[sqlx::test(migrations = "../../migrations")]
async fn a_lost_confirmation_is_found_to_be_paid_and_then_ticketed_once(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let two = Two::open(options).await;
    let ada = visitor();
    let hold = two.authorised(ada).await;
    two.line.choose(|| Fault::CutAfter);
    two.errands().await;
    assert_eq!(two.payment(ada, hold).await.booking_state, BookingState::Unknown);
    for _ in 0..2 {
        let settled = two.site.paying.settle(ada, hold).await.unwrap();
        assert_eq!(settled, Settled::Confirming { supplier: THEM.into(), unclear: true });
    }
    let kept = two.payment(ada, hold).await;
    let intent = two.ours.stripe().retrieve(&kept.intent.unwrap()).await.unwrap();
    assert_eq!(intent.status, payments::IntentStatus::RequiresCapture, "kept aside, and not taken");
    two.line.next([]);
    two.come_to_rest().await;
    assert!(matches!(two.site.paying.settle(ada, hold).await.unwrap(), Settled::Ticketed { .. }));
    assert_eq!(two.there("ticketed").await, [hold.to_string()]);
    assert_eq!(two.differences().await, Vec::<String>::new());
    two.ours.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_confirmation_that_was_never_heard_is_asked_for_again_under_the_same_name(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let two = Two::open(options).await;
    let ada = visitor();
    let hold = two.authorised(ada).await;
    two.line.choose(|| Fault::CutBefore);
    two.errands().await;
    assert_eq!(two.payment(ada, hold).await.booking_state, BookingState::Unknown);
    two.line.next([]);
    two.come_to_rest().await;
    assert!(matches!(two.site.paying.settle(ada, hold).await.unwrap(), Settled::Ticketed { .. }));
    assert_eq!(two.differences().await, Vec::<String>::new());
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_is_found_to_be_refused_gives_the_money_back_and_says_so(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let two = Two::open(options).await;
    let ada = visitor();
    let hold = two.authorised(ada).await;
    two.line.choose(|| Fault::CutBefore);
    two.errands().await;
    two.line.next([]);
    // They give it back themselves, before our asking was heard.
    let them = super::supplier(two.line.url.clone());
    let order = them.find(&OrderName(hold.0)).await.unwrap().unwrap();
    them.cancel(&order.id, &OrderName(uuid::Uuid::new_v4())).await.unwrap();
    two.come_to_rest().await;
    for _ in 0..2 {
        let settled = two.site.paying.settle(ada, hold).await.unwrap();
        assert!(
            matches!(&settled, Settled::Refused { message } if message.contains("Nothing was charged")),
            "{settled:?}"
        );
    }
    let over = two.payment(ada, hold).await;
    assert_eq!((over.booking_state, over.state), (BookingState::Refused, PaymentState::Voided));
    assert_eq!(two.differences().await, Vec::<String>::new());
    let told = "select count(*) from outbox where step = 'refused' and state = 'done'";
    assert_eq!(two.ours.count(told).await, 1, "a letter says so");
    assert_eq!(two.ours.count("select count(*) from ledger").await, 0);
    two.ours.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn whatever_happens_to_the_order_s_answer_it_is_ordered_once(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let two = Two::open(options).await;
    for fault in Fault::ALL {
        let ada = visitor();
        let hold = two.choose(ada, &["Q1200"], 1).await.unwrap();
        two.ours.name(ada, hold, &["Moreno"]).await;
        two.line.choose(move || fault);
        let started = two.site.paying.start(ada.into(), hold).await;
        two.line.next([]);
        if started.is_err() {
            two.site.paying.start(ada.into(), hold).await.unwrap();
        }
        assert_eq!(
            two.there("awaiting_payment").await.iter().filter(|name| **name == hold.to_string()).count(),
            1,
            "{fault:?}"
        );
    }
    assert_eq!(two.there("awaiting_payment").await.len(), Fault::ALL.len());
    two.come_to_rest().await;
    assert_eq!(two.differences().await, Vec::<String>::new(), "what nobody paid for went back");
}
