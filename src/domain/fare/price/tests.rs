use proptest::prelude::*;

use super::{FareError, price};
use crate::{
    airports::tests::{code, few},
    cabin::Cabin,
    fare::{FareBrand, LineKind, Quote},
    money::{Currency, Money},
    search::{Itinerary, tests::itinerary},
    traveller::{Party, TravellerKind},
};

const DAY: &str = "2026-12-22T09:00";
const LATER: &str = "2026-12-29T09:00";

fn party(adults: u8, children: u8, infants: u8) -> Party {
    Party::new(adults, children, infants).unwrap()
}

fn direct(route: &str, departs: &str) -> Itinerary {
    itinerary(&[("B61", route, departs, 380)])
}

fn over_new_york() -> Itinerary {
    itinerary(&[("B61", "BOS-JFK", DAY, 75), ("B62", "JFK-LAX", "2026-12-22T11:30", 380)])
}

fn basic(bounds: &[Itinerary], party: Party) -> Quote {
    price(bounds, Cabin::Economy, FareBrand::Basic, party, &few()).unwrap()
}

/// A tax by its code for an adult, 0 where it does not apply.
fn tax(quote: &Quote, code: &str) -> i64 {
    let is = |l: &&crate::fare::QuoteLine| {
        l.kind == LineKind::Tax(code.to_owned()) && l.traveller_kind == TravellerKind::Adt
    };
    quote.lines.iter().filter(is).map(|l| l.amount_minor).sum()
}

#[test]
fn a_trip_across_the_country_costs_what_it_does_in_life() {
    let one_way = basic(&[direct("BOS-LAX", DAY)], party(1, 0, 0));
    assert_eq!(one_way.currency, Currency::Usd);
    assert_eq!(one_way.fare_minor(), 19_100);
    assert_eq!(["US", "ZP", "AY", "XF"].map(|c| tax(&one_way, c)), [1_433, 520, 560, 450]);
    assert_eq!(one_way.total, Money::new(22_063, Currency::Usd));
    let stop = basic(&[over_new_york()], party(1, 0, 0));
    assert!((22_000..25_000).contains(&stop.total.minor), "{}", stop.total);
}

#[test]
fn us_fees_count_flights_and_are_capped() {
    let stop = basic(&[over_new_york()], party(1, 0, 0));
    assert_eq!(["ZP", "AY", "XF"].map(|c| tax(&stop, c)), [1_040, 560, 900]);
    let back = itinerary(&[("B63", "LAX-JFK", LATER, 320), ("B64", "JFK-BOS", "2026-12-29T19:30", 75)]);
    let round = basic(&[over_new_york(), back], party(1, 0, 0));
    assert_eq!(["ZP", "AY", "XF"].map(|c| tax(&round, c)), [2_080, 1_120, 1_800]);
    assert_eq!(["XY", "YC", "XA"].map(|c| tax(&round, c)), [0; 3]);
}

#[test]
fn a_trip_of_many_bounds_pays_us_fees_by_its_round_trips() {
    let on = |flight: &str, route: &str, day: u8| {
        itinerary(&[(flight, route, format!("2026-12-{day}T09:00").as_str(), 300)])
    };
    let fees = |bounds: &[Itinerary]| ["AY", "XF"].map(|code| tax(&basic(bounds, party(1, 0, 0)), code));
    // Round by way of two places: the security fee is capped, the facility charge is for the first and last boardings.
    let round = [on("B61", "BOS-LAX", 20), on("B62", "LAX-JFK", 22), on("B63", "EWR-BOS", 24)];
    assert_eq!(fees(&round), [1_120, 1_350]);
    // An open jaw never comes back to where it began: each bound is a trip of its own.
    let open = [on("B61", "BOS-LAX", 20), on("B62", "LAX-JFK", 22), on("B63", "EWR-LAX", 24)];
    assert_eq!(fees(&open), [1_680, 1_350]);
    // There, back, and on to elsewhere: a round trip and a one-way.
    let more = [on("B61", "BOS-LAX", 20), on("B62", "LAX-BOS", 22), on("B63", "BOS-JFK", 24)];
    assert_eq!(fees(&more), [1_680, 1_350]);
    // Back at another airport of the same city is back.
    let city = [on("B61", "JFK-LAX", 20), on("B62", "LAX-BOS", 22), on("B63", "BOS-EWR", 24)];
    assert_eq!(fees(&city), [1_120, 1_350]);
}

#[test]
fn of_a_long_round_trip_the_first_and_last_two_boardings_are_charged() {
    let over_new_york = |from: &str, to: &str, day: u8| {
        itinerary(&[
            ("B61", &format!("{from}-JFK"), &format!("2026-12-{day}T06:00"), 75),
            ("B62", &format!("JFK-{to}"), &format!("2026-12-{day}T16:00"), 380),
        ])
    };
    let bounds = [
        over_new_york("BOS", "LAX", 20),
        over_new_york("LAX", "BOS", 22),
        over_new_york("BOS", "LAX", 24),
        over_new_york("LAX", "BOS", 26),
    ];
    assert_eq!(tax(&basic(&bounds, party(1, 0, 0)), "XF"), 8 * 450, "two round trips");
    let by_way_of = [
        bounds[0].clone(),
        itinerary(&[("B65", "LAX-EWR", "2026-12-22T06:00", 300)]),
        itinerary(&[
            ("B66", "EWR-LAX", "2026-12-24T06:00", 300),
            ("B67", "LAX-BOS", "2026-12-24T20:00", 300),
        ]),
    ];
    let quote = basic(&by_way_of, party(1, 0, 0));
    assert_eq!(tax(&quote, "XF"), 4 * 450, "of five");
    let line = quote.lines.iter().find(|l| l.kind == LineKind::Tax("XF".to_owned())).unwrap();
    assert_eq!(line.bounds_minor, [900, 0, 900]);
}

#[test]
fn a_price_is_for_up_to_six_bounds_and_says_what_each_brings_about() {
    let bounds: Vec<Itinerary> = (0..7)
        .map(|i| {
            let route = if i % 2 == 0 { "BOS-LAX" } else { "LAX-BOS" };
            itinerary(&[("B61", route, format!("2026-12-{}T09:00", 10 + i).as_str(), 380)])
        })
        .collect();
    let quote = basic(&bounds[..6], party(2, 1, 1));
    assert_eq!(quote.lines.iter().filter(|l| l.kind == LineKind::Fare).count(), 3 * 6);
    for line in &quote.lines {
        assert_eq!((line.bounds_minor.len(), line.bounds_minor.iter().sum::<i64>()), (6, line.amount_minor));
    }
    let seven = price(&bounds, Cabin::Economy, FareBrand::Basic, party(1, 0, 0), &few());
    assert_eq!(seven, Err(FareError::Bounds(7)));
    let swapped = [bounds[0].clone(), bounds[2].clone(), bounds[1].clone()];
    let swapped = price(&swapped, Cabin::Economy, FareBrand::Basic, party(1, 0, 0), &few());
    assert_eq!(swapped, Err(FareError::OutOfOrder));
}

#[test]
fn an_international_trip_pays_no_excise_but_each_border() {
    let out = basic(&[direct("JFK-CDG", DAY)], party(1, 0, 0));
    assert_eq!(["US", "ZP", "AY", "XF", "YC"].map(|c| tax(&out, c)), [2_290, 0, 560, 450, 0]);
    let round = basic(&[direct("JFK-CDG", DAY), direct("CDG-JFK", LATER)], party(1, 0, 0));
    assert_eq!(
        ["US", "AY", "XF", "XY", "YC", "XA"].map(|c| tax(&round, c)),
        [4_580, 560, 450, 700, 739, 398]
    );
}

#[test]
fn fares_are_filed_where_the_trip_starts() {
    let paris = basic(&[direct("CDG-JFK", DAY)], party(1, 0, 0));
    assert_eq!(paris.currency, Currency::Eur);
    assert_eq!(paris.fare_minor() % 100, 0);
    // $22.90 by the fixed table.
    assert_eq!(tax(&paris, "US"), 2_015);
    let sydney = basic(&[direct("SYD-LAX", DAY)], party(1, 1, 0));
    assert_eq!((sydney.currency, tax(&sydney, "AU")), (Currency::Aud, 7_000));
    let children = sydney.lines.iter().filter(|l| l.traveller_kind == TravellerKind::Chd);
    assert!(
        children.clone().count() > 0 && children.clone().all(|l| l.kind != LineKind::Tax("AU".to_owned()))
    );
}

#[test]
fn children_pay_three_quarters_and_infants_a_tenth() {
    use TravellerKind::{Adt, Chd, Inf};

    let quote = basic(&[direct("BOS-LAX", DAY)], party(2, 1, 1));
    let fares: Vec<(TravellerKind, i64, u8)> = quote
        .lines
        .iter()
        .filter(|l| l.kind == LineKind::Fare)
        .map(|l| (l.traveller_kind, l.amount_minor, l.quantity))
        .collect();
    assert_eq!(fares, [(Adt, 19_100, 2), (Chd, 14_400, 1), (Inf, 2_000, 1)]);
    let adult_minor = basic(&[direct("BOS-LAX", DAY)], party(1, 0, 0)).total.minor;
    assert_eq!(quote.per_traveller[0], (Adt, adult_minor));
}

#[test]
fn each_brand_and_cabin_above_costs_more() {
    let cost = |cabin, brand| {
        price(&[direct("BOS-LAX", DAY)], cabin, brand, party(1, 0, 0), &few()).unwrap().total.minor
    };
    let brands = FareBrand::ALL.map(|brand| cost(Cabin::Economy, brand));
    assert!(brands.is_sorted_by(|a, b| a < b), "{brands:?}");
    assert!(cost(Cabin::First, FareBrand::Basic) > 2 * brands[0]);
}

#[test]
fn what_cannot_be_flown_has_no_price() {
    let quote = |bounds: &[Itinerary], cabin| {
        price(bounds, cabin, FareBrand::Basic, party(1, 0, 0), &few()).unwrap_err()
    };
    assert_eq!(quote(&[], Cabin::Economy), FareError::Bounds(0));
    assert_eq!(
        quote(&[direct("BOS-LAX", LATER), direct("LAX-BOS", DAY)], Cabin::Economy),
        FareError::OutOfOrder
    );
    assert_eq!(quote(&[direct("BOS-LAX", DAY)], Cabin::Business), FareError::NoCabin(Cabin::Business));
    let nowhere = crate::airports::Airports::parse(&crate::airports::HEADER.join(",")).unwrap();
    assert_eq!(
        price(&[direct("BOS-LAX", DAY)], Cabin::Economy, FareBrand::Basic, party(1, 0, 0), &nowhere),
        Err(FareError::UnknownAirport(code("BOS")))
    );
}

#[test]
fn a_quote_survives_the_wire() {
    let quote = basic(&[over_new_york()], party(2, 1, 1));
    let json = serde_json::to_string(&quote).unwrap();
    assert_eq!(serde_json::from_str::<Quote>(&json).unwrap(), quote);
}

proptest! {
    #[test]
    fn the_total_is_the_sum_of_what_is_shown(
        routes in proptest::collection::vec(prop_oneof![
            Just("BOS-LAX"), Just("JFK-CDG"), Just("CDG-JFK"), Just("SYD-LAX"), Just("LGA-ATL"), Just("GRU-JFK"),
        ], 1..=2),
        adults in 1..5u8, children in 0..4u8, infants in 0..2u8,
        brand in prop_oneof![Just(FareBrand::Basic), Just(FareBrand::Standard), Just(FareBrand::Flex)],
        cabin in prop_oneof![Just(Cabin::Economy), Just(Cabin::First)],
    ) {
        let bounds: Vec<Itinerary> = routes.iter().zip([DAY, LATER]).map(|(r, at)| direct(r, at)).collect();
        let party = party(adults, children, infants);
        let quote = price(&bounds, cabin, brand, party, &few()).unwrap();
        prop_assert!(quote.lines.iter().all(|l| l.amount_minor > 0 && l.quantity > 0));
        let by_line: i64 = quote.lines.iter().map(crate::fare::QuoteLine::total_minor).sum();
        let each = |kind| quote.per_traveller.iter().find(|(k, _)| *k == kind).map(|(_, minor)| *minor).unwrap();
        let by_person: i64 = party.kinds().into_iter().map(each).sum();
        prop_assert_eq!(quote.total.minor, by_line);
        prop_assert_eq!(quote.total.minor, by_person);
        prop_assert_eq!(quote.total.minor, quote.fare_minor() + quote.tax_minor());
        prop_assert_eq!(&quote, &price(&bounds, cabin, brand, party, &few()).unwrap());
    }
}
