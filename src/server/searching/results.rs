//! Results of one bound, with a price strip around its date.

use std::{sync::Arc, time::Instant};

use app::{
    answers::{Beside, DayPrice, ItineraryCard, SearchRequest, SearchResults},
    ports::SearchError,
};
use domain::{
    cabin::Cabin,
    departure::DepartureId,
    fare::FareBrand,
    network::Network,
    search::{self, Bound, Found, Itinerary, Priced, Search, SearchQuery, Sort, form::CHOSEN},
};
use jiff::{Timestamp, ToSpan, civil::Date};

use super::{Asked, Searching, pricing::Pricing, promoting, request};
use crate::selling::Selling;

/// Days of the price strip before and after the date.
const STRIP_DAYS: i32 = 3;

pub(super) async fn search(
    searching: &Searching,
    request: &SearchRequest,
) -> Result<SearchResults, SearchError> {
    let began = Instant::now();
    let now = Timestamp::now();
    let airports = searching.timetables.airports();
    let network = searching.timetables.network();
    let query = request::parse(request, airports, network.timetable(), now)?;
    let chosen = chosen(searching, &network, request, &query, now)?;
    let step = chosen.len();
    let bound = query.bounds()[step];

    let asked = Asked { bound, party: query.party, cabin: query.cabin };
    searching.popular.note(asked);
    let days = days_around(searching, &network, &asked, now);
    let available = searching.available(asked, departures_of(&days), now).await;
    let left_of_chosen = searching.available_of_chosen(&chosen, query.cabin).await;
    let typed = promoting::look_up(searching, &request.promo, now).await;
    let pricing = Pricing {
        searching,
        query: &query,
        promotion: typed.promotion(),
        chosen: &chosen,
        left_of_chosen: &left_of_chosen,
        more_follow: step + 1 < query.bounds().len(),
        available: &available,
        now,
    };

    let mut options = Vec::new();
    let mut strip = Vec::new();
    let selling = searching.timetables.selling();
    for (date, mut found) in days {
        if date != bound.date && !is_worth_asking(searching, &query, &chosen, date, now) {
            continue;
        }
        keep_what_is_sold(&mut found, selling, query.cabin, now);
        let price_minor = pricing.price_minor(&found, date);
        let cheapest = if date == bound.date {
            options = found.worth_showing(price_minor);
            options.iter().min_by_key(|option| option.price_minor).map(|option| option.itinerary.clone())
        } else {
            found.cheapest(price_minor)
        };
        let cheapest = cheapest.and_then(|itinerary| pricing.total(&itinerary, FareBrand::Basic));
        strip.push(DayPrice { date, cheapest });
    }
    Sort::parse(&request.sort).unwrap_or_default().sort(&mut options);
    let name = |code| airports.place(code).map_or_else(|| String::from(code), |place| city_of(&place.name));
    let card_of_chosen = |(place, itinerary): (usize, &Itinerary)| {
        Pricing { chosen: &chosen[..place], more_follow: true, ..pricing }.card(itinerary, None)
    };
    Ok(SearchResults {
        date: bound.date,
        origin_name: name(bound.origin),
        destination_name: name(bound.destination),
        chosen: chosen.iter().enumerate().map(card_of_chosen).collect(),
        options: cards(&pricing, &options),
        days: strip,
        checked: available.checked(now),
        promotion: typed.note(&query, airports),
        beside: Beside::Nobody,
        took_ms: u32::try_from(began.elapsed().as_millis()).unwrap_or(u32::MAX),
        query: query.clone(),
    })
}

/// The ways to fly on the date that is asked for and on those around it that are not over, sold or not: they are the
/// same for all who ask for the same.
fn days_around<'n>(
    searching: &Searching,
    network: &'n Network,
    asked: &Asked,
    now: Timestamp,
) -> Vec<(Date, Found<'n>)> {
    let airports = searching.timetables.airports();
    let Bound { origin, destination, date } = asked.bound;
    let today = request::today_at(origin, airports, now);
    let search = Search::new(network, airports, origin, destination);
    (-STRIP_DAYS..=STRIP_DAYS)
        .filter_map(|offset| date.checked_add(offset.days()).ok())
        .filter(|date| *date >= today)
        .map(|date| (date, search.on(date, asked.cabin, now)))
        .collect()
}

/// Leaves out what is not sold now.
pub(super) fn keep_what_is_sold(found: &mut Found<'_>, selling: &Selling, cabin: Cabin, now: Timestamp) {
    let network = found.network();
    found.retain(|hop| selling.of(hop.id(network), cabin).check(hop.departs_at(), now).is_ok());
}

/// Whether the bound that comes next can be searched for on that other day: not before its traveller arrives by what is
/// chosen, nor after the bound that follows it.
fn is_worth_asking(
    searching: &Searching,
    query: &SearchQuery,
    chosen: &[Itinerary],
    date: Date,
    now: Timestamp,
) -> bool {
    let airports = searching.timetables.airports();
    let moved = query.with_date(chosen.len(), date);
    let here = |at| request::today_at(moved.bounds()[chosen.len()].origin, airports, at);
    let has_arrived = chosen.last().is_none_or(|before| here(before.last().arrives_at) <= date);
    has_arrived
        && moved.validate(airports, request::today_at(moved.bounds()[0].origin, airports, now)).is_ok()
}

/// The departures that an answer to this has to tell of; none where the date is over.
pub(super) fn departures_around(
    searching: &Searching,
    asked: &Asked,
    now: Timestamp,
) -> Option<Arc<[DepartureId]>> {
    let network = searching.timetables.network();
    let days = days_around(searching, &network, asked, now);
    days.iter().any(|(date, _)| *date == asked.bound.date).then(|| departures_of(&days))
}

pub(super) fn departures_of(days: &[(Date, Found<'_>)]) -> Arc<[DepartureId]> {
    let mut departures: Vec<DepartureId> = days.iter().flat_map(|(_, found)| found.departures()).collect();
    departures.sort_unstable();
    departures.dedup();
    departures.into()
}

fn cards(pricing: &Pricing<'_>, options: &[Priced]) -> Vec<ItineraryCard> {
    let figures: Vec<(i64, i32)> =
        options.iter().map(|option| (option.price_minor, option.itinerary.duration_min())).collect();
    let marks = search::marks(&figures);
    options.iter().zip(marks).map(|(option, mark)| pricing.card(&option.itinerary, mark)).collect()
}

/// "New York, all airports" → "New York".
pub(super) fn city_of(name: &str) -> String {
    name.split(',').next().unwrap_or(name).to_owned()
}

/// The ways to fly the first bounds that the URL names, if each is one of its bound's, still flies, and leaves after the
/// one before it has arrived.
fn chosen(
    searching: &Searching,
    network: &Network,
    request: &SearchRequest,
    query: &SearchQuery,
    now: Timestamp,
) -> Result<Vec<Itinerary>, SearchError> {
    let mut chosen: Vec<Itinerary> = Vec::new();
    for (place, key) in request.chosen.iter().enumerate() {
        let wrong = |what: &str| SearchError::Invalid {
            field: CHOSEN[place.min(CHOSEN.len() - 1)],
            message: if query.is_return() {
                format!("The outbound flight you chose {what}. Choose another.")
            } else {
                format!("What you chose for flight {} {what}. Choose another.", place + 1)
            },
        };
        // What is chosen last is bought, and stands in no URL.
        let is_last = place + 1 >= query.bounds().len();
        let Some(bound) = query.bounds().get(place).filter(|_| !is_last) else {
            return Err(wrong("is of no use for this trip"));
        };
        let departures = Itinerary::parse_key(key).map_err(|_| wrong("is not on sale"))?;
        let found = search::search(network, searching.timetables.airports(), bound, query.cabin, now);
        let itinerary = found.find(&departures).ok_or_else(|| wrong("is not on sale"))?;
        if chosen.last().is_some_and(|before| itinerary.first().departs_at <= before.last().arrives_at) {
            return Err(wrong("leaves before you arrive by the one before it"));
        }
        chosen.push(itinerary);
    }
    Ok(chosen)
}
