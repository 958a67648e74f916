use std::{sync::Arc, time::Duration};

use app::{
    answers::{BoundEntry, Checked, ItineraryCard, SearchRequest, SearchResults},
    ports::SearchError,
};
use domain::{
    search::{
        Itinerary,
        form::{DEPART, FROM, TO},
    },
    traveller::Party,
};
use jiff::{Timestamp, civil::DateTime};
use tokio::time::{Instant, timeout_at};

use super::{Asked, asked::AskedSlice};
use crate::{
    partner::{error::ApiError, making::Found},
    site::Site,
};

/// Within the patience of a call, whatever a partner would allow.
const LONGEST: Duration = Duration::from_secs(7);

/// Of a trip of so many slices, so many ways to fly each of them are followed: the more slices, the fewer, since each way
/// of one is combined with each of the next. The last number stands for longer trips.
const WAYS: [usize; 5] = [usize::MAX, 8, 4, 3, 2];

pub fn patience(supplier_timeout_ms: Option<u64>) -> Result<Duration, ApiError> {
    match supplier_timeout_ms {
        None => Ok(LONGEST),
        Some(ms @ 2_000..=60_000) => Ok(Duration::from_millis(ms).min(LONGEST)),
        Some(_) => {
            let message = "A time-out is from 2000 to 60000 milliseconds.";
            Err(ApiError::invalid("invalid_supplier_timeout", "/supplier_timeout", message))
        }
    }
}

/// The offers of a request, cheapest first, as found a moment ago or now.
pub async fn found(
    site: &Site,
    id: &str,
    asked: &Asked,
    now: Timestamp,
) -> Result<Arc<Vec<Found>>, ApiError> {
    match site.partners.recent.found(id, now) {
        Some(found) => Ok(found),
        None => find(site, id, asked, LONGEST, now).await,
    }
}

/// Searches, and remembers what was found. Where the time is over before all was looked at, what was found by then is given.
pub async fn find(
    site: &Site,
    id: &str,
    asked: &Asked,
    patience: Duration,
    now: Timestamp,
) -> Result<Arc<Vec<Found>>, ApiError> {
    let until = Instant::now() + patience;
    let slices = asked.slices.len();
    let ways = WAYS[slices.clamp(1, WAYS.len()) - 1];
    let mut all = Vec::new();
    // One after the other to its end, so that what is found when the time is over can be ordered.
    let mut open: Vec<Vec<Itinerary>> = vec![Vec::new()];
    while let Some(chosen) = open.pop() {
        let request = request(asked, &chosen).ok_or_else(ApiError::internal)?;
        let results = match search(site, request, until).await {
            Ok(Some(results)) => results,
            Ok(None) if chosen.is_empty() => return Err(ApiError::unavailable()),
            Ok(None) => break,
            Err(error) if chosen.is_empty() => return Err(error),
            // One way that is gone meanwhile does not spoil the others.
            Err(_) => continue,
        };
        let more_follow = results.more_follow();
        let cards = results.options.into_iter().filter(|card| fits(card, asked, chosen.len())).take(ways);
        if more_follow {
            let onwards = cards.map(|card| [&chosen[..], &[card.itinerary]].concat());
            // The cheapest is looked at next.
            open.extend(onwards.collect::<Vec<_>>().into_iter().rev());
        } else {
            all.extend(cards.flat_map(|card| offers(site, asked, &chosen, &card, now)));
        }
    }
    all.sort_by(|a, b| (a.quote.total.minor, &a.token).cmp(&(b.quote.total.minor, &b.token)));
    all.dedup_by(|a, b| a.token == b.token);
    let found = Arc::new(all);
    site.partners.recent.remember(id, asked, Some(found.clone()), now);
    Ok(found)
}

/// None where the time is over.
async fn search(
    site: &Site,
    request: SearchRequest,
    until: Instant,
) -> Result<Option<SearchResults>, ApiError> {
    match timeout_at(until, site.ports.search.search(request)).await {
        Err(_) => Ok(None),
        // What cannot be bought now is no offer.
        Ok(Ok(results)) if results.checked == Checked::Paused => Err(ApiError::unavailable()),
        Ok(Ok(results)) => Ok(Some(results)),
        Ok(Err(SearchError::Unavailable)) => Err(ApiError::unavailable()),
        Ok(Err(SearchError::Invalid { field, message })) => {
            Err(ApiError::invalid("invalid_search", &pointer(field), message))
        }
    }
}

/// Where a partner wrote what the search form calls that field.
fn pointer(field: &str) -> String {
    for (fields, name) in [(FROM, "origin"), (TO, "destination"), (DEPART, "departure_date")] {
        if let Some(slice) = fields.iter().position(|other| *other == field) {
            return format!("/slices/{slice}/{name}");
        }
    }
    match field {
        "cabin" => "/cabin_class".into(),
        "adults" | "children" | "infants" => "/passengers".into(),
        _ => "/slices".into(),
    }
}

fn request(asked: &Asked, chosen: &[Itinerary]) -> Option<SearchRequest> {
    let party: Party = asked.party()?;
    let entry = |slice: &AskedSlice| BoundEntry {
        from: slice.origin.to_string(),
        to: slice.destination.to_string(),
        depart: slice.date.to_string(),
    };
    let BoundEntry { from, to, depart } = asked.slices.first().map(entry)?;
    Some(SearchRequest {
        from,
        to,
        depart,
        back: String::new(),
        more: asked.slices[1..].iter().map(entry).collect(),
        adults: party.adults().to_string(),
        children: party.children().to_string(),
        infants: party.infants().to_string(),
        cabin: asked.cabin.letter().to_string(),
        promo: String::new(),
        sort: "cheapest".into(),
        chosen: chosen.iter().map(Itinerary::key).collect(),
    })
}

/// Whether a way to fly is within what was asked for that slice.
fn fits(card: &ItineraryCard, asked: &Asked, slice: usize) -> bool {
    let Some(AskedSlice { departs, arrives, .. }) = asked.slices.get(slice) else { return false };
    let within =
        |at: DateTime, range: &Option<_>| range.is_none_or(|(from, to)| (from..=to).contains(&at.time()));
    card.itinerary.stops() <= usize::from(asked.max_connections)
        && within(card.itinerary.first().departs, departs)
        && within(card.itinerary.last().arrives, arrives)
}

/// An offer for each brand, signed so that its id is the same whenever this request is searched for again.
fn offers(
    site: &Site,
    asked: &Asked,
    chosen: &[Itinerary],
    card: &ItineraryCard,
    now: Timestamp,
) -> Vec<Found> {
    let signed = card.prices.iter().filter_map(|price| price.offer.as_deref());
    signed
        .filter_map(|token| {
            let mut offer = site.signing.read_offer(token).ok()?;
            offer.expires_at = asked.expires_at();
            let sold = site.seating.on_sale(&offer, now).ok()?;
            if sold.quote.total != offer.total {
                return None;
            }
            let bounds = chosen.iter().chain([&card.itinerary]).cloned().collect();
            Some(Found { token: site.signing.offer_token(&offer), offer, bounds, quote: sold.quote })
        })
        .collect()
}
