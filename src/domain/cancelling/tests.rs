use jiff::{SignedDuration, Timestamp};
use proptest::{collection::vec, prelude::*};

use super::{Cause, Coupon, CouponKey, CouponValue, FreeDay, Refusal, Why, coupon_values, settle};
use crate::{
    airports::tests::few,
    cabin::Cabin,
    coupon::CouponState,
    fare::{self, FareBrand, LineKind, Quote, QuoteLine},
    money::{Currency, Money},
    search::tests::itinerary,
    ticket::TicketNumber,
    traveller::{Party, TravellerKind},
};

const BOUGHT: Timestamp = Timestamp::UNIX_EPOCH;
const VALUE: CouponValue = CouponValue { fare_minor: 10_000, tax_minor: 1_500, seat_minor: 3_900 };

fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}

fn key(traveller: u64, leg: u8) -> CouponKey {
    CouponKey { ticket: TicketNumber::demo(traveller).unwrap(), leg }
}

/// Travellers of these kinds on two legs, which leave ten and eleven days after the purchase.
fn booking(kinds: &[TravellerKind]) -> Vec<Coupon> {
    let traveller = |(i, kind): (usize, &TravellerKind)| {
        let kind = *kind;
        [0, 1].map(|leg| Coupon {
            key: key(i as u64, leg),
            kind,
            state: CouponState::Open,
            departs_at: BOUGHT + hours(240 + 24 * i64::from(leg)),
            called_off: false,
            is_stranded: false,
            value: VALUE,
            refundable: false,
        })
    };
    kinds.iter().enumerate().flat_map(traveller).collect()
}

fn one() -> Vec<Coupon> {
    booking(&[TravellerKind::Adt])
}

fn asked(coupons: &[Coupon], chosen: &[CouponKey], after: SignedDuration) -> Result<(i64, Why), Refusal> {
    let settled = settle(coupons, chosen, Cause::Traveller, BOUGHT, BOUGHT + after)?;
    assert_eq!(settled.refund_minor() + settled.kept_minor(), settled.value_minor());
    Ok((settled.refund_minor(), settled.shares[0].why))
}

#[test]
fn a_fare_that_is_not_refundable_gives_back_the_taxes_alone() {
    assert_eq!(asked(&one(), &[key(0, 0)], hours(48)), Ok((1_500, Why::TaxesAlone)));
}

#[test]
fn a_refundable_fare_gives_everything_back() {
    let mut coupons = one();
    for coupon in &mut coupons {
        coupon.refundable = true;
    }
    assert_eq!(asked(&coupons, &[key(0, 0), key(0, 1)], hours(48)), Ok((30_800, Why::Refundable)));
}

#[test]
fn whoever_bought_a_week_ahead_may_change_their_mind_for_a_day() {
    assert_eq!(asked(&one(), &[key(0, 0)], hours(24)), Ok((15_400, Why::FreeDay)));
    let late = hours(24) + SignedDuration::from_secs(1);
    assert_eq!(asked(&one(), &[key(0, 0)], late), Ok((1_500, Why::TaxesAlone)));
    let bought = |ahead| FreeDay { bought_at: BOUGHT, first_departs_at: BOUGHT + ahead };
    assert!(bought(hours(168)).is_on(BOUGHT + hours(24)), "the week is counted to the purchase");
    assert!(!bought(hours(168) - SignedDuration::from_secs(1)).is_on(BOUGHT));
}

#[test]
fn what_the_airline_calls_off_comes_back_whole_even_after_the_time_of_departure() {
    let mut coupons = one();
    coupons[0].called_off = true;
    let late = BOUGHT + hours(241);
    assert_eq!(asked(&coupons, &[key(0, 0)], hours(241)), Ok((15_400, Why::CalledOff)));
    let settled = settle(&coupons, &[key(0, 0), key(0, 1)], Cause::Airline, BOUGHT, late).unwrap();
    assert_eq!(settled.refund_minor(), 30_800);
}

#[test]
fn who_could_not_be_charged_gets_nothing_back() {
    let settled = settle(&one(), &[key(0, 0)], Cause::Unpaid, BOUGHT, BOUGHT + hours(500)).unwrap();
    assert_eq!(settled.refund_minor(), 0);
}

#[test]
fn what_has_left_was_flown_or_is_cancelled_cannot_be_given_back() {
    assert_eq!(asked(&one(), &[key(0, 0)], hours(240)), Err(Refusal::Left(key(0, 0))));
    let mut coupons = one();
    coupons[0].state = CouponState::Flown;
    coupons[1].state = CouponState::Cancelled;
    assert_eq!(asked(&coupons, &[key(0, 0)], hours(1)), Err(Refusal::Flown(key(0, 0))));
    assert_eq!(asked(&coupons, &[key(0, 1)], hours(1)), Err(Refusal::AlreadyCancelled(key(0, 1))));
    assert_eq!(asked(&coupons, &[key(9, 0)], hours(1)), Err(Refusal::Unknown(key(9, 0))));
    assert_eq!(asked(&coupons, &[], hours(1)), Err(Refusal::Nothing));
}

#[test]
fn the_same_coupon_named_twice_is_given_back_once() {
    assert_eq!(asked(&one(), &[key(0, 0), key(0, 0)], hours(48)), Ok((1_500, Why::TaxesAlone)));
}

#[test]
fn no_infant_stays_without_an_adult_and_no_child_stays_alone() {
    use TravellerKind::{Adt, Chd, Inf};
    let family = booking(&[Adt, Adt, Chd, Inf]);
    let refused = |coupons: &[Coupon], chosen: &[CouponKey]| asked(coupons, chosen, hours(1)).err();
    assert_eq!(refused(&family, &[key(0, 1)]), None, "the other adult is there");
    assert_eq!(refused(&family, &[key(0, 1), key(1, 1), key(3, 1)]), Some(Refusal::ChildAlone(1)));
    assert_eq!(refused(&family, &[key(0, 1), key(1, 1), key(2, 1)]), Some(Refusal::InfantWithoutAdult(1)));
    assert_eq!(refused(&family, &[0, 1, 2, 3].map(|i| key(i, 1))), None);
    let two_infants = booking(&[Adt, Adt, Inf, Inf]);
    assert_eq!(refused(&two_infants, &[key(0, 0)]), Some(Refusal::InfantWithoutAdult(0)));
}

#[test]
fn a_coupon_key_survives_a_form() {
    let key = key(2_400_000_317, 1);
    assert_eq!(key.to_string(), "0002400000317-1");
    assert_eq!(key.to_string().parse(), Ok(key));
    for wrong in ["", "0002400000317", "0002400000317-", "0002400000317-256", "2400000317-1"] {
        assert!(wrong.parse::<CouponKey>().is_err(), "{wrong}");
    }
}

#[test]
fn taxes_belong_to_the_bound_that_brings_them_about() {
    let out =
        itinerary(&[("B61", "BOS-JFK", "2026-12-22T09:00", 75), ("B62", "JFK-LAX", "2026-12-22T11:30", 380)]);
    let back = itinerary(&[("B63", "LAX-BOS", "2026-12-29T09:00", 320)]);
    let party = Party::new(1, 0, 1).unwrap();
    let terms = fare::Terms {
        cabin: Cabin::Economy,
        brand: FareBrand::Basic,
        party,
        bought_at: "2026-12-02T17:00:00Z".parse().unwrap(),
        discount: None,
    };
    let left = |leg: &crate::departure::Departure| leg.untouched(Cabin::Economy);
    let quote = fare::price(&[out, back], &terms, left, &few(), &fare::Tariff::default()).unwrap();
    let values = coupon_values(&quote, TravellerKind::Adt, &[2, 1]);
    let of = |label: &str| {
        let is = |l: &&QuoteLine| l.traveller_kind == TravellerKind::Adt && l.label == label;
        quote.lines.iter().find(is).map(|l| l.amount_minor).unwrap()
    };
    assert_eq!(values[0].fare_minor + values[1].fare_minor, of("Fare, BOS to LAX"));
    assert_eq!(values[2].fare_minor, of("Fare, LAX to BOS"));
    // One flight, one start and one boarding, besides its part of the tax on the fare.
    let excise = values[2].tax_minor - 520 - 560 - 450;
    assert!((excise - values[2].fare_minor * 75 / 1_000).abs() <= 1, "{excise}");
    assert_eq!(values.iter().map(|v| v.total_minor()).sum::<i64>(), quote.per_traveller[0].1);
}

fn quote(lines: Vec<(bool, i64, Vec<i64>)>) -> Quote {
    let line = |(is_fare, amount_minor, bounds_minor)| QuoteLine {
        label: String::new(),
        amount_minor,
        bounds_minor,
        kind: if is_fare { LineKind::Fare } else { LineKind::Tax("XX".into()) },
        traveller_kind: TravellerKind::Adt,
        quantity: 1,
        fare: None,
    };
    let lines: Vec<QuoteLine> = lines.into_iter().map(line).collect();
    let total = lines.iter().map(QuoteLine::total_minor).sum();
    Quote {
        currency: Currency::Usd,
        per_traveller: vec![(TravellerKind::Adt, total)],
        total: Money::new(total, Currency::Usd),
        classes: Vec::new(),
        whys: Vec::new(),
        lines,
    }
}

proptest! {
    #[test]
    fn the_values_of_a_tickets_coupons_add_up_to_its_price(
        legs in vec(1_usize..4, 1..3),
        lines in vec((any::<bool>(), 0_i64..10_000_000, vec(0_i64..100_000, 0..3)), 0..8),
    ) {
        let quote = quote(lines);
        let values = coupon_values(&quote, TravellerKind::Adt, &legs);
        prop_assert_eq!(values.len(), legs.iter().sum::<usize>());
        prop_assert_eq!(values.iter().map(|v| v.total_minor()).sum::<i64>(), quote.total.minor);
        prop_assert!(values.iter().all(|v| v.fare_minor >= 0 && v.tax_minor >= 0));
    }

    #[test]
    fn what_comes_back_is_never_more_than_what_was_paid(
        fares in vec((0_i64..1_000_000, 0_i64..1_000_000, any::<bool>(), any::<bool>()), 2..8),
        after_hours in 0_i64..300,
        chosen in any::<u8>(),
    ) {
        let mut coupons = booking(&vec![TravellerKind::Adt; fares.len()]);
        for (coupon, (fare_minor, tax_minor, called_off, refundable)) in coupons.iter_mut().zip(fares) {
            coupon.value = CouponValue { fare_minor, tax_minor, seat_minor: 0 };
            (coupon.called_off, coupon.refundable) = (called_off, refundable);
        }
        let keys: Vec<CouponKey> = coupons
            .iter()
            .enumerate()
            .filter(|(i, _)| chosen >> (i % 8) & 1 == 1)
            .map(|(_, coupon)| coupon.key)
            .collect();
        if let Ok(settled) = settle(&coupons, &keys, Cause::Traveller, BOUGHT, BOUGHT + hours(after_hours)) {
            prop_assert!(settled.shares.iter().all(|s| (0..=s.value.total_minor()).contains(&s.refund_minor)));
            prop_assert!(settled.shares.iter().all(|s| s.refund_minor >= s.value.tax_minor));
        }
    }
}
