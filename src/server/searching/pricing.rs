//! What an itinerary costs everyone, and how it is offered.

use std::collections::HashMap;

use app::answers::{BrandPrice, ItineraryCard, LegLine};
use domain::{
    fare::{self, FareBrand},
    hold::most_legs,
    money::Money,
    network::Network,
    offer::{OFFER_TTL, Offer},
    search::{Found, Hop, Itinerary, SearchQuery, Way},
};
use jiff::{Timestamp, civil::Date};

use super::{Searching, available::Available};
use crate::reference;

/// Prices itineraries of one bound for one query.
pub(super) struct Pricing<'a> {
    pub searching: &'a Searching,
    pub query: &'a SearchQuery,
    /// The ways to fly the bounds before it, which the price then includes.
    pub chosen: &'a [Itinerary],
    /// Whether another bound is chosen after this: then nothing can be bought yet.
    pub more_follow: bool,
    /// Where it is not known, nothing can be bought, and every departure is taken for empty.
    pub available: &'a Available,
    pub now: Timestamp,
}

impl Pricing<'_> {
    /// What a way costs everyone at the lowest, in minor units; none without room for all of them, where they would leave
    /// before having arrived, or where one booking could not keep so many places.
    pub fn price_minor<'f>(&'f self, found: &'f Found<'_>) -> impl FnMut(&Way) -> Option<i64> + 'f {
        let room = u16::from(self.query.party.seats());
        let hops = found.hops();
        let has_room: Vec<bool> = hops.iter().map(|hop| self.has_room(hop, found.network(), room)).collect();
        let legs_before: usize = self.chosen.iter().map(|bound| bound.legs().len()).sum();
        let bounds_after = self.query.bounds().len().saturating_sub(self.chosen.len() + 1);
        let most_legs = most_legs(self.query.party.seats()).saturating_sub(legs_before + bounds_after);
        // Of the many ways of a day most are sold at the same fares: prices are made once for each of these.
        let mut known: HashMap<Vec<(u32, u16, Date)>, Option<i64>> = HashMap::new();
        move |way| {
            let first = &hops[way.hops()[0] as usize];
            let is_too_early = |before: &Itinerary| first.departs_at() <= before.last().arrives_at;
            if self.chosen.last().is_some_and(is_too_early)
                || way.hops().len() > most_legs
                || way.hops().iter().any(|hop| !has_room[*hop as usize])
            {
                return None;
            }
            let sold_as = way.hops().iter().map(|hop| hops[*hop as usize].sold_as()).collect();
            *known
                .entry(sold_as)
                .or_insert_with(|| Some(self.total(&found.itinerary(way)?, FareBrand::Basic)?.minor))
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
        let total = self.total(itinerary, brand)?;
        let offer = Offer {
            bounds: self
                .bounds(itinerary)
                .map(|bound| bound.legs().iter().map(|leg| leg.id).collect())
                .collect(),
            cabin: self.query.cabin,
            classes: vec![],
            brand,
            party: self.query.party,
            total,
            was: None,
            expires_at: self.now + OFFER_TTL,
        };
        let is_sold = self.available.is_known() && !self.more_follow;
        let offer = is_sold.then(|| self.searching.signing.offer_token(&offer));
        Some(BrandPrice { brand, total, offer })
    }

    /// What everyone pays together.
    pub fn total(&self, itinerary: &Itinerary, brand: FareBrand) -> Option<Money> {
        let bounds: Vec<Itinerary> = self.bounds(itinerary).cloned().collect();
        let airports = self.searching.timetables.airports();
        fare::price(&bounds, self.query.cabin, brand, self.query.party, airports)
            .inspect_err(|error| tracing::warn!(%error, itinerary = itinerary.key(), "cannot be priced"))
            .ok()
            .map(|quote| quote.total)
    }

    fn bounds<'b>(&'b self, itinerary: &'b Itinerary) -> impl Iterator<Item = &'b Itinerary> {
        self.chosen.iter().chain([itinerary])
    }

    fn has_room(&self, hop: &Hop, network: &Network, room: u16) -> bool {
        let left = self.available.left(hop.id(network));
        left.unwrap_or_else(|| hop.places(network, self.query.cabin)) >= room
    }

    /// Places left on the fullest leg.
    fn places_left(&self, itinerary: &Itinerary) -> u16 {
        let left = itinerary.legs().iter().map(|leg| {
            self.available.left(leg.id).unwrap_or_else(|| leg.configuration.places(self.query.cabin))
        });
        left.min().unwrap_or_default()
    }
}
