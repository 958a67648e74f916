use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

use jiff::civil::Date;

use super::{
    Covers, Tariff, Terms,
    candidate::{Cost, End, candidates, stay},
    exchange::{convert, of_country},
    journey::Journey,
    price::{bound_cost, end, kinds, price},
    rules::{Occasion, Stay},
    tariff::Market,
    tax::{FixedTaxes, excise_minor, fixed_taxes},
};
use crate::{
    airport::{AirportCode, CountryCode},
    airports::Airports,
    cabin::{BookingClass, ClassesLeft},
    departure::Departure,
    money::Currency,
    search::{Found, Hop, Itinerary, Way},
};

/// What the ways of one search cost, all bounds together: the totals of [`price()`] without their lines and reasons, for
/// thousands of ways at once. What many of them share is looked up once.
///
/// All ways leave on one date.
pub struct WayPrices<'a, L> {
    found: &'a Found<'a>,
    before: &'a [Itinerary],
    terms: Terms,
    left: L,
    airports: &'a Airports,
    tariff: &'a Tariff,
    /// In which all are compared; none where there is no way, or none that can be sold.
    currency: Option<Currency>,
    stay: Option<Stay>,
    before_cost: Cost,
    hops: Vec<Option<HopFares>>,
    sectors: HashMap<u64, Vec<Rung>, Mixing>,
    wholes: HashMap<u64, Vec<Rung>, Mixing>,
    taxes: HashMap<u64, [FixedTaxes; 3], Mixing>,
}

/// What a hop sells: the classes that are open for everyone, as bits by rung, and its cheapest sector fare.
#[derive(Clone, Copy)]
struct HopFares {
    open: u8,
    sector: Option<Cost>,
}

/// A fare whose rules are kept, and the bit of its class.
#[derive(Clone, Copy)]
struct Rung {
    bit: u8,
    cost: Cost,
}

impl<'a, L: Fn(&Hop) -> ClassesLeft> WayPrices<'a, L> {
    /// `before` are the bounds already chosen, of which `left_before` tells what is left; `left` does of a hop.
    pub fn new(
        found: &'a Found<'a>,
        before: &'a [Itinerary],
        terms: Terms,
        (left, left_before): (L, impl Fn(&Departure) -> ClassesLeft),
        airports: &'a Airports,
        tariff: &'a Tariff,
    ) -> Self {
        let mut this = Self {
            found,
            before,
            terms,
            left,
            airports,
            tariff,
            currency: None,
            stay: None,
            before_cost: Cost::default(),
            hops: vec![None; found.hops().len()],
            sectors: HashMap::default(),
            wholes: HashMap::default(),
            taxes: HashMap::default(),
        };
        let Some(way) = found.ways().first() else { return this };
        let (first, last) = this.first_and_last(way);
        let origin = before.first().map_or_else(|| this.station(first.ends().0), Itinerary::origin);
        let Some(currency) = airports.get(origin).map(|airport| of_country(airport.country)) else {
            return this;
        };
        if let [out] = before {
            let (origin, destination) = (this.station(first.ends().0), this.station(last.ends().1));
            let back = End { origin, destination, departs: first.sold_as().2 };
            this.stay = stay(end(out), back, airports);
        }
        for bound in before {
            let left: Vec<ClassesLeft> = bound.legs().iter().map(&left_before).collect();
            let context = (airports, tariff, currency);
            let Some(cost) = bound_cost(bound, &terms, &left, this.stay, context) else { return this };
            this.before_cost = this.before_cost.plus(cost);
        }
        this.currency = Some(currency);
        this
    }

    /// What everyone pays for all bounds, taxes included, in minor units; none where no fare is open for everyone.
    pub fn total_minor(&mut self, way: &Way) -> Option<i64> {
        let currency = self.currency?;
        let (first, last) = self.first_and_last(way);
        let (origin, destination) = (first.ends().0, last.ends().1);
        let country = self.airports.get(self.station(origin))?.country;
        if self.before.is_empty() && of_country(country) != currency {
            return self.in_other_currency(way, currency);
        }
        let mut open = u8::MAX;
        let mut sectors = Some(Cost::default());
        let mut carrier = Some(first.sold_as().1);
        for number in way.hops() {
            let fares = self.hop_fares(*number, currency)?;
            open &= fares.open;
            sectors = sectors.zip(fares.sector).map(|(sum, sector)| sum.plus(sector));
            carrier = carrier.filter(|one| *one == self.found.hops()[*number as usize].sold_as().1);
        }
        let whole =
            self.whole((origin, destination), carrier, way.hops().len() == 1, (open, country), currency);
        let cost = match (whole, sectors.filter(|_| way.hops().len() > 1)) {
            (Some(whole), Some(sum)) if sum.party_minor < whole.party_minor => sum,
            (Some(whole), _) => whole,
            (None, Some(sum)) => sum,
            (None, None) => return None,
        };
        let cost = cost.plus(self.before_cost);
        let taxes = self.taxes(way, (origin, destination), currency)?;
        let off_minor = |kind, fare_minor| {
            self.terms.discount.map_or(0, |discount| discount.off_minor(kind, fare_minor, currency))
        };
        let total = kinds(self.terms.party).map(|(place, kind, count)| {
            let fare_minor = cost.each_minor[place] - off_minor(kind, cost.each_minor[place]);
            let FixedTaxes { minor, excise } = taxes[place];
            let excise_minor = if excise { excise_minor(fare_minor) } else { 0 };
            (fare_minor + minor + excise_minor) * i64::from(count)
        });
        Some(total.sum())
    }

    fn hop_fares(&mut self, number: u32, currency: Currency) -> Option<HopFares> {
        if let Some(fares) = self.hops[number as usize] {
            return Some(fares);
        }
        let hop = self.found.hops()[number as usize];
        let left = (self.left)(&hop);
        let seats = u16::from(self.terms.party.seats());
        let ladder = BookingClass::ladder(self.terms.cabin).iter().enumerate();
        let open =
            ladder.fold(0, |open, (rung, class)| open | u8::from(left.open_for(*class, seats)) << rung);
        let (route, carrier, date) = hop.sold_as();
        let (origin, destination) = hop.ends();
        let departs = u64::from(date.day().unsigned_abs());
        let key = u64::from(route) | u64::from(carrier) << 32 | departs << 48;
        if !self.sectors.contains_key(&key) {
            let market = self.market((origin, destination), Some(carrier), Some(route))?;
            let rungs = self.rungs(&market, Covers::Leg, date, currency)?;
            self.sectors.insert(key, rungs);
        }
        let sector = cheapest(&self.sectors[&key], open);
        let fares = HopFares { open, sector };
        self.hops[number as usize] = Some(fares);
        Some(fares)
    }

    fn whole(
        &mut self,
        (origin, destination): (u16, u16),
        carrier: Option<u16>,
        is_direct: bool,
        (open, country): (u8, CountryCode),
        currency: Currency,
    ) -> Option<Cost> {
        let key = u64::from(origin)
            | u64::from(destination) << 16
            | u64::from(carrier.unwrap_or(u16::MAX)) << 32
            | u64::from(is_direct) << 48;
        if !self.wholes.contains_key(&key) {
            let market = Market { country, ..self.market((origin, destination), carrier, None)? };
            let covers = if is_direct { Covers::Either } else { Covers::Bound };
            let date = self.first_and_last(self.found.ways().first()?).0.sold_as().2;
            let rungs = self.rungs(&market, covers, date, currency)?;
            self.wholes.insert(key, rungs);
        }
        cheapest(&self.wholes[&key], open)
    }

    fn rungs(&self, market: &Market, covers: Covers, departs: Date, currency: Currency) -> Option<Vec<Rung>> {
        let bought = self.airports.date_at(market.origin, self.terms.bought_at)?;
        let occasion = Occasion { bought, departs, stay: self.stay };
        let all = candidates(self.tariff, market, covers, &self.terms, &occasion, currency);
        let kept = all.iter().filter(|candidate| candidate.rules.is_ok());
        Some(kept.map(|one| Rung { bit: 1 << one.fare.class.rung(), cost: one.cost }).collect())
    }

    fn market(
        &self,
        (origin, destination): (u16, u16),
        carrier: Option<u16>,
        route: Option<u32>,
    ) -> Option<Market> {
        let network = self.found.network();
        let (origin, destination) = (self.station(origin), self.station(destination));
        let km = match route {
            Some(route) => network.routes().km(route),
            None => self.airports.distance_km(origin, destination)?,
        };
        let carrier = carrier.map(|number| network.timetable().carriers()[usize::from(number)]);
        Some(Market { origin, destination, km, country: self.airports.get(origin)?.country, carrier })
    }

    /// By the countries that the way passes through and its ends, which taxes by distance look at.
    fn taxes(&mut self, way: &Way, ends: (u16, u16), currency: Currency) -> Option<[FixedTaxes; 3]> {
        let mut key = u64::from(ends.0) | u64::from(ends.1) << 16;
        let hops = self.found.hops();
        for (place, number) in way.hops().iter().enumerate().skip(1) {
            let via = self.country(hops[*number as usize].ends().0)?;
            let bytes = via.as_str().as_bytes();
            key |= (u64::from(bytes[0]) << 8 | u64::from(bytes[1])) << (16 + 16 * place);
        }
        if let Some(known) = self.taxes.get(&key) {
            return Some(*known);
        }
        let legs = way.hops().iter().map(|number| {
            let (from, to) = hops[*number as usize].ends();
            Some((self.country(from)?, self.country(to)?))
        });
        let km = self.airports.distance_km(self.station(ends.0), self.station(ends.1))?;
        let city = |station| {
            let code = self.station(station);
            self.airports.get(code).and_then(|airport| airport.city_code).unwrap_or(code)
        };
        let cities = (city(ends.0), city(ends.1));
        let journey =
            Journey::of(self.before, self.airports).ok()?.then(legs.collect::<Option<_>>()?, cities, km);
        let mut taxes = [FixedTaxes { minor: 0, excise: false }; 3];
        for (place, kind, _) in kinds(self.terms.party) {
            taxes[place] = fixed_taxes(&journey, self.terms.cabin, kind, currency);
        }
        self.taxes.insert(key, taxes);
        Some(taxes)
    }

    /// The airports of a city may lie in two countries: what is sold in another currency is compared in this one.
    fn in_other_currency(&self, way: &Way, currency: Currency) -> Option<i64> {
        let itinerary = self.found.itinerary(way)?;
        let by_id: HashMap<_, _> = way
            .hops()
            .iter()
            .map(|number| &self.found.hops()[*number as usize])
            .map(|hop| (hop.id(self.found.network()), (self.left)(hop)))
            .collect();
        let none = ClassesLeft::new(self.terms.cabin, 0, |_| 0);
        let left = |leg: &Departure| by_id.get(&leg.id).copied().unwrap_or(none);
        let quote = price(&[itinerary], &self.terms, left, self.airports, self.tariff).ok()?;
        Some(convert(quote.total.minor, quote.currency, currency))
    }

    fn first_and_last(&self, way: &Way) -> (&'a Hop, &'a Hop) {
        let hop = |number: u32| &self.found.hops()[number as usize];
        let hops = way.hops();
        (hop(hops[0]), hop(hops[hops.len() - 1]))
    }

    fn station(&self, number: u16) -> AirportCode {
        self.found.network().stations().code(number)
    }

    fn country(&self, station: u16) -> Option<CountryCode> {
        self.found.network().stations().country(station)
    }
}

impl<L> std::fmt::Debug for WayPrices<'_, L> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WayPrices")
    }
}

fn cheapest(rungs: &[Rung], open: u8) -> Option<Cost> {
    rungs.iter().find(|rung| rung.bit & open != 0).map(|rung| rung.cost)
}

type Mixing = BuildHasherDefault<Mix>;

/// Spreads numbers that we make ourselves, faster than what must stand against whoever chooses them.
#[derive(Default)]
struct Mix(u64);

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, number: u64) {
        let mixed = (self.0 ^ number).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = mixed ^ mixed >> 32;
    }
}

#[cfg(test)]
mod tests;
