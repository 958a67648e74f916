use jiff::Timestamp;

use super::{
    Covers, FareBrand, LineKind, Quote, QuoteLine, Tariff, Why,
    candidate::{Candidate, Cost, End, candidates, closed, market, stay},
    exchange::{convert, of_country},
    journey::Journey,
    quote::LineFare,
    rules::{Occasion, Stay},
    tax::taxes,
    why::{MOST_PASSED_OVER, Met, PassedOver},
};
use crate::{
    airport::AirportCode,
    airports::Airports,
    cabin::{Cabin, ClassesLeft},
    departure::Departure,
    money::{Currency, split},
    promotion::Discount,
    search::{Itinerary, MOST_BOUNDS},
    traveller::{Party, TravellerKind},
};

/// What is bought, for whom and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    pub cabin: Cabin,
    pub brand: FareBrand,
    pub party: Party,
    pub bought_at: Timestamp,
    /// What a promotion code takes off the fares.
    pub discount: Option<Discount>,
}

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
    #[error("no fare from {origin} to {destination} is open for everyone")]
    NoneOpen { origin: AirportCode, destination: AirportCode },
}

/// A fare that is sold, with the flights that it covers.
struct Sold<'a> {
    bound: usize,
    legs: &'a [Departure],
    left: &'a [ClassesLeft],
    all: Vec<Candidate>,
    /// Its place among all.
    place: usize,
}

impl Sold<'_> {
    fn candidate(&self) -> &Candidate {
        &self.all[self.place]
    }
}

/// What the bounds, in order of travel, cost a party, and why.
///
/// For each bound it is the cheapest of a through fare, whose class is open on every leg for everyone, and of sector
/// fares, one a leg; of each the cheapest whose rules are kept. All is in the currency of the country that the trip
/// starts in. Taxes are those of the countries on the way, in that currency by a fixed table. `left` tells what is left of
/// the cabin on a departure.
///
/// # Errors
/// See [`FareError`]; for what a search over the same airports has found, with each bound after the one before, only
/// [`FareError::NoneOpen`].
pub fn price(
    bounds: &[Itinerary],
    terms: &Terms,
    left: impl Fn(&Departure) -> ClassesLeft,
    airports: &Airports,
    tariff: &Tariff,
) -> Result<Quote, FareError> {
    if !(1..=MOST_BOUNDS).contains(&bounds.len()) {
        return Err(FareError::Bounds(bounds.len()));
    }
    if bounds.windows(2).any(|b| b[1].first().departs_at < b[0].last().arrives_at) {
        return Err(FareError::OutOfOrder);
    }
    if bounds.iter().flat_map(Itinerary::legs).any(|leg| leg.configuration.places(terms.cabin) == 0) {
        return Err(FareError::NoCabin(terms.cabin));
    }
    let journey = Journey::of(bounds, airports)?;
    let currency = of_country(journey.first_country());
    let stay = match bounds {
        [out, back] => stay(end(out), end(back), airports),
        _ => None,
    };
    let left: Vec<Vec<ClassesLeft>> =
        bounds.iter().map(|bound| bound.legs().iter().map(&left).collect()).collect();
    let seller = Seller { terms, airports, tariff, currency, stay };
    let mut sold = Vec::new();
    let mut whys = Vec::new();
    for (bound, left) in (0..).zip(&left) {
        seller.sell(bound, bounds[bound].legs(), left, &mut sold, &mut whys)?;
    }
    let lines = lines(&sold, bounds.len(), &journey, terms, currency);
    let classes =
        sold.iter().flat_map(|sold| sold.legs.iter().map(|_| sold.candidate().fare.class)).collect();
    Ok(Quote::of(currency, lines, classes, whys))
}

/// What the fares of a bound cost without its taxes; none where none is open.
pub(super) fn bound_cost(
    bound: &Itinerary,
    terms: &Terms,
    left: &[ClassesLeft],
    stay: Option<Stay>,
    (airports, tariff, currency): (&Airports, &Tariff, Currency),
) -> Option<Cost> {
    let (mut sold, mut whys) = (Vec::new(), Vec::new());
    let seller = Seller { terms, airports, tariff, currency, stay };
    seller.sell(0, bound.legs(), left, &mut sold, &mut whys).ok()?;
    Some(sold.iter().fold(Cost::default(), |sum, sold| sum.plus(sold.candidate().cost)))
}

pub(super) fn end(bound: &Itinerary) -> End {
    End { origin: bound.origin(), destination: bound.destination(), departs: bound.first().departs.date() }
}

struct Seller<'a> {
    terms: &'a Terms,
    airports: &'a Airports,
    tariff: &'a Tariff,
    currency: Currency,
    stay: Option<Stay>,
}

impl Seller<'_> {
    /// The cheapest fares of a bound with what explains them.
    fn sell<'b>(
        &self,
        bound: usize,
        legs: &'b [Departure],
        left: &'b [ClassesLeft],
        sold: &mut Vec<Sold<'b>>,
        whys: &mut Vec<Why>,
    ) -> Result<(), FareError> {
        let whole = if legs.len() == 1 { Covers::Either } else { Covers::Bound };
        let through = self.considered(bound, legs, left, whole)?;
        let sectors = if legs.len() == 1 {
            None
        } else {
            let one = |(leg, left)| {
                self.considered(bound, std::slice::from_ref(leg), std::slice::from_ref(left), Covers::Leg)
            };
            let all = legs.iter().zip(left).map(one).collect::<Result<Vec<_>, _>>()?;
            all.into_iter().map(|sector| self.open(sector)).collect::<Option<Vec<_>>>()
        };
        let sum_minor =
            |sold: &[Sold<'_>]| -> i64 { sold.iter().map(|sold| sold.candidate().cost.party_minor).sum() };
        let (cheaper_sectors, through) = match (sectors, self.open_place(&through)) {
            (Some(sectors), Some(place)) if sum_minor(&sectors) < through.all[place].cost.party_minor => {
                (Some(sectors), through)
            }
            (Some(sectors), None) => (Some(sectors), through),
            (None, None) => {
                let (origin, destination) = (legs[0].origin, legs[legs.len() - 1].destination);
                return Err(FareError::NoneOpen { origin, destination });
            }
            (_, Some(place)) => (None, Sold { place, ..through }),
        };
        let first_why = whys.len();
        let chosen = if let Some(sectors) = cheaper_sectors {
            let limit_minor = sum_minor(&sectors);
            whys.extend(sectors.iter().map(|sold| self.why(sold)));
            // What a through fare would have saved belongs to all of them and is told with the first.
            let missed = self.passed_over(&through, limit_minor);
            whys[first_why].passed_over.splice(0..0, missed);
            sectors
        } else {
            whys.push(self.why(&through));
            vec![through]
        };
        sold.extend(chosen);
        Ok(())
    }

    fn considered<'b>(
        &self,
        bound: usize,
        legs: &'b [Departure],
        left: &'b [ClassesLeft],
        covers: Covers,
    ) -> Result<Sold<'b>, FareError> {
        let market = market(legs, self.airports).ok_or(FareError::UnknownAirport(legs[0].origin))?;
        let bought = self.airports.date_at(market.origin, self.terms.bought_at);
        let occasion = Occasion {
            bought: bought.ok_or(FareError::UnknownAirport(market.origin))?,
            departs: legs[0].departs.date(),
            stay: self.stay,
        };
        let all = candidates(self.tariff, &market, covers, self.terms, &occasion, self.currency);
        Ok(Sold { bound, legs, left, all, place: 0 })
    }

    fn open<'b>(&self, sold: Sold<'b>) -> Option<Sold<'b>> {
        let place = self.open_place(&sold)?;
        Some(Sold { place, ..sold })
    }

    /// The first whose rules are kept and whose class is open on every flight.
    fn open_place(&self, sold: &Sold<'_>) -> Option<usize> {
        let seats = u16::from(self.terms.party.seats());
        sold.all.iter().position(|candidate| {
            candidate.rules.is_ok() && closed(&candidate.fare, sold.legs, sold.left, seats).is_none()
        })
    }

    fn why(&self, sold: &Sold<'_>) -> Why {
        let Candidate { fare, cost, .. } = *sold.candidate();
        let seats = u16::from(self.terms.party.seats());
        let left = sold.left.iter().map(|left| left.left(fare.class)).min().unwrap_or_default();
        let (origin, destination) = ends(sold.legs);
        let bought = self.airports.date_at(origin, self.terms.bought_at);
        let departs = sold.legs[0].departs.date();
        let occasion = Occasion { bought: bought.unwrap_or(departs), departs, stay: self.stay };
        let mut met = fare.rules.met(&occasion);
        met.push(Met::Open { class: fare.class, left, seats });
        Why {
            bound: u8::try_from(sold.bound).unwrap_or(u8::MAX),
            flights: sold.legs.iter().map(|leg| leg.id.flight).collect(),
            origin,
            destination,
            market: (fare.origin, fare.destination),
            carrier: fare.carrier,
            basis: fare.basis,
            class: fare.class,
            filed: fare.amount,
            adult_minor: cost.each_minor[0],
            met,
            passed_over: self.passed_over(sold, cost.party_minor),
        }
    }

    /// Fares that would have cost less than so much but do not apply.
    fn passed_over(&self, sold: &Sold<'_>, limit_minor: i64) -> Vec<PassedOver> {
        let seats = u16::from(self.terms.party.seats());
        let (origin, destination) = ends(sold.legs);
        let cheaper = sold.all.iter().take_while(|candidate| candidate.cost.party_minor < limit_minor);
        let passed = cheaper.filter_map(|candidate| {
            let Candidate { fare, cost, rules } = candidate;
            let why = rules.err().or_else(|| closed(fare, sold.legs, sold.left, seats))?;
            let adult_minor = cost.each_minor[0];
            Some(PassedOver { origin, destination, basis: fare.basis, class: fare.class, adult_minor, why })
        });
        passed.take(MOST_PASSED_OVER).collect()
    }
}

fn ends(legs: &[Departure]) -> (AirportCode, AirportCode) {
    (legs[0].origin, legs[legs.len() - 1].destination)
}

/// Adults first, then children, then infants; for each the fares, what a promotion takes off them, then the taxes.
fn lines(
    sold: &[Sold<'_>],
    bounds: usize,
    journey: &Journey,
    terms: &Terms,
    currency: Currency,
) -> Vec<QuoteLine> {
    let mut lines = Vec::new();
    for (place, traveller_kind, quantity) in kinds(terms.party) {
        let mut add = |label: String, fare, kind, bounds_minor: Vec<i64>| {
            let amount_minor = bounds_minor.iter().sum();
            lines.push(QuoteLine { label, amount_minor, bounds_minor, kind, traveller_kind, quantity, fare });
        };
        let mut by_bound_minor = vec![0; bounds];
        for sold in sold {
            let Candidate { fare, cost, .. } = sold.candidate();
            let mut bounds_minor = vec![0; bounds];
            bounds_minor[sold.bound] = cost.each_minor[place];
            by_bound_minor[sold.bound] += cost.each_minor[place];
            let (origin, destination) = ends(sold.legs);
            let named = LineFare { basis: fare.basis, class: fare.class };
            add(format!("Fare, {origin} to {destination}"), Some(named), LineKind::Fare, bounds_minor);
        }
        if let Some(discount) = terms.discount {
            let off_minor = discount.off_minor(traveller_kind, by_bound_minor.iter().sum(), currency);
            let bounds_minor: Vec<i64> =
                split(off_minor, &by_bound_minor).into_iter().map(std::ops::Neg::neg).collect();
            by_bound_minor.iter_mut().zip(&bounds_minor).for_each(|(fare, off)| *fare += off);
            if off_minor > 0 {
                add(format!("Promotion, {}", discount.words()), None, LineKind::Fare, bounds_minor);
            }
        }
        for tax in taxes(journey, terms.cabin, traveller_kind, &by_bound_minor, currency) {
            let amount_minor = convert(tax.amount.minor, tax.amount.currency, currency);
            let bounds_minor = split(amount_minor, &tax.bounds_minor);
            add(tax.name.to_owned(), None, LineKind::Tax(tax.code.to_owned()), bounds_minor);
        }
    }
    lines
}

/// The kinds of a party, with their place among all kinds.
pub(super) fn kinds(party: Party) -> impl Iterator<Item = (usize, TravellerKind, u8)> {
    [
        (0, TravellerKind::Adt, party.adults()),
        (1, TravellerKind::Chd, party.children()),
        (2, TravellerKind::Inf, party.infants()),
    ]
    .into_iter()
    .filter(|(_, _, count)| *count > 0)
}

#[cfg(test)]
mod promoted;
#[cfg(test)]
mod tests;
