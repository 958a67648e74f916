//! What an itinerary costs everyone, and how it is offered.

use app::answers::{BrandPrice, ItineraryCard, LegLine};
use domain::{
    fare::{self, FareBrand},
    money::Money,
    offer::{OFFER_TTL, Offer},
    search::{Itinerary, Priced, SearchQuery},
};
use jiff::Timestamp;

use super::{Searching, available::Available};
use crate::reference;

/// Prices itineraries of one bound for one query.
pub(super) struct Pricing<'a> {
    pub searching: &'a Searching,
    pub query: &'a SearchQuery,
    /// The outbound already chosen, which the price then includes.
    pub outbound: Option<&'a Itinerary>,
    /// Whether a return is chosen after this: then nothing can be bought yet.
    pub return_follows: bool,
    /// Where it is not known, nothing can be bought, and every departure is taken for empty.
    pub available: &'a Available,
    pub now: Timestamp,
}

impl Pricing<'_> {
    /// Those that have room for everyone, with their lowest price.
    pub fn price_all(&self, found: Vec<Itinerary>) -> Vec<Priced> {
        let room = u16::from(self.query.party.seats());
        found
            .into_iter()
            .filter(|itinerary| self.places_left(itinerary) >= room)
            // Nobody flies back before having arrived.
            .filter(|itinerary| {
                self.outbound.is_none_or(|out| out.last().arrives_at < itinerary.first().departs_at)
            })
            .filter_map(|itinerary| {
                let price_minor = self.total(&itinerary, FareBrand::Basic)?.minor;
                Some(Priced { itinerary, price_minor })
            })
            .collect()
    }

    pub fn cheapest(&self, priced: &[Priced]) -> Option<Money> {
        let lowest = priced.iter().min_by_key(|priced| priced.price_minor)?;
        self.total(&lowest.itinerary, FareBrand::Basic)
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
        let total = self.total(itinerary, brand)?;
        let offer = Offer {
            bounds: self
                .bounds(itinerary)
                .map(|bound| bound.legs().iter().map(|leg| leg.id).collect())
                .collect(),
            cabin: self.query.cabin,
            brand,
            party: self.query.party,
            total,
            was: None,
            expires_at: self.now + OFFER_TTL,
        };
        let is_sold = self.available.is_known() && !self.return_follows;
        let offer = is_sold.then(|| self.searching.signing.offer_token(&offer));
        Some(BrandPrice { brand, total, offer })
    }

    fn total(&self, itinerary: &Itinerary, brand: FareBrand) -> Option<Money> {
        let bounds: Vec<Itinerary> = self.bounds(itinerary).cloned().collect();
        let airports = self.searching.timetables.airports();
        fare::price(&bounds, self.query.cabin, brand, self.query.party, airports)
            .inspect_err(|error| tracing::warn!(%error, itinerary = itinerary.key(), "cannot be priced"))
            .ok()
            .map(|quote| quote.total)
    }

    fn bounds<'b>(&'b self, itinerary: &'b Itinerary) -> impl Iterator<Item = &'b Itinerary> {
        self.outbound.into_iter().chain([itinerary])
    }

    /// Places left on the fullest leg.
    fn places_left(&self, itinerary: &Itinerary) -> u16 {
        let left = itinerary.legs().iter().map(|leg| {
            self.available.left(leg.id).unwrap_or_else(|| leg.configuration.places(self.query.cabin))
        });
        left.min().unwrap_or_default()
    }
}
