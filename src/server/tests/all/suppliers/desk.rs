use std::{
    collections::BTreeSet,
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};

use server::{
    postgres::Postgres,
    suppliers::{
        OrderName, Supplier,
        desk::{Desk, DeskError},
        selling::Confirmed,
    },
};
use sqlx::PgPool;
use tokio::{task::JoinSet, time::timeout};

use super::{
    airline::Airline,
    line::{Fault, Line},
    sales::{buyer, name, offer, random},
    supplier, trip,
};

/// Whose turn it is to find out is no question here.
const AT_ONCE: Duration = Duration::ZERO;

fn desk(pool: &PgPool, supplier: &Arc<dyn Supplier>) -> Desk {
    Desk::new(Postgres::over(pool.clone()), vec![supplier.clone()]).with_lease(AT_ONCE)
}

/// Our names of the orders in that state.
async fn ours(pool: &PgPool, state: &str) -> BTreeSet<String> {
    let ids = "select id::text from supplier_orders where state = $1";
    sqlx::query_scalar(ids).bind(state).fetch_all(pool).await.unwrap().into_iter().collect()
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_order_is_held_confirmed_and_given_back_once_however_often_it_is_asked_for(pool: PgPool) {
    let (address, books) = Airline::open(9).await;
    let supplier = supplier("Ours", format!("http://{address}"));
    let (desk, name) = (desk(&pool, &supplier), name());
    let offer = offer(&*supplier).await;
    let order = desk.hold(&offer, &buyer(), &name).await.unwrap();
    let again = desk.hold(&offer, &buyer(), &name).await.unwrap();
    assert_eq!((again.id, again.locator), (order.id, order.locator), "the same order");
    let mut other = offer.clone();
    other.total.minor += 1;
    let again = desk.hold(&other, &buyer(), &name).await;
    assert!(matches!(again, Err(DeskError::NameUsed)), "{again:?}");
    for _ in 0..2 {
        assert!(matches!(desk.confirm(&name).await, Ok(Confirmed::Yes(_))));
        assert_eq!(books.lock().unwrap().paid(), [name.0.to_string()]);
    }
    for _ in 0..2 {
        desk.release(&name).await.unwrap();
        assert!(books.lock().unwrap().ordered().is_empty());
    }
    assert_eq!(ours(&pool, "released").await.len(), 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_price_that_changed_is_not_held(pool: PgPool) {
    let (address, books) = Airline::open(9).await;
    let supplier = supplier("Ours", format!("http://{address}"));
    let mut shown = offer(&*supplier).await;
    shown.total.minor -= 100;
    let held = desk(&pool, &supplier).hold(&shown, &buyer(), &name()).await;
    assert!(matches!(&held, Err(DeskError::PriceChanged { now, .. }) if now.minor == 24_450), "{held:?}");
    assert!(books.lock().unwrap().ordered().is_empty());
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_nobody_waits_for_any_more_is_found_out_and_what_is_held_for_nobody_goes_back(pool: PgPool) {
    let (address, books) = Airline::open(9).await;
    let line = Line::to(address).await;
    let supplier = supplier("Ours", line.url.clone());
    let desk = desk(&pool, &supplier);
    let (lost, paid) = (name(), name());
    let (first, second) = (offer(&*supplier).await, offer(&*supplier).await);
    line.choose(|| Fault::CutAfter);
    desk.hold(&first, &buyer(), &lost).await.unwrap_err();
    line.next([]);
    desk.hold(&second, &buyer(), &paid).await.unwrap();
    line.choose(|| Fault::CutAfter);
    assert!(matches!(desk.confirm(&paid).await, Ok(Confirmed::Unclear)));
    assert_eq!(desk.find_out().await.unwrap(), 0, "the line is bad still");
    line.next([]);
    assert_eq!(desk.find_out().await.unwrap(), 2);
    assert_eq!(desk.find_out().await.unwrap(), 0, "all is known");
    let books = books.lock().unwrap().ordered();
    assert_eq!(books, [paid.0.to_string()]);
    assert_eq!(ours(&pool, "ticketed").await, BTreeSet::from([paid.0.to_string()]));
    assert_eq!(ours(&pool, "released").await, BTreeSet::from([lost.0.to_string()]));
}

/// Buys one place until somebody pulls the plug.
async fn buy(desk: Desk, supplier: Arc<dyn Supplier>, name: OrderName) {
    let Ok(offers) = supplier.search(&trip(1)).await else { return };
    let Some(offer) = offers.into_iter().next() else { return };
    if desk.hold(&offer, &buyer(), &name).await.is_ok() {
        _ = desk.confirm(&name).await;
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn servers_that_die_in_the_middle_of_sales_over_a_bad_line_lose_none_and_sell_none_twice(pool: PgPool) {
    const PLACES: usize = 25;
    let (address, books) = Airline::open(PLACES).await;
    let line = Line::to(address).await;
    let state = Arc::new(AtomicU64::new(11));
    let drawing = state.clone();
    line.choose(move || {
        let drawn = usize::try_from(random(&drawing) % 16).unwrap();
        Fault::ALL.get(drawn).copied().unwrap_or(Fault::None)
    });
    let supplier = supplier("Ours", line.url.clone());
    let desk = desk(&pool, &supplier);
    let mut selling = JoinSet::new();
    for _ in 0..100 {
        // A plug is pulled at any moment of a sale, or not at all.
        let lasts = Duration::from_millis(random(&state) % 3000);
        let sale = buy(desk.clone(), supplier.clone(), name());
        selling.spawn(async move { _ = timeout(lasts, sale).await });
    }
    selling.join_all().await;
    line.quiet().await;
    line.next([]);
    while desk.find_out().await.unwrap() > 0 {}
    for state in ["asked", "confirming", "unknown"] {
        assert!(ours(&pool, state).await.is_empty(), "{state}");
    }
    // What was held and never confirmed is ours to give back.
    for held in ours(&pool, "held").await {
        desk.release(&OrderName(held.parse().unwrap())).await.unwrap();
    }
    let ticketed = ours(&pool, "ticketed").await;
    let books = books.lock().unwrap();
    let (ordered, paid) = (books.ordered(), books.paid());
    assert!(!ticketed.is_empty() && ticketed.len() <= PLACES);
    assert_eq!(paid.len(), ticketed.len(), "none twice");
    assert_eq!(paid.into_iter().collect::<BTreeSet<_>>(), ticketed, "none lost on either side");
    assert_eq!(
        ordered.into_iter().collect::<BTreeSet<_>>(),
        ticketed,
        "and nothing is kept there for nobody"
    );
}
