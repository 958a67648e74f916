use super::{
    FareBrand, LineKind, Quote, QuoteLine,
    exchange::{convert, of_country, round_fare},
    journey::Journey,
    tax::taxes,
};
use crate::{
    airport::AirportCode,
    airports::Airports,
    cabin::Cabin,
    money::{Currency, split},
    search::{Itinerary, MOST_BOUNDS},
    traveller::{Party, TravellerKind},
};

/// What a bound costs before any distance is flown, and each of its legs, in US cents.
const BOUND_MINOR: i64 = 3_000;
const LEG_MINOR: i64 = 1_000;

/// US cents for ten kilometres, up to so many kilometres of the bound; the further, the cheaper each.
const BANDS: [(u32, i64); 3] = [(1_000, 45), (3_000, 35), (u32::MAX, 30)];

/// Why no price can be told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FareError {
    #[error("a price is for one to six bounds, not {0}")]
    Bounds(usize),
    #[error("a bound leaves before the one before it arrives")]
    OutOfOrder,
    #[error("no airport {0} is known")]
    UnknownAirport(AirportCode),
    #[error("not every flight has the cabin {}", .0.name())]
    NoCabin(Cabin),
}

/// What one to six bounds, in order of travel, cost a party in a cabin and brand.
///
/// The fare of a bound is a base, an amount a leg and one a kilometre flown, cheaper beyond 1,000 and 3,000 km, times
/// the factors of cabin and brand. It is filed in the currency of the country that the trip starts in, rounded up to a
/// whole unit (100 yen); children pay 75 % and infants on laps 10 % of it, rounded up likewise. Taxes
/// are those of the countries on the way, in that currency by a fixed table.
///
/// # Errors
/// See [`FareError`]; none for what a search over the same airports has found, each bound after the one before it.
pub fn price(
    bounds: &[Itinerary],
    cabin: Cabin,
    brand: FareBrand,
    party: Party,
    airports: &Airports,
) -> Result<Quote, FareError> {
    if !(1..=MOST_BOUNDS).contains(&bounds.len()) {
        return Err(FareError::Bounds(bounds.len()));
    }
    if bounds.windows(2).any(|b| b[1].first().departs_at < b[0].last().arrives_at) {
        return Err(FareError::OutOfOrder);
    }
    if bounds.iter().flat_map(Itinerary::legs).any(|leg| leg.configuration.places(cabin) == 0) {
        return Err(FareError::NoCabin(cabin));
    }
    let journey = Journey::of(bounds, airports)?;
    let currency = of_country(journey.first_country());
    let mut adult_fares = Vec::new();
    for bound in bounds {
        adult_fares.push((fare_label(bound), adult_fare_minor(bound, cabin, brand, currency, airports)?));
    }
    let kinds = [
        (TravellerKind::Adt, party.adults()),
        (TravellerKind::Chd, party.children()),
        (TravellerKind::Inf, party.infants()),
    ];
    let mut lines = Vec::new();
    for (traveller_kind, quantity) in kinds.into_iter().filter(|(_, n)| *n > 0) {
        let mut add = |label: String, kind, bounds_minor: Vec<i64>| {
            let amount_minor = bounds_minor.iter().sum();
            lines.push(QuoteLine { label, amount_minor, bounds_minor, kind, traveller_kind, quantity });
        };
        let mut by_bound_minor = Vec::new();
        for (bound, (label, adult_minor)) in adult_fares.iter().enumerate() {
            let fare_minor = round_fare((adult_minor * percent(traveller_kind) + 99) / 100);
            let mut bounds_minor = vec![0; bounds.len()];
            bounds_minor[bound] = fare_minor;
            by_bound_minor.push(fare_minor);
            add(label.clone(), LineKind::Fare, bounds_minor);
        }
        for tax in taxes(&journey, cabin, traveller_kind, &by_bound_minor, currency) {
            let amount_minor = convert(tax.amount.minor, tax.amount.currency, currency);
            let bounds_minor = split(amount_minor, &tax.bounds_minor);
            add(tax.name.to_owned(), LineKind::Tax(tax.code.to_owned()), bounds_minor);
        }
    }
    Ok(Quote::of(currency, lines))
}

fn fare_label(bound: &Itinerary) -> String {
    format!("Fare, {} to {}", bound.origin(), bound.destination())
}

/// One adult's fare for a bound, in the currency's minor units.
fn adult_fare_minor(
    bound: &Itinerary,
    cabin: Cabin,
    brand: FareBrand,
    currency: Currency,
    airports: &Airports,
) -> Result<i64, FareError> {
    let mut usd_minor = BOUND_MINOR;
    let mut flown_km = 0;
    for leg in bound.legs() {
        flown_km += airports
            .distance_km(leg.origin, leg.destination)
            .ok_or(FareError::UnknownAirport(leg.destination))?;
        usd_minor += LEG_MINOR;
    }
    usd_minor += distance_minor(flown_km);
    let factored = (usd_minor * cabin_percent(cabin) * brand_percent(brand) + 9_999) / 10_000;
    Ok(round_fare(convert(factored, Currency::Usd, currency)))
}

/// US cents for so many kilometres, each in the band it falls into.
fn distance_minor(flown_km: u32) -> i64 {
    let mut from_km = 0;
    let mut tenths = 0;
    for (to_km, cents_ten_km) in BANDS {
        tenths += i64::from(flown_km.min(to_km).saturating_sub(from_km)) * cents_ten_km;
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

/// Of the adult's fare.
fn percent(kind: TravellerKind) -> i64 {
    match kind {
        TravellerKind::Adt => 100,
        TravellerKind::Chd => 75,
        TravellerKind::Inf => 10,
    }
}

#[cfg(test)]
mod tests;
