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
    search::{self, Bound, Found, Itinerary, Priced, Search, SearchQuery, Sort},
};
use jiff::{Timestamp, ToSpan, civil::Date};

use super::{Asked, Searching, pricing::Pricing, request};
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
    let outbound = chosen_outbound(searching, &network, request, &query, now)?;
    let step = usize::from(outbound.is_some());
    let bounds = query.bounds();
    let bound = bounds[step];

    let asked = Asked { bound, party: query.party, cabin: query.cabin };
    searching.popular.note(asked);
    let days = days_around(searching, &network, &asked, now);
    let available = searching.available(asked, departures_of(&days), now).await;
    let pricing = Pricing {
        searching,
        query: &query,
        outbound: outbound.as_ref(),
        return_follows: step + 1 < bounds.len(),
        available: &available,
        now,
    };

    let mut options = Vec::new();
    let mut strip = Vec::new();
    let selling = searching.timetables.selling();
    for (date, mut found) in days {
        if date != bound.date && !is_worth_asking(searching, &query, step, date, now) {
            continue;
        }
        keep_what_is_sold(&mut found, selling, query.cabin, now);
        let price_minor = pricing.price_minor(&found);
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
    let outbound_pricing = Pricing { outbound: None, return_follows: true, ..pricing };
    Ok(SearchResults {
        date: bound.date,
        origin_name: name(bound.origin),
        destination_name: name(bound.destination),
        outbound: outbound.as_ref().map(|itinerary| outbound_pricing.card(itinerary, None)),
        return_follows: pricing.return_follows,
        options: cards(&pricing, &options),
        days: strip,
        checked: available.checked(now),
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

/// Whether that other day can be searched for.
fn is_worth_asking(
    searching: &Searching,
    query: &SearchQuery,
    step: usize,
    date: Date,
    now: Timestamp,
) -> bool {
    let airports = searching.timetables.airports();
    let today = request::today_at(query.origin, airports, now);
    query_on(query, step, date).validate(airports, today).is_ok()
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

fn query_on(query: &SearchQuery, step: usize, date: Date) -> SearchQuery {
    match (step, query.return_date) {
        (0, Some(back)) => SearchQuery { date, return_date: Some(back.max(date)), ..query.clone() },
        (0, None) => SearchQuery { date, ..query.clone() },
        _ => SearchQuery { return_date: Some(date), ..query.clone() },
    }
}

/// The outbound that the URL names, if it is one of the query's and still flies.
fn chosen_outbound(
    searching: &Searching,
    network: &Network,
    request: &SearchRequest,
    query: &SearchQuery,
    now: Timestamp,
) -> Result<Option<Itinerary>, SearchError> {
    if request.outbound.is_empty() || query.return_date.is_none() {
        return Ok(None);
    }
    let gone = || SearchError::Invalid {
        field: "outbound",
        message: "The outbound flight you chose is not on sale. Choose another.".into(),
    };
    let departures = Itinerary::parse_key(&request.outbound).map_err(|_| gone())?;
    let bound = query.bounds()[0];
    search::search(network, searching.timetables.airports(), &bound, query.cabin, now)
        .find(&departures)
        .ok_or_else(gone)
        .map(Some)
}
