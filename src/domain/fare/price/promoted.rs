//! What a promotion does to a price.

use proptest::prelude::*;

use crate::{
    airports::tests::few,
    cabin::Cabin,
    cancelling::coupon_values,
    departure::Departure,
    fare::{FareBrand, LineKind, Quote, Tariff, Terms},
    money::{Currency, Money},
    promotion::Discount,
    search::{Itinerary, tests::itinerary},
    traveller::{Party, TravellerKind},
};

fn price(
    bounds: &[Itinerary],
    (adults, children, infants): (u8, u8, u8),
    discount: Option<Discount>,
) -> Quote {
    let terms = Terms {
        cabin: Cabin::Economy,
        brand: FareBrand::Standard,
        party: Party::new(adults, children, infants).unwrap(),
        bought_at: "2026-12-02T17:00:00Z".parse().unwrap(),
        discount,
    };
    let left = |leg: &Departure| leg.untouched(Cabin::Economy);
    super::price(bounds, &terms, left, &few(), &Tariff::default()).unwrap()
}

fn there_and_back() -> [Itinerary; 2] {
    let out =
        itinerary(&[("B61", "BOS-JFK", "2026-12-22T09:00", 75), ("B62", "JFK-LAX", "2026-12-22T11:30", 380)]);
    [out, itinerary(&[("B63", "LAX-BOS", "2026-12-29T09:00", 320)])]
}

#[test]
fn a_promotion_is_a_line_of_its_own_and_the_excise_falls_with_it() {
    let bounds = [itinerary(&[("B61", "BOS-LAX", "2026-12-22T09:00", 380)])];
    let full = price(&bounds, (1, 0, 0), None);
    let less = price(&bounds, (1, 0, 0), Some(Discount::Percent(20)));
    let off_minor = full.fare_minor() / 5;
    let line = less.lines.iter().find(|line| line.label == "Promotion, 20% off").unwrap();
    assert_eq!((line.amount_minor, &line.kind), (-off_minor, &LineKind::Fare));
    assert_eq!(less.fare_minor(), full.fare_minor() - off_minor);
    let excise = |quote: &Quote| {
        quote.lines.iter().find(|line| line.kind == LineKind::Tax("US".into())).unwrap().amount_minor
    };
    assert_eq!(excise(&less), (less.fare_minor() * 75 + 500) / 1_000);
    assert_eq!(full.tax_minor() - less.tax_minor(), excise(&full) - excise(&less), "no other tax changes");
}

#[test]
fn money_off_is_for_everyone_with_a_seat_in_its_own_currency() {
    let thirty = |currency| Some(Discount::Each(Money::new(3_000, currency)));
    let full = price(&there_and_back(), (2, 1, 1), None);
    let less = price(&there_and_back(), (2, 1, 1), thirty(Currency::Usd));
    assert_eq!(full.fare_minor() - less.fare_minor(), 3 * 3_000);
    assert_eq!(price(&there_and_back(), (2, 1, 1), thirty(Currency::Gbp)), full);
}

proptest! {
    #[test]
    fn what_is_promoted_adds_up_and_no_coupon_is_worth_less_than_nothing(
        percent in 1..=90_u8, each in 1..50_000_i64, is_percent in any::<bool>(),
        adults in 1..4_u8, children in 0..3_u8, infant in any::<bool>(),
    ) {
        let discount = if is_percent {
            Discount::Percent(percent)
        } else {
            Discount::Each(Money::new(each, Currency::Usd))
        };
        let party = (adults, children, u8::from(infant));
        let (full, less) = (price(&there_and_back(), party, None), price(&there_and_back(), party, Some(discount)));
        prop_assert!(less.fare_minor() < full.fare_minor() && less.fare_minor() * 11 > full.fare_minor());
        prop_assert_eq!(&less.classes, &full.classes, "the same fares are sold");
        for (kind, minor) in &less.per_traveller {
            let values = coupon_values(&less, *kind, &[2, 1]);
            prop_assert_eq!(values.iter().map(|value| value.total_minor()).sum::<i64>(), *minor);
            prop_assert!(values.iter().all(|value| value.fare_minor > 0 && value.tax_minor >= 0));
            let fares: i64 = values.iter().map(|value| value.fare_minor).sum();
            let lines = full.lines.iter().filter(|line| line.traveller_kind == *kind && line.kind == LineKind::Fare);
            let full_minor: i64 = lines.map(|line| line.amount_minor).sum();
            prop_assert_eq!(fares, full_minor - discount.off_minor(*kind, full_minor, Currency::Usd));
        }
        prop_assert!(less.per_traveller.iter().any(|(kind, _)| *kind == TravellerKind::Adt));
    }
}
