use proptest::prelude::*;

use jiff::Timestamp;

use super::{FareError, Terms};
use crate::{
    airports::tests::{code, few},
    cabin::{BookingClass, Cabin, ClassesLeft},
    departure::Departure,
    fare::{FareBrand, HEADER, LineKind, NotMet, Quote, Tariff},
    money::{Currency, Money},
    search::{Itinerary, tests::itinerary},
    traveller::{Party, TravellerKind},
};

const DAY: &str = "2026-12-22T09:00";
const LATER: &str = "2026-12-29T09:00";

/// 20 days before the day.
const BOUGHT: &str = "2026-12-02T17:00:00Z";

fn terms(cabin: Cabin, brand: FareBrand, party: Party) -> Terms {
    Terms { cabin, brand, party, bought_at: BOUGHT.parse().unwrap(), discount: None }
}

/// The price by the default tariff while nothing is sold.
fn price(
    bounds: &[Itinerary],
    cabin: Cabin,
    brand: FareBrand,
    party: Party,
    airports: &crate::airports::Airports,
) -> Result<Quote, FareError> {
    let terms = terms(cabin, brand, party);
    super::price(bounds, &terms, |leg| leg.untouched(cabin), airports, &Tariff::default())
}

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
    // In the lowest class, 78 % of $190.43.
    assert_eq!(one_way.fare_minor(), 14_900);
    assert_eq!(["US", "ZP", "AY", "XF"].map(|c| tax(&one_way, c)), [1_118, 520, 560, 450]);
    assert_eq!(one_way.total, Money::new(17_548, Currency::Usd));
    let stop = basic(&[over_new_york()], party(1, 0, 0));
    assert_eq!(stop.fare_minor(), one_way.fare_minor(), "a through fare is that of the market");
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
    assert_eq!(fares, [(Adt, 14_900, 2), (Chd, 11_200, 1), (Inf, 1_500, 1)]);
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

/// A tariff of these lines beside the default.
fn filed(lines: &[&str]) -> Tariff {
    Tariff::parse(&format!("{}\n{}\n", HEADER.join(","), lines.join("\n")), &few()).unwrap()
}

fn class(letter: &str) -> BookingClass {
    BookingClass::parse(letter).unwrap()
}

fn sold_at(bounds: &[Itinerary], bought: &str, tariff: &Tariff) -> Quote {
    sold(bounds, bought, tariff, |leg| leg.untouched(Cabin::Economy), party(1, 0, 0))
}

fn sold(
    bounds: &[Itinerary],
    bought: &str,
    tariff: &Tariff,
    left: impl Fn(&Departure) -> ClassesLeft,
    party: Party,
) -> Quote {
    let terms = Terms {
        bought_at: bought.parse::<Timestamp>().unwrap(),
        ..terms(Cabin::Economy, FareBrand::Basic, party)
    };
    super::price(bounds, &terms, left, &few(), tariff).unwrap()
}

fn basis(quote: &Quote) -> Vec<&str> {
    quote.whys.iter().map(|why| why.basis.as_str()).collect()
}

const SALE: &str = "BOS,LAX,both,*,K,KSALE21,basic,either,USD,109.00,,,,,21,,,,75,10";

#[test]
fn a_fare_is_bought_in_time_by_the_clocks_where_its_flight_starts() {
    let tariff = filed(&[SALE]);
    let bounds = [direct("BOS-LAX", DAY)];
    // 1 December until 04:59 at UTC: five hours behind in Boston.
    let in_time = sold_at(&bounds, "2026-12-02T04:59:00Z", &tariff);
    assert_eq!((basis(&in_time), in_time.fare_minor()), (vec!["KSALE21"], 10_900));
    let told = in_time.whys[0].sentences(in_time.currency);
    assert!(told.contains(&"Bought 21 days ahead; it asks for 21.".to_owned()), "{told:?}");
    let late = sold_at(&bounds, "2026-12-02T05:00:00Z", &tariff);
    assert_eq!(basis(&late), ["K14B"]);
    assert_eq!(late.whys[0].passed_over[0].why, NotMet::BoughtLate { days_ahead: 20, asks: 21 });
    let told = late.whys[0].sentences(late.currency).join(" ");
    assert!(
        told.contains("Not KSALE21 for BOS–LAX at $109.00: bought 20 days ahead, asks for 21."),
        "{told}"
    );
}

#[test]
fn a_fare_of_other_weekdays_is_passed_over() {
    let tuesdays = filed(&["BOS,LAX,one,*,K,KTUE,basic,either,USD,99.00,,,,,,2,,,75,10"]);
    assert_eq!(basis(&sold_at(&[direct("BOS-LAX", DAY)], BOUGHT, &tuesdays)), ["KTUE"]);
    let wednesday = sold_at(&[direct("BOS-LAX", "2026-12-23T09:00")], BOUGHT, &tuesdays);
    assert!(matches!(wednesday.whys[0].passed_over[0].why, NotMet::WrongDay { .. }));
    assert_eq!(basis(&sold_at(&[direct("LAX-BOS", DAY)], BOUGHT, &tuesdays)), ["K14B"], "one direction");
}

#[test]
fn a_fare_for_returns_asks_for_the_way_back_and_its_saturday() {
    let saturday = filed(&["NYC,PAR,both,*,K,KXSAT,basic,either,USD,150.00,,,,,,,,yes,75,10"]);
    let out = || direct("JFK-CDG", DAY);
    assert_eq!(basis(&sold_at(&[out()], BOUGHT, &saturday)), ["K14B"]);
    let home = |day: &str| direct("CDG-EWR", &format!("2026-12-{day}T09:00"));
    assert_eq!(
        basis(&sold_at(&[out(), home("29")], BOUGHT, &saturday)),
        ["KXSAT", "KXSAT"],
        "another airport of the city"
    );
    assert_eq!(basis(&sold_at(&[out(), home("25")], BOUGHT, &saturday)), ["K14B", "K14B"]);
    let elsewhere = [out(), direct("GRU-JFK", "2026-12-29T09:00")];
    assert_eq!(basis(&sold_at(&elsewhere, BOUGHT, &saturday)), ["K14B", "K14B"]);
}

#[test]
fn a_through_fare_need_not_be_the_sum_and_the_cheaper_is_sold() {
    let sectors = [
        "BOS,JFK,both,*,K,KBOSNY,basic,sector,USD,20.00,,,,,,,,,75,10",
        "JFK,LAX,both,*,Q,QNYLAX,basic,sector,USD,60.00,,,,,,,,,75,10",
    ];
    let through = "BOS,LAX,both,B6,M,MTHRU,basic,through,USD,75.00,,,,,,,,,75,10";
    let by_sectors = sold_at(&[over_new_york()], BOUGHT, &filed(&sectors));
    assert_eq!((basis(&by_sectors), by_sectors.fare_minor()), (vec!["KBOSNY", "QNYLAX"], 8_000));
    assert_eq!(by_sectors.classes, [class("K"), class("Q")]);
    let all = filed(&[sectors[0], sectors[1], through]);
    let whole = sold_at(&[over_new_york()], BOUGHT, &all);
    assert_eq!((basis(&whole), whole.fare_minor()), (vec!["MTHRU"], 7_500));
    assert_eq!(whole.classes, [class("M"), class("M")]);
    // Its class must be open on every leg: on one it is not, and the sum is sold with a word on what was missed.
    let left = |leg: &Departure| {
        let closed = leg.origin == code("JFK");
        ClassesLeft::new(Cabin::Economy, 100, |one| if closed && one == class("M") { 0 } else { 100 })
    };
    let other = sold(&[over_new_york()], BOUGHT, &filed(&[sectors[0], through]), left, party(1, 0, 0));
    assert!(
        other.whys.iter().any(|why| why.passed_over.iter().any(|passed| passed.basis.as_str() == "MTHRU"))
    );
    assert!(!basis(&other).contains(&"MTHRU"));
    let mixed = itinerary(&[("B61", "BOS-JFK", DAY, 75), ("DL2", "JFK-LAX", "2026-12-22T11:30", 380)]);
    assert_eq!(basis(&sold_at(&[mixed], BOUGHT, &all)), ["KBOSNY", "QNYLAX"], "filed for B6 alone");
}

#[test]
fn a_closed_class_leaves_the_next_fare_and_says_so() {
    let left =
        |_: &Departure| ClassesLeft::new(Cabin::Economy, 50, |one| if one == class("K") { 2 } else { 50 });
    let bounds = [direct("BOS-LAX", DAY)];
    assert_eq!(basis(&sold(&bounds, BOUGHT, &Tariff::default(), left, party(2, 0, 0))), ["K14B"]);
    let three = sold(&bounds, BOUGHT, &Tariff::default(), left, party(2, 1, 1));
    assert_eq!(basis(&three), ["Q07B"]);
    let flight = "B61".parse().unwrap();
    let closed = NotMet::Closed { class: class("K"), flight, left: 2, seats: 3 };
    assert_eq!(three.whys[0].passed_over[0].why, closed);
    let terms = terms(Cabin::Economy, FareBrand::Basic, party(3, 0, 0));
    let full = |_: &Departure| ClassesLeft::new(Cabin::Economy, 2, |_| 2);
    assert!(matches!(
        super::price(&bounds, &terms, full, &few(), &Tariff::default()),
        Err(FareError::NoneOpen { .. })
    ));
}

#[test]
fn what_is_filed_in_another_currency_is_sold_rounded_up_to_a_whole_unit() {
    let yen = filed(&["BOS,LAX,both,*,K,KYEN,basic,either,JPY,12345,,,,,,,,,50,10"]);
    let quote =
        sold(&[direct("BOS-LAX", DAY)], BOUGHT, &yen, |leg| leg.untouched(Cabin::Economy), party(1, 1, 1));
    // 12,345 yen are $82.30; a child's half is 6,200 yen in whole hundreds, $41.33; an infant's 1,300, $8.67.
    let fares: Vec<i64> =
        quote.lines.iter().filter(|l| l.kind == LineKind::Fare).map(|l| l.amount_minor).collect();
    assert_eq!(fares, [8_300, 4_200, 900]);
    let euros = filed(&["CDG,JFK,both,*,K,KEUR,basic,either,EUR,99.50,,,,,,,,,50,10"]);
    let own = sold_at(&[direct("CDG-JFK", DAY)], BOUGHT, &euros);
    assert_eq!((own.currency, own.fare_minor()), (Currency::Eur, 9_950), "sold as filed");
    let back = sold_at(&[direct("JFK-CDG", DAY)], BOUGHT, &euros);
    assert_eq!((back.currency, back.fare_minor()), (Currency::Usd, 11_400));
    assert!(back.whys[0].sentences(back.currency)[0].contains("at €99.50, which is $114.00"));
}

proptest! {
    #[test]
    fn the_total_is_the_sum_of_what_is_shown(
        routes in proptest::collection::vec(prop_oneof![
            Just("BOS-LAX"), Just("JFK-CDG"), Just("CDG-JFK"), Just("SYD-LAX"), Just("LGA-ATL"), Just("GRU-JFK"),
        ], 1..=6),
        adults in 1..5u8, children in 0..4u8, infants in 0..2u8,
        brand in prop_oneof![Just(FareBrand::Basic), Just(FareBrand::Standard), Just(FareBrand::Flex)],
        cabin in prop_oneof![Just(Cabin::Economy), Just(Cabin::First)],
    ) {
        let bounds: Vec<Itinerary> = routes
            .iter()
            .zip(["22", "23", "24", "25", "26", "27"])
            .map(|(route, day)| direct(route, &format!("2026-12-{day}T09:00")))
            .collect();
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

    #[test]
    fn a_price_never_falls_as_places_go_and_its_reasons_add_up(
        lefts in proptest::collection::vec(proptest::collection::vec(0..6u16, 5), 3),
        fewer in proptest::collection::vec(proptest::collection::vec(0..6u16, 5), 3),
        adults in 1..4u8, children in 0..3u8,
    ) {
        let tariff = filed(&[
            SALE,
            "BOS,JFK,both,*,Q,QBOSNY,basic,sector,USD,20.00,,,,,,,,,75,10",
            "JFK,LAX,both,B6,M,MNYLAX,basic,sector,JPY,15000,,,,,,,,,75,10",
            "BOS,LAX,both,B6,B,BTHRU,basic,through,USD,90.00,,,,,,,,,75,10",
        ]);
        let bounds = [over_new_york(), direct("LAX-BOS", LATER)];
        let price = |of: &dyn Fn(usize, usize) -> u16| {
            let left = |leg: &Departure| {
                let number = ["BOS", "JFK", "LAX"].iter().position(|from| code(from) == leg.origin).unwrap();
                ClassesLeft::new(Cabin::Economy, 20, |one| of(number, one.rung()))
            };
            let terms = terms(Cabin::Economy, FareBrand::Basic, party(adults, children, 0));
            super::price(&bounds, &terms, left, &few(), &tariff).ok()
        };
        let more = price(&|leg, rung| lefts[leg][rung]);
        let less = price(&|leg, rung| lefts[leg][rung].min(fewer[leg][rung]));
        match (&more, &less) {
            (Some(more), Some(less)) => prop_assert!(less.total.minor >= more.total.minor),
            (more, less) => prop_assert!(less.is_none(), "{:?} {:?}", more, less),
        }
        if let Some(quote) = &less {
            let adult: i64 = quote.whys.iter().map(|why| why.adult_minor).sum();
            let fares = quote.lines.iter().filter(|l| l.kind == LineKind::Fare);
            let adults_fares = fares.filter(|l| l.traveller_kind == TravellerKind::Adt);
            prop_assert_eq!(adult, adults_fares.map(|l| l.amount_minor).sum::<i64>());
            prop_assert_eq!(quote.classes.len(), 3);
            for why in &quote.whys {
                prop_assert!(why.passed_over.iter().all(|passed| !passed.why.phrase().is_empty()));
            }
        }
    }
}
