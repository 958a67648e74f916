//! Another way to fly on the same day that costs less, for who is asked to accept a higher price.

use app::answers::NextBest;
use domain::{
    departure::{Departure, DepartureId},
    fare::{self, WayPrices},
    offer::{OFFER_TTL, Offer},
    search::{Hop, Itinerary, Search},
};
use jiff::Timestamp;

use super::Seating;

/// In place of the last bound, between the same airports on the same day: the cheapest way, if it costs less than the
/// offer does now. None where that cannot be told.
pub(super) async fn next_best(
    seating: &Seating,
    offer: &Offer,
    bounds: &[Itinerary],
    now: Timestamp,
) -> Option<NextBest> {
    let (last, before) = bounds.split_last()?;
    let (airports, tariff) = (seating.timetables.airports(), seating.timetables.tariff());
    let network = seating.timetables.network();
    let cabin = offer.cabin;
    let search = Search::new(&network, airports, last.origin(), last.destination());
    let mut found = search.on(last.first().departs.date(), cabin, now);
    let selling = seating.timetables.selling();
    found.retain(|hop| selling.of(hop.id(&network), cabin).check(hop.departs_at(), now).is_ok());

    let mut departures = found.departures();
    departures.extend(before.iter().flat_map(Itinerary::legs).map(|leg| leg.id));
    let capacity = |id: DepartureId| {
        network.timetable().departure(&id).map_or(0, |departure| departure.configuration.places(cabin))
    };
    let left = seating.postgres.classes_left(&departures, cabin, capacity).await;
    let left = left.inspect_err(|error| tracing::warn!(%error, "no other way can be offered")).ok()?;
    let of_leg = |leg: &Departure| left.get(&leg.id).copied().unwrap_or_else(|| leg.untouched(cabin));
    let of_hop = |hop: &Hop| {
        let untouched = || domain::cabin::ClassesLeft::untouched(cabin, hop.places(&network, cabin));
        left.get(&hop.id(&network)).copied().unwrap_or_else(untouched)
    };
    let terms = offer.terms(now);
    let mut prices = WayPrices::new(&found, before, terms, (of_hop, of_leg), airports, tariff);
    let arrived = before.last().map(|bound| bound.last().arrives_at);
    let itinerary = found.cheapest(|way| {
        let first = &found.hops()[way.hops()[0] as usize];
        let is_in_time = arrived.is_none_or(|arrived| first.departs_at() > arrived);
        prices.total_minor(way).filter(|minor| is_in_time && *minor < offer.total.minor)
    })?;
    let all: Vec<Itinerary> = before.iter().cloned().chain([itinerary.clone()]).collect();
    let quote = fare::price(&all, &terms, of_leg, airports, tariff).ok()?;
    let other = Offer {
        bounds: all.iter().map(|bound| bound.legs().iter().map(|leg| leg.id).collect()).collect(),
        classes: quote.classes,
        total: quote.total,
        was: None,
        closed: None,
        expires_at: now + OFFER_TTL,
        ..offer.clone()
    };
    let is_cheaper = other.total.currency == offer.total.currency && other.total.minor < offer.total.minor;
    is_cheaper.then(|| NextBest { itinerary, total: other.total, offer: seating.signing.offer_token(&other) })
}
