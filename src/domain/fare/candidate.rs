use super::{
    Covers, FiledFare, Tariff, Terms,
    rules::{Occasion, Stay},
    tariff::Market,
    why::NotMet,
};
use crate::{
    airport::AirportCode, airports::Airports, cabin::ClassesLeft, carrier::CarrierCode, departure::Departure,
    money::Currency,
};

/// A filed fare for some flights, with what it would cost and whether its rules are kept. Whether its class is open is
/// not known here.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    pub fare: FiledFare,
    pub cost: Cost,
    pub rules: Result<(), NotMet>,
}

/// What fares cost a party in the currency of its trip, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cost {
    /// An adult, a child and an infant.
    pub each_minor: [i64; 3],
    pub party_minor: i64,
}

impl Cost {
    pub fn of(each_minor: [i64; 3], terms: &Terms) -> Self {
        let party = [terms.party.adults(), terms.party.children(), terms.party.infants()];
        let party_minor = each_minor.iter().zip(party).map(|(minor, count)| minor * i64::from(count)).sum();
        Self { each_minor, party_minor }
    }

    pub fn plus(self, other: Self) -> Self {
        let mut sum = self;
        sum.each_minor.iter_mut().zip(other.each_minor).for_each(|(each, more)| *each += more);
        sum.party_minor += other.party_minor;
        sum
    }
}

/// Every fare filed for a market, cheapest for the party first; of equal ones that in the dearer class, which closes later.
pub(super) fn candidates(
    tariff: &Tariff,
    market: &Market,
    covers: Covers,
    terms: &Terms,
    occasion: &Occasion,
    currency: Currency,
) -> Vec<Candidate> {
    let fares = tariff.fares(market, covers, terms.cabin, terms.brand);
    let candidate = |fare: FiledFare| Candidate {
        fare,
        cost: Cost::of(fare.each_minor(currency), terms),
        rules: fare.rules.check(occasion),
    };
    let mut all: Vec<Candidate> = fares.map(candidate).collect();
    all.sort_by_key(|candidate| (candidate.cost.party_minor, candidate.fare.class.rung()));
    all
}

/// From the first of these departures to the last.
pub(super) fn market(legs: &[Departure], airports: &Airports) -> Option<Market> {
    let (origin, destination) = (legs.first()?.origin, legs.last()?.destination);
    let one: CarrierCode = legs.first()?.id.flight.carrier;
    Some(Market {
        origin,
        destination,
        km: airports.distance_km(origin, destination)?,
        country: airports.get(origin)?.country,
        carrier: legs.iter().all(|leg| leg.id.flight.carrier == one).then_some(one),
    })
}

/// How long a trip stays: none unless it is two bounds, of which the second leads back, city to city.
pub(super) fn stay(out: End, back: End, airports: &Airports) -> Option<Stay> {
    let city = |code: AirportCode| airports.get(code).and_then(|airport| airport.city_code).unwrap_or(code);
    let leads_back = city(out.destination) == city(back.origin) && city(out.origin) == city(back.destination);
    leads_back.then(|| Stay::between(out.departs, back.departs))
}

/// What a stay asks of a bound.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    pub origin: AirportCode,
    pub destination: AirportCode,
    pub departs: jiff::civil::Date,
}

/// The first of the departures on which the fare's class has too few places left.
pub(super) fn closed(
    fare: &FiledFare,
    legs: &[Departure],
    left: &[ClassesLeft],
    seats: u16,
) -> Option<NotMet> {
    legs.iter().zip(left).find_map(|(leg, left)| {
        let left = left.left(fare.class);
        (left < seats).then_some(NotMet::Closed { class: fare.class, flight: leg.id.flight, left, seats })
    })
}
