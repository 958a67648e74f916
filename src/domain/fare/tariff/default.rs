use super::Market;
use crate::{
    cabin::{BookingClass, Cabin},
    fare::{
        Covers, FareBasis, FareBrand, FiledFare,
        exchange::{convert, of_country, round_fare},
        rules::Rules,
    },
    money::{Currency, Money},
};

/// What a fare costs before any distance is flown, in US cents.
const BASE_MINOR: i64 = 4_000;

/// US cents for ten kilometres, up to so many kilometres; the further, the cheaper each.
const BANDS: [(u32, i64); 3] = [(1_000, 45), (3_000, 35), (u32::MAX, 30)];

/// The default fares of a market, one for each class of the cabin: by the distance between its airports, for every
/// airline, filed in the currency of the country that it starts in, up to a whole unit (100 yen). They cover a single
/// leg or a whole bound; cheap classes are to be bought some days ahead.
pub(super) fn fares(market: &Market, cabin: Cabin, brand: FareBrand) -> impl Iterator<Item = FiledFare> {
    let currency = of_country(market.country);
    let usd_minor = (BASE_MINOR + distance_minor(market.km)) * cabin_percent(cabin) * brand_percent(brand);
    let (origin, destination) = (market.origin, market.destination);
    BookingClass::ladder(cabin).iter().zip(classes(cabin)).map(move |(class, (percent, advance_days))| {
        let minor = (usd_minor * percent + 999_999) / 1_000_000;
        FiledFare {
            origin,
            destination,
            carrier: None,
            class: *class,
            basis: FareBasis::of(*class, brand, *advance_days),
            brand,
            covers: Covers::Either,
            amount: Money::new(round_fare(convert(minor, Currency::Usd, currency)), currency),
            child_percent: 75,
            infant_percent: 10,
            rules: Rules { advance_days: *advance_days, ..Rules::NONE },
        }
    })
}

/// US cents for so many kilometres, each in the band it falls into.
fn distance_minor(km: u32) -> i64 {
    let mut from_km = 0;
    let mut tenths = 0;
    for (to_km, cents_ten_km) in BANDS {
        tenths += i64::from(km.min(to_km).saturating_sub(from_km)) * cents_ten_km;
        from_km = to_km;
    }
    tenths / 10
}

fn cabin_percent(cabin: Cabin) -> i64 {
    match cabin {
        Cabin::Economy => 100,
        Cabin::Premium => 160,
        Cabin::Business => 300,
        Cabin::First => 400,
    }
}

fn brand_percent(brand: FareBrand) -> i64 {
    match brand {
        FareBrand::Basic => 100,
        FareBrand::Standard => 116,
        FareBrand::Flex => 155,
    }
}

/// Of each class in the order of its ladder: the percentage of the cabin's own price, and how many days ahead it is to be
/// bought.
fn classes(cabin: Cabin) -> &'static [(i64, u16)] {
    match cabin {
        Cabin::Economy => &[(190, 0), (130, 0), (100, 3), (88, 7), (78, 14)],
        Cabin::Premium => &[(115, 0), (95, 7)],
        Cabin::Business => &[(125, 0), (100, 3), (85, 14)],
        Cabin::First => &[(110, 0), (95, 7)],
    }
}

#[cfg(test)]
mod tests {
    use super::{Market, classes, fares};
    use crate::{
        airports::tests::{code, few},
        cabin::{BookingClass, Cabin},
        fare::FareBrand,
    };

    #[test]
    fn every_pair_has_a_fare_in_every_class_and_a_lower_class_is_never_dearer() {
        let airports = few();
        for (from, to) in [("BOS", "LAX"), ("SYD", "LAX"), ("JFK", "LGA"), ("CDG", "JFK")] {
            let (origin, destination) = (code(from), code(to));
            let km = airports.distance_km(origin, destination).unwrap();
            let country = airports.get(origin).unwrap().country;
            let market = Market { origin, destination, km, country, carrier: None };
            for cabin in Cabin::ALL {
                for brand in FareBrand::ALL {
                    let filed: Vec<_> = fares(&market, cabin, brand).collect();
                    assert_eq!(filed.len(), BookingClass::ladder(cabin).len());
                    assert_eq!(filed.len(), classes(cabin).len());
                    assert!(filed.is_sorted_by(|a, b| a.amount.minor >= b.amount.minor), "{filed:?}");
                }
            }
        }
    }
}
