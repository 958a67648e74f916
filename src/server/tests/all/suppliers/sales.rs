use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use futures_util::{StreamExt as _, stream};
use jiff::civil::date;
use server::suppliers::{
    Buyer, Offered, Order, OrderName, OrderState, Passenger, Supplier, SupplierError,
    selling::{Confirmed, confirm, hold},
};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::{
    airline::Airline,
    line::{Fault, Line},
    supplier, trip,
};

pub fn buyer() -> Buyer {
    Buyer {
        passengers: vec![Passenger {
            given_name: "Ada".into(),
            surname: "Moreno".into(),
            birth_date: date(1985, 4, 30),
        }],
        email: "ada@example.com".into(),
        phone: "+442080160509".into(),
    }
}

pub fn name() -> OrderName {
    OrderName(Uuid::new_v4())
}

pub async fn offer(supplier: &dyn Supplier) -> Offered {
    supplier.search(&trip(1)).await.unwrap().remove(0)
}

/// An order that is held over a good line.
async fn held(supplier: &dyn Supplier, name: &OrderName) -> Order {
    hold(supplier, &offer(supplier).await, &buyer(), name).await.unwrap()
}

/// Holds and confirms, each with these two faults on its way, and looks into the airline's books.
async fn sell_with(first: Fault, second: Fault, knows_keys: bool) {
    let (address, books) = Airline::open(9).await;
    if !knows_keys {
        books.lock().unwrap().forget_keys();
    }
    let line = Line::to(address).await;
    let supplier = supplier("Ours", line.url.clone());
    let (offer, name) = (offer(&*supplier).await, name());
    let faults = format!("{first:?}, then {second:?}, keys known: {knows_keys}");
    line.next([first, second]);
    let order = hold(&*supplier, &offer, &buyer(), &name).await.expect(&faults);
    assert!(matches!(order.state, OrderState::Held { .. }), "{faults}");
    line.next([first, second]);
    let confirmed = confirm(&*supplier, &order, &name).await;
    assert!(matches!(confirmed, Confirmed::Yes(_)), "{faults}: {confirmed:?}");
    let books = books.lock().unwrap();
    assert_eq!(
        (books.ordered(), books.paid()),
        (vec![name.0.to_string()], vec![name.0.to_string()]),
        "{faults}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_happens_to_the_answers_an_offer_is_ordered_once_and_paid_once() {
    let all = Fault::ALL.into_iter().flat_map(|first| {
        Fault::ALL.into_iter().flat_map(move |second| [(first, second, true), (first, second, false)])
    });
    // No more at once than a busy machine answers in time.
    let sales = stream::iter(all)
        .map(|(first, second, knows_keys)| tokio::spawn(sell_with(first, second, knows_keys)))
        .buffer_unordered(8);
    let ended: Vec<_> = sales.collect().await;
    assert_eq!(ended.into_iter().map(Result::unwrap).count(), 162);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_confirmation_that_stays_unclear_is_found_out_later_under_the_same_name() {
    let (address, books) = Airline::open(9).await;
    let line = Line::to(address).await;
    let supplier = supplier("Ours", line.url.clone());
    let name = name();
    let order = held(&*supplier, &name).await;
    line.choose(|| Fault::CutAfter);
    assert_eq!(confirm(&*supplier, &order, &name).await, Confirmed::Unclear);
    assert_eq!(books.lock().unwrap().paid().len(), 1, "it was done, and we do not know it");
    line.next([]);
    assert!(matches!(confirm(&*supplier, &order, &name).await, Confirmed::Yes(_)));
    assert_eq!(books.lock().unwrap().paid().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_confirmation_that_was_never_heard_is_not_taken_for_a_yes_or_a_no() {
    let (address, books) = Airline::open(9).await;
    let line = Line::to(address).await;
    let supplier = supplier("Ours", line.url.clone());
    let name = name();
    let order = held(&*supplier, &name).await;
    for fault in [Fault::CutBefore, Fault::FailBefore, Fault::Busy] {
        line.choose(move || fault);
        assert_eq!(confirm(&*supplier, &order, &name).await, Confirmed::Unclear, "{fault:?}");
    }
    assert_eq!(books.lock().unwrap().paid(), Vec::<String>::new());
    line.next([]);
    assert!(matches!(confirm(&*supplier, &order, &name).await, Confirmed::Yes(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_was_given_back_is_not_confirmed() {
    let (address, books) = Airline::open(9).await;
    let supplier = supplier("Ours", format!("http://{address}"));
    let name = name();
    let order = held(&*supplier, &name).await;
    supplier.cancel(&order.id, &name).await.unwrap();
    supplier.cancel(&order.id, &OrderName(Uuid::new_v4())).await.expect("giving back twice is fine");
    assert!(matches!(confirm(&*supplier, &order, &name).await, Confirmed::No(_)));
    assert!(books.lock().unwrap().ordered().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sold_out_is_refused_and_nothing_is_held() {
    let (address, books) = Airline::open(1).await;
    let supplier = supplier("Ours", format!("http://{address}"));
    let late = offer(&*supplier).await;
    held(&*supplier, &name()).await;
    let refused = hold(&*supplier, &late, &buyer(), &name()).await.unwrap_err();
    assert!(
        matches!(&refused, SupplierError::Refused { code, .. } if code == "offer_no_longer_available"),
        "{refused:?}"
    );
    assert!(refused.is_definite());
    assert_eq!(books.lock().unwrap().ordered().len(), 1);
}

/// A generator that needs nothing (Vigna's splitmix64).
pub fn random(state: &AtomicU64) -> u64 {
    let mut z = state.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed).wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// What we know at the end of one sale.
#[derive(Debug)]
enum Sale {
    Bought(String),
    /// Nothing is ours there.
    Not(String),
}

/// Buys one place, and gives up nothing before it is certain.
async fn buy(supplier: Arc<dyn Supplier>) -> Sale {
    let name = name();
    let ours = name.0.to_string();
    let offers = loop {
        match supplier.search(&trip(1)).await {
            Ok(offers) => break offers,
            Err(_) => tokio::task::yield_now().await,
        }
    };
    let Some(offer) = offers.into_iter().next() else { return Sale::Not(ours) };
    let order = loop {
        match hold(&*supplier, &offer, &buyer(), &name).await {
            Ok(order) => break order,
            Err(SupplierError::Refused { .. }) => return Sale::Not(ours),
            Err(_) => tokio::task::yield_now().await,
        }
    };
    loop {
        match confirm(&*supplier, &order, &name).await {
            Confirmed::Yes(_) => return Sale::Bought(ours),
            Confirmed::No(_) => return Sale::Not(ours),
            Confirmed::Unclear => tokio::task::yield_now().await,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_buy_thirty_places_over_a_bad_line_and_both_sides_books_agree() {
    const PLACES: usize = 30;
    let (address, books) = Airline::open(PLACES).await;
    let line = Line::to(address).await;
    let seed = 7;
    let state = Arc::new(AtomicU64::new(seed));
    line.choose(move || {
        // Half of all requests fare badly.
        let drawn = usize::try_from(random(&state) % 16).unwrap();
        Fault::ALL.get(drawn).copied().unwrap_or(Fault::None)
    });
    let supplier = supplier("Ours", line.url.clone());
    let mut selling = JoinSet::new();
    for _ in 0..200 {
        selling.spawn(buy(supplier.clone()));
    }
    let sales = selling.join_all().await;
    let bought: BTreeSet<String> = sales
        .iter()
        .filter_map(|sale| if let Sale::Bought(name) = sale { Some(name.clone()) } else { None })
        .collect();
    let books = books.lock().unwrap();
    let (ordered, paid) = (books.ordered(), books.paid());
    assert_eq!(bought.len(), PLACES, "all places are sold");
    assert_eq!(
        paid.iter().cloned().collect::<BTreeSet<_>>(),
        bought,
        "what they were paid for is what we bought"
    );
    assert_eq!((ordered.len(), paid.len()), (PLACES, PLACES), "none twice, and none is left held");
    for sale in &sales {
        if let Sale::Not(name) = sale {
            assert!(!ordered.contains(name), "nothing is held there for who was told no");
        }
    }
}
