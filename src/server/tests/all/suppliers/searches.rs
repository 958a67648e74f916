use std::{sync::Arc, time::Duration};

use domain::money::{Currency, Money};
use serde_json::{Value, json};
use server::suppliers::{Supplier, SupplierError, fan_out::ask_all};

use super::{
    airline::{Airline, offer, segment},
    guarded,
    line::{Fault, Line},
    supplier, trip,
};

const PATIENT: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_is_read_with_its_flights_people_and_price() {
    let (address, _books) = Airline::open(9).await;
    let supplier = supplier("Ours", format!("http://{address}"));
    let offers = supplier.search(&trip(1)).await.unwrap();
    let [offer] = offers.as_slice() else { panic!("{offers:?}") };
    assert_eq!(offer.total, Money::new(24_450, Currency::Usd));
    let flights: Vec<String> = offer.bounds[0].iter().map(|flight| flight.designator.to_string()).collect();
    assert_eq!(flights, ["ZZ12", "ZZ204"], "noughts before a number are none of it");
    assert_eq!(
        offer.bounds[0][0].departs_at.to_string(),
        "2027-03-01T13:00:00Z",
        "Boston is five hours behind"
    );
    assert!(offer.can_be_held);
    assert_eq!(supplier.reprice(&offer.id).await.unwrap(), *offer);
}

/// The good offer with something in it changed.
fn odd(path: &str, value: Value) -> Value {
    let mut odd = offer("off_odd");
    *odd.pointer_mut(path).unwrap() = value;
    odd
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_right_of_an_answer_is_left_out_and_spoils_nothing() {
    let (address, books) = Airline::open(9).await;
    let first = "/slices/0/segments/0";
    let late = segment("JFK", "LAX", "204", "2027-03-01T09:00:00", "2027-03-01T12:20:00");
    books.lock().unwrap().also_offer(vec![
        json!(null),
        json!("an offer"),
        json!({}),
        odd("/id", json!("")),
        odd("/total_amount", json!("-244.50")),
        odd("/total_amount", json!("0.00")),
        odd("/total_amount", json!("1e9")),
        odd("/total_amount", json!(244.5)),
        odd("/total_currency", json!("XXX")),
        odd("/expires_at", json!("tomorrow")),
        odd("/passengers", json!([])),
        odd("/passengers/0/type", json!("dog")),
        odd("/slices", json!([])),
        odd("/slices/0/segments", json!([])),
        odd(&format!("{first}/origin/iata_code"), json!("ZZZ")),
        odd(&format!("{first}/destination/iata_code"), json!("BOS")),
        odd(&format!("{first}/departing_at"), json!("2027-02-30T08:00:00")),
        odd(&format!("{first}/arriving_at"), json!("2027-03-01T07:00:00")),
        odd(&format!("{first}/marketing_carrier_flight_number"), json!("12345678")),
        // A flight that leaves before the one before it arrives, another day, another place.
        odd("/slices/0/segments/1", late),
        odd(&format!("{first}/departing_at"), json!("2027-02-28T08:00:00")),
        odd("/slices/0/segments/1/destination/iata_code", json!("SFO")),
    ]);
    let supplier = supplier("Ours", format!("http://{address}"));
    let offers = supplier.search(&trip(1)).await.unwrap();
    let ids: Vec<&str> = offers.iter().map(|offer| offer.id.as_str()).collect();
    assert_eq!(ids, ["off_1"], "the good one alone");
    assert!(supplier.search(&trip(2)).await.unwrap().is_empty(), "an offer for one is none for two");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_is_tried_again_over_a_bad_line() {
    let (address, _books) = Airline::open(9).await;
    let line = Line::to(address).await;
    let supplier = supplier("Ours", line.url.clone());
    for fault in Fault::ALL {
        line.next([fault, fault]);
        assert_eq!(supplier.search(&trip(1)).await.map(|offers| offers.len()), Ok(1), "{fault:?} twice");
    }
    line.choose(|| Fault::CutAfter);
    assert!(matches!(supplier.search(&trip(1)).await, Err(SupplierError::Unclear(_))));
    let nobody = super::supplier("Nobody", "http://127.0.0.1:9".into());
    assert_eq!(nobody.search(&trip(1)).await, Err(SupplierError::Away));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supplier_that_is_bad_or_silent_is_missing_and_the_others_are_there() {
    let (good, _books) = Airline::open(9).await;
    let (other, _books) = Airline::open(9).await;
    let (bad, silent) = (Line::to(other).await, Line::to(other).await);
    bad.choose(|| Fault::Nonsense);
    silent.choose(|| Fault::Slow(Duration::from_hours(1)));
    let suppliers: Vec<Arc<dyn Supplier>> = vec![
        supplier("Good", format!("http://{good}")),
        supplier("Bad", bad.url.clone()),
        supplier("Silent", silent.url.clone()),
        supplier("Nobody", "http://127.0.0.1:9".into()),
    ];
    let trip = trip(1);
    let search = |supplier: Arc<dyn Supplier>| {
        let trip = trip.clone();
        async move { supplier.search(&trip).await }
    };
    let found = ask_all(&suppliers, search, Duration::from_secs(3)).await;
    let came: Vec<(&str, usize)> =
        found.came.iter().map(|(name, offers)| (name.0.as_str(), offers.len())).collect();
    assert_eq!(came, [("Good", 1)]);
    let missing: Vec<&str> = found.missing.iter().map(|name| name.0.as_str()).collect();
    assert_eq!(missing, ["Bad", "Silent", "Nobody"]);
    let all = ask_all(&suppliers[..1], search, PATIENT).await;
    assert!(all.missing.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supplier_that_fails_again_and_again_is_left_alone() {
    let (address, books) = Airline::open(9).await;
    let line = Line::to(address).await;
    let supplier = guarded(supplier("Ours", line.url.clone()), 1000);
    line.choose(|| Fault::CutAfter);
    for _ in 0..5 {
        assert!(matches!(supplier.search(&trip(1)).await, Err(SupplierError::Unclear(_))));
    }
    let heard = books.lock().unwrap().searches;
    line.choose(|| Fault::None);
    for _ in 0..100 {
        assert_eq!(supplier.search(&trip(1)).await, Err(SupplierError::Away));
    }
    assert_eq!(books.lock().unwrap().searches, heard, "it is not asked while it rests");
    assert!(supplier.is_resting());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supplier_is_asked_no_more_often_than_it_allows() {
    let (address, books) = Airline::open(9).await;
    let supplier = guarded(supplier("Ours", format!("http://{address}")), 10);
    let trip = trip(1);
    let answers = futures_util::future::join_all((0..100).map(|_| supplier.search(&trip))).await;
    let refused = answers.iter().filter(|a| matches!(a, Err(SupplierError::Busy { .. }))).count();
    let heard = books.lock().unwrap().searches;
    assert_eq!(heard + refused, 100);
    assert!((10..=20).contains(&heard), "{heard} of a hundred at once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sale_waits_for_its_turn_where_searches_have_taken_it() {
    let (address, _books) = Airline::open(9).await;
    let supplier = guarded(supplier("Ours", format!("http://{address}")), 10);
    let trip = trip(1);
    let offer = supplier.search(&trip).await.unwrap().pop().unwrap();
    let (answers, asked) = tokio::join!(
        futures_util::future::join_all((0..100).map(|_| supplier.search(&trip))),
        futures_util::future::join_all((0..5).map(|_| supplier.reprice(&offer.id))),
    );
    assert!(answers.iter().any(|answer| matches!(answer, Err(SupplierError::Busy { .. }))));
    assert!(asked.iter().all(|answer| *answer == Ok(offer.clone())), "a sale is heard");
}
