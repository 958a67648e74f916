//! Taxes and fees of a trip, by country, each with its source and the year of its rate.
//!
//! Left out, so that a quote is honest about what it is: taxes of countries not named here, airports' own service
//! charges outside the US, the rules for Alaska and Hawaii, the 225-mile zone and rural airports, the exemptions of
//! arrivals from neighbouring countries, and stopovers of a day (a connection of our search is none).

use super::{
    exchange::convert,
    journey::{BoundCountries, Journey},
};
use crate::{
    cabin::Cabin,
    money::{Currency, Money, split},
    traveller::TravellerKind,
};

/// A tax for one traveller, in the currency that its law names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tax {
    pub name: &'static str,
    /// As on tickets.
    pub code: &'static str,
    pub amount: Money,
    /// How much of it each bound brings about.
    pub bounds_minor: Vec<i64>,
}

impl Tax {
    fn new(name: &'static str, code: &'static str, bounds_minor: Vec<i64>, currency: Currency) -> Self {
        Self { name, code, amount: Money::new(bounds_minor.iter().sum(), currency), bounds_minor }
    }
}

/// What one traveller of a kind pays besides the fares of the bounds, which are in the quote's currency; taxes that come
/// to nothing are left out.
pub fn taxes(
    journey: &Journey,
    cabin: Cabin,
    kind: TravellerKind,
    fares_minor: &[i64],
    currency: Currency,
) -> Vec<Tax> {
    let mut taxes = united_states(journey, kind, fares_minor, currency);
    taxes.push(united_kingdom(journey, cabin, kind));
    taxes.push(canada(journey, kind));
    taxes.push(australia(journey, kind));
    taxes.push(japan(journey, kind));
    taxes.retain(|tax| tax.amount.minor > 0);
    taxes
}

/// What taxes come to for one traveller besides the one that grows with the fares, and whether that one is due.
#[derive(Clone, Copy, Debug)]
pub struct FixedTaxes {
    pub minor: i64,
    pub excise: bool,
}

/// The sum of [`taxes`] that does not hang on the fares, in the quote's currency.
pub fn fixed_taxes(journey: &Journey, cabin: Cabin, kind: TravellerKind, currency: Currency) -> FixedTaxes {
    let of_nothing = taxes(journey, cabin, kind, &vec![0; journey.bounds()], currency);
    let minor = of_nothing.iter().map(|tax| convert(tax.amount.minor, tax.amount.currency, currency)).sum();
    FixedTaxes { minor, excise: journey.is_within("US") }
}

/// 7.5 % of all fares of one traveller.
pub fn excise_minor(fares_minor: i64) -> i64 {
    (fares_minor * 75 + 500) / 1_000
}

/// - Excise tax of 7.5 % of the fare and segment tax of $5.20 a flight, on trips inside the country; $22.90 for each
///   international departure and arrival: 26 U.S.C. 4261 (a) to (c), Rev. Proc. 2024-40, rates of 2025.
/// - September 11 security fee, $5.60 for each bound that starts in the US, at most $11.20 a round trip: 49 U.S.C.
///   44940, 49 CFR 1510.5, rate since 2014.
/// - Passenger facility charge, $4.50 for each of the first two boardings of a bound, of a round trip for the first two
///   and the last two: 49 U.S.C. 40117, 14 CFR 158.9 and 158.45(c), rate since 2001; nearly all airports with airline
///   service ask for the full amount.
/// - On arrival from abroad: immigration inspection $7.00 (8 U.S.C. 1356, rate since 2001), customs inspection $7.39
///   (19 CFR 24.22(g), from October 2025), agricultural inspection $3.98 (7 CFR 354.3(f), from October 2026).
///
/// Infants on laps pay neither the security fee nor the facility charge here, as they take no seat.
fn united_states(
    journey: &Journey,
    kind: TravellerKind,
    fares_minor: &[i64],
    currency: Currency,
) -> Vec<Tax> {
    const US: &str = "US";
    let usd = |name, code, each_minor: i64, counts: &[i64]| {
        let bounds_minor = counts.iter().map(|count| each_minor * count).collect();
        Tax::new(name, code, bounds_minor, Currency::Usd)
    };
    let departures = journey.each(|b| b.departures_abroad_from(US));
    let arrivals = journey.each(|b| b.arrivals_from_abroad_in(US));
    let mut taxes = Vec::new();
    if journey.is_within(US) {
        let excise_minor = excise_minor(fares_minor.iter().sum());
        let bounds_minor = split(excise_minor, fares_minor);
        taxes.push(Tax::new("US transportation tax, 7.5 %", "US", bounds_minor, currency));
        taxes.push(usd("US flight segment tax", "ZP", 520, &journey.each(|b| b.departures_in(US))));
    }
    taxes.push(usd("US international departure tax", "US", 2_290, &departures));
    taxes.push(usd("US international arrival tax", "US", 2_290, &arrivals));
    if kind.takes_seat() {
        let round_trips = journey.round_trips();
        let mut starts = journey.each(|b| i64::from(b.starts_in(US)));
        let mut boardings = journey.each(|b| b.departures_in(US).min(2));
        for trip in round_trips {
            first_and_last(&mut starts[trip.clone()], 2, 0);
            first_and_last(&mut boardings[trip], 2, 2);
        }
        taxes.push(usd("September 11 security fee", "AY", 560, &starts));
        taxes.push(usd("Passenger facility charge", "XF", 450, &boardings));
    }
    taxes.push(usd("US immigration user fee", "XY", 700, &arrivals));
    taxes.push(usd("US customs user fee", "YC", 739, &arrivals));
    taxes.push(usd("US agricultural inspection fee", "XA", 398, &arrivals));
    taxes
}

/// Of what is counted bound by bound, leaves the first so many and the last so many.
fn first_and_last(counts: &mut [i64], first: i64, last: i64) {
    let all: i64 = counts.iter().sum();
    let mut before = 0;
    for count in counts {
        let kept = (before..before + *count).filter(|place| *place < first || *place >= all - last).count();
        before += *count;
        *count = i64::try_from(kept).unwrap_or_default();
    }
}

/// Air Passenger Duty of each bound that starts in the UK, Finance Act 1994 sections 28 to 31, rates from 1 April 2026:
/// domestic £8, up to 2,000 miles £15, up to 5,500 miles £102, beyond £106; in a cabin above the lowest £16, £32, £244
/// and £253. The law counts from London to the destination's capital; we count between the airports. Children under 16
/// are exempt in the lowest cabin, those under two without a seat in every one.
fn united_kingdom(journey: &Journey, cabin: Cabin, kind: TravellerKind) -> Tax {
    const BAND_A_KM: u32 = 3_219;
    const BAND_B_KM: u32 = 8_851;
    let lowest = cabin == Cabin::Economy;
    let exempt = match kind {
        TravellerKind::Adt => false,
        TravellerKind::Chd => lowest,
        TravellerKind::Inf => true,
    };
    let duty_minor = |bound: &BoundCountries| {
        let (reduced, standard) = match bound.distance_km {
            _ if exempt || !bound.starts_in("GB") => (0, 0),
            _ if !bound.leaves("GB") => (800, 1_600),
            km if km <= BAND_A_KM => (1_500, 3_200),
            km if km <= BAND_B_KM => (10_200, 24_400),
            _ => (10_600, 25_300),
        };
        if lowest { reduced } else { standard }
    };
    Tax::new("UK air passenger duty", "GB", journey.each(duty_minor), Currency::Gbp)
}

/// Air Travellers Security Charge of each bound that starts in Canada, S.C. 2002, c. 9, rates from 1 May 2024: $9.94
/// inside the country (tax on it included), $16.89 to the US, $34.42 elsewhere; infants without a seat are exempt.
fn canada(journey: &Journey, kind: TravellerKind) -> Tax {
    let charge_minor = |bound: &BoundCountries| match bound.destination().as_str() {
        _ if !kind.takes_seat() || !bound.starts_in("CA") => 0,
        "CA" => 994,
        "US" => 1_689,
        _ => 3_442,
    };
    Tax::new("Canadian security charge", "CA", journey.each(charge_minor), Currency::Cad)
}

/// Passenger Movement Charge for each bound out of Australia, Act of 1978, $70 from 1 July 2024; none under twelve.
fn australia(journey: &Journey, kind: TravellerKind) -> Tax {
    let pays = kind == TravellerKind::Adt;
    let bounds_minor = journey.each(|b| 7_000 * i64::from(pays && b.leaves("AU")));
    Tax::new("Australian passenger movement charge", "AU", bounds_minor, Currency::Aud)
}

/// International Tourist Tax for each bound out of Japan, Act No. 16 of 2018, ¥1,000 from January 2019; none under two.
fn japan(journey: &Journey, kind: TravellerKind) -> Tax {
    let bounds_minor = journey.each(|b| 1_000 * i64::from(kind.takes_seat() && b.leaves("JP")));
    Tax::new("Japanese international tourist tax", "TK", bounds_minor, Currency::Jpy)
}

#[cfg(test)]
mod tests {
    use super::{Journey, taxes};
    use crate::{
        airports::Airports,
        cabin::Cabin,
        money::Currency,
        search::{Itinerary, tests::departure},
        traveller::TravellerKind,
    };

    const ABROAD: &str = "code,name,city,country,latitude,longitude,zone,city_code
LHR,Heathrow,London,GB,51.4706,-0.461941,Europe/London,LON
EDI,Edinburgh,Edinburgh,GB,55.9500,-3.3725,Europe/London,
JFK,John F Kennedy International,New York,US,40.639801,-73.7789,America/New_York,NYC
NRT,Narita International,Tokyo,JP,35.7647,140.386,Asia/Tokyo,TYO
CDG,Charles de Gaulle,Paris,FR,49.0128,2.55,Europe/Paris,PAR
YYZ,Lester B. Pearson International,Toronto,CA,43.6772,-79.6306,America/Toronto,YTO
YVR,Vancouver International,Vancouver,CA,49.1939,-123.184,America/Vancouver,
";

    /// What a traveller pays of one tax on a direct flight, in the currency of the law.
    fn one(route: &str, code: &str, cabin: Cabin, kind: TravellerKind) -> i64 {
        let airports = Airports::parse(ABROAD).unwrap();
        let flight = departure(&airports, "B61", route, "2026-12-22T09:00", 300);
        let bounds = [Itinerary::new(vec![flight]).unwrap()];
        let journey = Journey::of(&bounds, &airports).unwrap();
        let found = taxes(&journey, cabin, kind, &[10_000], Currency::Usd);
        found.iter().filter(|t| t.code == code).map(|t| t.amount.minor).sum()
    }

    #[test]
    fn uk_duty_grows_with_distance_and_cabin() {
        use TravellerKind::{Adt, Chd, Inf};
        let duty = |route, cabin, kind| one(route, "GB", cabin, kind);
        for (route, economy, business) in [
            ("EDI-LHR", 800, 1_600),
            ("LHR-CDG", 1_500, 3_200),
            ("LHR-JFK", 10_200, 24_400),
            ("LHR-NRT", 10_600, 25_300),
            ("JFK-LHR", 0, 0),
        ] {
            assert_eq!(duty(route, Cabin::Economy, Adt), economy, "{route}");
            assert_eq!(duty(route, Cabin::Business, Adt), business, "{route}");
            assert_eq!(duty(route, Cabin::Economy, Chd), 0, "{route}");
            assert_eq!(duty(route, Cabin::Business, Chd), business, "{route}");
            assert_eq!(duty(route, Cabin::Business, Inf), 0, "{route}");
        }
    }

    #[test]
    fn canada_charges_by_where_one_flies_to() {
        let charge = |route| one(route, "CA", Cabin::Economy, TravellerKind::Adt);
        let charges = ["YYZ-YVR", "YYZ-JFK", "YYZ-CDG", "JFK-YYZ"].map(charge);
        assert_eq!(charges, [994, 1_689, 3_442, 0]);
        assert_eq!(one("YYZ-YVR", "CA", Cabin::Economy, TravellerKind::Inf), 0);
    }

    #[test]
    fn leaving_japan_is_taxed_from_the_age_of_two() {
        let tax = |route, kind| one(route, "TK", Cabin::Economy, kind);
        assert_eq!(tax("NRT-LHR", TravellerKind::Chd), 1_000);
        assert_eq!(tax("NRT-LHR", TravellerKind::Inf), 0);
        assert_eq!(tax("LHR-NRT", TravellerKind::Adt), 0);
    }
}
