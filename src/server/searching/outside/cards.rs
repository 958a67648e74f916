//! From what suppliers offer to the cards that show it.

use std::collections::BTreeMap;

use app::answers::{LegLine, OutsideBound, OutsideCard, OutsidePrice};
use domain::{
    fare::exchange::{convert, of_country},
    flight::FlightDesignator,
    money::{Currency, Money},
    offer::OutsideOffer,
    search::{Itinerary, Merit, shown},
};
use jiff::Timestamp;

use super::{super::Searching, sane::can_be_shown};
use crate::{
    reference,
    suppliers::{Flight, Offered, Trip},
};

/// Prices on one card.
const MOST_PRICES: usize = 3;

/// The same flights, however often and by whomever they are offered.
type Flown = Vec<Vec<(FlightDesignator, Timestamp)>>;

/// A card for each trip that is worth showing, by the seller to whom it costs least.
pub(super) fn cards<'o>(
    searching: &Searching,
    trip: &Trip,
    offers: impl Iterator<Item = &'o Offered>,
    now: Timestamp,
) -> Vec<OutsideCard> {
    let currency = our_currency(searching, trip);
    let compared = |total: Money| convert(total.minor, total.currency, currency);
    let mut by_flights: BTreeMap<Flown, Vec<&Offered>> = BTreeMap::new();
    for offer in offers.filter(|offer| can_be_shown(offer, now)) {
        by_flights.entry(flown(offer)).or_default().push(offer);
    }
    let mut cards = Vec::new();
    for mut same in by_flights.into_values() {
        same.sort_by_key(|offer| compared(offer.total));
        let cheapest = same[0];
        same.retain(|offer| offer.supplier == cheapest.supplier);
        // Of two that are called the same the cheaper one.
        let mut brands = Vec::new();
        same.retain(|offer| {
            !brands.contains(&&offer.brand) && {
                brands.push(&offer.brand);
                true
            }
        });
        same.truncate(MOST_PRICES);
        let Some(bounds) = bounds(searching, cheapest) else { continue };
        let parts = i64::try_from(bounds.len()).unwrap_or(1);
        cards.push(OutsideCard {
            supplier: cheapest.supplier.0.clone(),
            bounds,
            cabin: trip.cabin,
            prices: same.iter().map(|offer| price(searching, trip, offer, now)).collect(),
            compared_minor: compared(cheapest.total) / parts.max(1),
            mark: None,
        });
    }
    worth_showing(cards)
}

fn flown(offer: &Offered) -> Flown {
    let name = |flight: &Flight| (flight.designator, flight.departs_at);
    offer.bounds.iter().map(|flights| flights.iter().map(name).collect()).collect()
}

fn worth_showing(cards: Vec<OutsideCard>) -> Vec<OutsideCard> {
    let merit = |card: &OutsideCard| match card.bounds.as_slice() {
        [only] => Some(Merit::of(&only.itinerary, card.compared_minor)),
        bounds => {
            let ways: Vec<Itinerary> = bounds.iter().map(|bound| bound.itinerary.clone()).collect();
            Merit::of_trip(&ways, card.compared_minor)
        }
    };
    let merits: Vec<Merit> = cards.iter().filter_map(merit).collect();
    let mut cards: Vec<Option<OutsideCard>> = cards.into_iter().map(Some).collect();
    shown(&merits).into_iter().filter_map(|i| cards[i].take()).collect()
}

/// The currency in which we sell that trip ourselves.
fn our_currency(searching: &Searching, trip: &Trip) -> Currency {
    let airports = searching.timetables.airports();
    let first = trip.bounds.first().and_then(|bound| airports.expand(bound.origin).first().copied());
    let airport = first.and_then(|code| airports.get(code));
    airport.map_or(Currency::Usd, |airport| of_country(airport.country))
}

fn price(searching: &Searching, trip: &Trip, offer: &Offered, now: Timestamp) -> OutsidePrice {
    let signed = OutsideOffer {
        supplier: offer.supplier.0.clone(),
        id: offer.id.clone(),
        party: trip.party,
        cabin: trip.cabin,
        total: offer.total,
        was: None,
        expires_at: OutsideOffer::expiry(offer.expires_at, now),
    };
    OutsidePrice {
        brand: offer.brand.clone(),
        total: offer.total,
        offer: Some(searching.signing.outside_offer_token(&signed)),
    }
}

fn bounds(searching: &Searching, offer: &Offered) -> Option<Vec<OutsideBound>> {
    offer.bounds.iter().map(|flights| bound(searching, flights)).collect()
}

fn bound(searching: &Searching, flights: &[Flight]) -> Option<OutsideBound> {
    let departures = flights.iter().map(|flight| flight.departure(1)).collect::<Option<Vec<_>>>()?;
    let airports = searching.timetables.airports();
    let city = |code| airports.get(code).map_or_else(|| String::from(code), |airport| airport.city.clone());
    let legs = flights.iter().map(|flight| LegLine {
        origin_name: city(flight.origin),
        destination_name: city(flight.destination),
        carrier_name: carrier_name(flight),
        aircraft_name: flight.aircraft.clone().unwrap_or_else(|| "aircraft not told".into()),
    });
    Some(OutsideBound { itinerary: Itinerary::new(departures).ok()?, legs: legs.collect() })
}

/// As we call it, so that one airline has one name in a list.
fn carrier_name(flight: &Flight) -> String {
    let (carrier, name) = (flight.designator.carrier, reference::carrier_name(flight.designator.carrier));
    let is_known = name != carrier.to_string();
    flight.airline.clone().filter(|_| !is_known).unwrap_or(name)
}
