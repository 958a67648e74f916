//! What an itinerary costs everyone, and how it is offered.

use app::answers::{BrandPrice, ItineraryCard, LegLine};
use domain::{
    cabin::ClassesLeft,
    departure::Departure,
    fare::{self, FareBrand, FareError, Quote, Terms, WayPrices},
    hold::most_legs,
    money::Money,
    network::Network,
    offer::{OFFER_TTL, Offer},
    promotion::{Promoted, Promotion},
    search::{Found, Hop, Itinerary, SearchQuery, Way},
};
use jiff::{Timestamp, civil::Date};

use super::{Searching, available::Available};
use crate::reference;

/// Prices itineraries of one bound for one query.
pub(super) struct Pricing<'a> {
    pub searching: &'a Searching,
    pub query: &'a SearchQuery,
    /// Behind the code that was typed.
    pub promotion: Option<&'a Promotion>,
    /// The ways to fly the bounds before it, which the price then includes.
    pub chosen: &'a [Itinerary],
    /// What is left of their flights.
    pub left_of_chosen: &'a Available,
    /// Whether another bound is chosen after this: then nothing can be bought yet.
    pub more_follow: bool,
    /// Where it is not known, nothing can be bought, and every departure is taken for empty.
    pub available: &'a Available,
    pub now: Timestamp,
}

fn departs(bound: &Itinerary) -> Date {
    bound.first().departs.date()
}

impl Pricing<'_> {
    /// What a way costs everyone at the lowest, in minor units; none without room for all of them in any class, where
    /// they would leave before having arrived, or where one booking could not keep so many places.
    /// All of these leave on that date.
    pub fn price_minor<'f>(
        &'f self,
        found: &'f Found<'_>,
        date: Date,
    ) -> impl FnMut(&Way) -> Option<i64> + 'f {
        let timetables = &self.searching.timetables;
        let left = |hop: &Hop| self.left_of(hop, found.network());
        let mut prices = WayPrices::new(
            found,
            self.chosen,
            self.terms(FareBrand::Basic, date),
            (left, |leg: &Departure| self.left(leg)),
            timetables.airports(),
            timetables.tariff(),
        );
        let legs_before: usize = self.chosen.iter().map(|bound| bound.legs().len()).sum();
        let bounds_after = self.query.bounds().len().saturating_sub(self.chosen.len() + 1);
        let most_legs = most_legs(self.query.party.seats()).saturating_sub(legs_before + bounds_after);
        move |way| {
            let first = &found.hops()[way.hops()[0] as usize];
            let is_too_early = |before: &Itinerary| first.departs_at() <= before.last().arrives_at;
            if self.chosen.last().is_some_and(is_too_early) || way.hops().len() > most_legs {
                return None;
            }
            prices.total_minor(way)
        }
    }

    /// An itinerary as it is shown, with a signed offer for each brand.
    pub fn card(&self, itinerary: &Itinerary, mark: Option<&str>) -> ItineraryCard {
        let airports = self.searching.timetables.airports();
        let city =
            |code| airports.get(code).map_or_else(|| String::from(code), |airport| airport.city.clone());
        let legs = itinerary.legs().iter().map(|leg| LegLine {
            origin_name: city(leg.origin),
            destination_name: city(leg.destination),
            carrier_name: reference::carrier_name(leg.id.flight.carrier),
            aircraft_name: reference::aircraft_name(leg.aircraft),
        });
        ItineraryCard {
            key: itinerary.key(),
            legs: legs.collect(),
            cabin: self.query.cabin,
            prices: FareBrand::ALL
                .into_iter()
                .filter_map(|brand| self.brand_price(itinerary, brand))
                .collect(),
            places_left: self.available.is_known().then(|| self.places_left(itinerary)),
            mark: mark.map(str::to_owned),
            itinerary: itinerary.clone(),
        }
    }

    fn brand_price(&self, itinerary: &Itinerary, brand: FareBrand) -> Option<BrandPrice> {
        let quote = self.quote(itinerary, brand)?;
        let offer = Offer {
            bounds: self
                .bounds(itinerary)
                .map(|bound| bound.legs().iter().map(|leg| leg.id).collect())
                .collect(),
            cabin: self.query.cabin,
            classes: quote.classes.clone(),
            brand,
            party: self.query.party,
            total: quote.total,
            was: None,
            closed: None,
            promotion: self
                .promoted(brand, departs(itinerary))
                .filter(|promoted| promoted.discount.counts_in(quote.currency)),
            lost: None,
            expires_at: self.now + OFFER_TTL,
        };
        let is_sold = self.available.is_known() && !self.more_follow;
        let offer = is_sold.then(|| self.searching.signing.offer_token(&offer));
        // A list tells why of the lowest brand alone: the others differ by what they include.
        let whys = if brand == FareBrand::Basic { quote.whys } else { Vec::new() };
        Some(BrandPrice { brand, total: quote.total, whys, offer })
    }

    /// What everyone pays together.
    pub fn total(&self, itinerary: &Itinerary, brand: FareBrand) -> Option<Money> {
        self.quote(itinerary, brand).map(|quote| quote.total)
    }

    fn quote(&self, itinerary: &Itinerary, brand: FareBrand) -> Option<Quote> {
        let bounds: Vec<Itinerary> = self.bounds(itinerary).cloned().collect();
        let (airports, tariff) = (self.searching.timetables.airports(), self.searching.timetables.tariff());
        let terms = self.terms(brand, departs(itinerary));
        match fare::price(&bounds, &terms, |leg| self.left(leg), airports, tariff) {
            Ok(quote) => Some(quote),
            Err(FareError::NoneOpen { .. }) => None,
            Err(error) => {
                tracing::warn!(%error, itinerary = itinerary.key(), "cannot be priced");
                None
            }
        }
    }

    fn terms(&self, brand: FareBrand, date: Date) -> Terms {
        let discount = self.promoted(brand, date).map(|promoted| promoted.discount);
        Terms { cabin: self.query.cabin, brand, party: self.query.party, bought_at: self.now, discount }
    }

    /// What the code does for this brand where this bound leaves on that date.
    fn promoted(&self, brand: FareBrand, date: Date) -> Option<Promoted> {
        let before = self.chosen.iter().map(departs);
        let after = self.query.bounds().iter().skip(self.chosen.len() + 1).map(|bound| bound.date);
        self.promotion?.promoted(brand, before.chain([date]).chain(after))
    }

    fn bounds<'b>(&'b self, itinerary: &'b Itinerary) -> impl Iterator<Item = &'b Itinerary> {
        self.chosen.iter().chain([itinerary])
    }

    fn left(&self, leg: &Departure) -> ClassesLeft {
        let known = self.left_of_chosen.classes(leg.id).or_else(|| self.available.classes(leg.id));
        known.unwrap_or_else(|| leg.untouched(self.query.cabin))
    }

    fn left_of(&self, hop: &Hop, network: &Network) -> ClassesLeft {
        let cabin = self.query.cabin;
        let untouched = || ClassesLeft::untouched(cabin, hop.places(network, cabin));
        self.available.classes(hop.id(network)).unwrap_or_else(untouched)
    }

    /// Places left on the fullest leg.
    fn places_left(&self, itinerary: &Itinerary) -> u16 {
        let left = itinerary.legs().iter().map(|leg| {
            self.available.left(leg.id).unwrap_or_else(|| leg.configuration.places(self.query.cabin))
        });
        left.min().unwrap_or_default()
    }
}
