use std::{sync::Arc, time::Duration};

use app::{
    answers::{Checked, ItineraryCard, SearchRequest, SearchResults},
    ports::SearchError,
};
use domain::{search::Itinerary, traveller::Party};
use jiff::{Timestamp, civil::DateTime};
use tokio::time::{Instant, timeout_at};

use super::{Asked, asked::AskedSlice};
use crate::{
    partner::{error::ApiError, making::Found},
    site::Site,
};

/// Within the patience of a call, whatever a partner would allow.
const LONGEST: Duration = Duration::from_secs(7);

/// Of a return: so many ways out, each with so many ways back.
const WAYS_OUT: usize = 8;
const WAYS_BACK: usize = 8;

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
    let mut all = Vec::new();
    let outbound = search(site, request(asked, "").ok_or_else(ApiError::internal)?, until).await?;
    let Some(outbound) = outbound else { return Err(ApiError::unavailable()) };
    let ways_out = outbound.options.into_iter().filter(|card| fits(card, asked, 0));
    if let [_, _] = asked.slices.as_slice() {
        for out in ways_out.take(WAYS_OUT) {
            let Some(request) = request(asked, &out.key) else { continue };
            // One way out that is gone meanwhile does not spoil the others.
            let back = match search(site, request, until).await {
                Ok(Some(back)) => back,
                Ok(None) => break,
                Err(_) => continue,
            };
            for card in back.options.into_iter().filter(|card| fits(card, asked, 1)).take(WAYS_BACK) {
                all.extend(offers(site, asked, Some(&out.itinerary), &card, now));
            }
        }
    } else {
        for card in ways_out {
            all.extend(offers(site, asked, None, &card, now));
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
            let pointer = match field {
                "from" => "/slices/0/origin",
                "to" => "/slices/0/destination",
                "depart" => "/slices/0/departure_date",
                "back" => "/slices/1/departure_date",
                "cabin" => "/cabin_class",
                "adults" | "children" | "infants" => "/passengers",
                _ => "/slices",
            };
            Err(ApiError::invalid("invalid_search", pointer, message))
        }
    }
}

fn request(asked: &Asked, outbound: &str) -> Option<SearchRequest> {
    let party: Party = asked.party()?;
    let first = asked.slices.first()?;
    Some(SearchRequest {
        from: first.origin.to_string(),
        to: first.destination.to_string(),
        depart: first.date.to_string(),
        back: asked.slices.get(1).map(|slice| slice.date.to_string()).unwrap_or_default(),
        adults: party.adults().to_string(),
        children: party.children().to_string(),
        infants: party.infants().to_string(),
        cabin: asked.cabin.letter().to_string(),
        sort: "cheapest".into(),
        outbound: outbound.to_owned(),
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
    outbound: Option<&Itinerary>,
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
            let bounds = outbound.into_iter().chain([&card.itinerary]).cloned().collect();
            Some(Found { token: site.signing.offer_token(&offer), offer, bounds, quote: sold.quote })
        })
        .collect()
}
