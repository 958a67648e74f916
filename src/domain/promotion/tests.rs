use jiff::{Timestamp, ToSpan as _, civil::date};

use super::{Discount, NotNow, Promotion, PromotionCode};
use crate::{
    fare::{Dates, FareBrand},
    money::{Currency, Money},
    traveller::TravellerKind::{Adt, Chd, Inf},
};

fn now() -> Timestamp {
    "2026-12-01T12:00:00Z".parse().unwrap()
}

fn promotion() -> Promotion {
    Promotion {
        code: PromotionCode::parse("summer26").unwrap(),
        discount: Discount::Percent(20),
        brands: vec![FareBrand::Standard, FareBrand::Flex],
        sold_from: now() - 1.hours(),
        sold_until: now() + 1.hours(),
        travel: Dates { from: Some(date(2026, 12, 10)), until: Some(date(2026, 12, 31)) },
        most_uses: 2,
        uses: 1,
        ended_at: None,
    }
}

#[test]
fn a_code_is_read_as_people_type_it_and_nothing_else_is_one() {
    assert_eq!(PromotionCode::parse(" Summer26 ").unwrap().as_str(), "SUMMER26");
    for wrong in ["", "AB", "A B C", "SUMMER-26", "É26", "ABCDEFGHIJKLMNOPQRSTU"] {
        assert!(PromotionCode::parse(wrong).is_err(), "{wrong:?}");
    }
}

#[test]
fn a_code_counts_in_its_time_and_as_often_as_it_may() {
    let promotion = promotion();
    assert_eq!(promotion.check(now()), Ok(()));
    assert_eq!(promotion.check(promotion.sold_from), Ok(()));
    assert_eq!(promotion.check(promotion.sold_until), Err(NotNow::Over));
    assert_eq!(promotion.check(now() - 2.hours()), Err(NotNow::NotYet(promotion.sold_from)));
    assert_eq!(Promotion { uses: 2, ..promotion.clone() }.check(now()), Err(NotNow::UsedUp));
    assert_eq!(Promotion { ended_at: Some(now()), ..promotion }.check(now()), Err(NotNow::Over));
}

#[test]
fn a_code_is_for_its_brands_and_for_trips_that_leave_within_its_dates() {
    let promotion = promotion();
    let counts =
        |brand, days: &[i8]| promotion.promoted(brand, days.iter().map(|day| date(2026, 12, *day))).is_some();
    assert!(counts(FareBrand::Flex, &[10, 31]) && !counts(FareBrand::Basic, &[10]));
    assert!(!counts(FareBrand::Flex, &[9, 12]), "each bound leaves within them");
    let for_all = Promotion { brands: vec![], travel: Dates::default(), ..promotion };
    assert!(for_all.promoted(FareBrand::Basic, [date(2027, 5, 1)].into_iter()).is_some());
}

#[test]
fn a_discount_is_rounded_once_and_never_takes_all() {
    assert_eq!(Discount::Percent(15).off_minor(Adt, 10_130, Currency::Usd), 1_520);
    assert_eq!(Discount::Percent(100).off_minor(Adt, 10_000, Currency::Usd), 9_000);
    let thirty = Discount::Each(Money::new(3_000, Currency::Usd));
    assert_eq!(thirty.off_minor(Chd, 10_000, Currency::Usd), 3_000);
    assert_eq!(thirty.off_minor(Adt, 2_000, Currency::Usd), 1_800);
    assert_eq!(thirty.off_minor(Inf, 10_000, Currency::Usd), 0);
    assert_eq!(thirty.off_minor(Adt, 10_000, Currency::Gbp), 0);
    assert_eq!([thirty, Discount::Percent(5)].map(Discount::words), ["$30 off", "5% off"]);
}
