//! Results of one bound, with a price strip around its date.

use std::{collections::HashMap, time::Instant};

use app::{
    answers::{BrandPrice, DayPrice, ItineraryCard, LegLine, SearchRequest, SearchResults},
    ports::SearchError,
};
use domain::{
    departure::DepartureId,
    fare::{self, FareBrand},
    offer::Offer,
    search::{self, Bound, Itinerary, Priced, SearchQuery, Sort},
};
use jiff::{SignedDuration, Timestamp, ToSpan, civil::Date};

use super::{Searching, request, unavailable};
use crate::reference;

/// How long a price that was shown can be chosen.
const OFFER_TTL: SignedDuration = SignedDuration::from_mins(30);
/// Days of the price strip before and after the date.
const STRIP_DAYS: i32 = 3;

type PlacesLeft = HashMap<DepartureId, u16>;

pub(super) async fn search(
    searching: &Searching,
    request: &SearchRequest,
) -> Result<SearchResults, SearchError> {
    let began = Instant::now();
    let now = Timestamp::now();
    let timetable = searching.timetables.current();
    let airports = searching.timetables.airports();
    let query = request::parse(request, airports, &timetable, now)?;
    let bounds = query.bounds();
    let outbound = chosen_outbound(searching, request, &query, now)?;
    let step = usize::from(outbound.is_some());
    let return_follows = step + 1 < bounds.len();
    let bound = bounds[step];

    let days: Vec<(Date, Vec<Itinerary>)> = (-STRIP_DAYS..=STRIP_DAYS)
        .filter_map(|offset| bound.date.checked_add(offset.days()).ok())
        .filter(|date| {
            *date == bound.date
                || query_on(&query, step, *date)
                    .validate(airports, request::today_at(query.origin, airports, now))
                    .is_ok()
        })
        .map(|date| {
            let found = search::search(&timetable, airports, &Bound { date, ..bound }, query.cabin, now);
            (date, found)
        })
        .collect();
    let mut departures: Vec<DepartureId> =
        days.iter().flat_map(|(_, found)| found).flat_map(Itinerary::legs).map(|leg| leg.id).collect();
    departures.sort_unstable();
    departures.dedup();
    let left = searching.postgres.places_left(&departures, query.cabin).await.map_err(unavailable)?;

    let priced_days: Vec<(Date, Vec<Priced>)> = days
        .into_iter()
        .map(|(date, found)| (date, price_all(searching, &query, outbound.as_ref(), found, &left)))
        .collect();
    let strip = priced_days.iter().map(|(date, priced)| DayPrice {
        date: *date,
        cheapest: cheapest(searching, &query, outbound.as_ref(), priced),
    });
    let strip = strip.collect();
    let mut options =
        priced_days.into_iter().find(|(date, _)| *date == bound.date).map(|(_, p)| p).unwrap_or_default();
    options = search::worth_showing(options);
    Sort::parse(&request.sort).unwrap_or_default().sort(&mut options);
    let (lowest, shortest) = (
        options.iter().map(|o| o.price_minor).min().unwrap_or_default(),
        options.iter().map(|o| o.itinerary.duration_min()).min().unwrap_or_default(),
    );
    let cheapest_alone = options.iter().filter(|o| o.price_minor == lowest).count() == 1;
    let shortest_alone = options.iter().filter(|o| o.itinerary.duration_min() == shortest).count() == 1;
    let name = |code| airports.place(code).map_or_else(|| code.to_string(), |place| city_of(&place.name));
    let cards = options
        .iter()
        .map(|option| {
            // A distinction that several share says nothing.
            let mark = match (
                cheapest_alone && option.price_minor == lowest,
                shortest_alone && option.itinerary.duration_min() == shortest,
            ) {
                (true, true) => Some("cheapest and shortest"),
                (true, false) => Some("cheapest"),
                (false, true) => Some("shortest"),
                _ => None,
            };
            card(searching, &query, outbound.as_ref(), &option.itinerary, &left, return_follows, mark, now)
        })
        .collect();
    let (origin_name, destination_name) = (name(bound.origin), name(bound.destination));
    let outbound_card =
        outbound.as_ref().map(|itinerary| card(searching, &query, None, itinerary, &left, true, None, now));
    Ok(SearchResults {
        date: bound.date,
        origin_name,
        destination_name,
        outbound: outbound_card,
        return_follows,
        options: cards,
        days: strip,
        took_ms: u32::try_from(began.elapsed().as_millis()).unwrap_or(u32::MAX),
        query,
    })
}

/// "New York, all airports" → "New York".
fn city_of(name: &str) -> String {
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
    let timetable = searching.timetables.current();
    let bound = query.bounds()[0];
    search::search(&timetable, searching.timetables.airports(), &bound, query.cabin, now)
        .into_iter()
        .find(|itinerary| itinerary.key() == request.outbound)
        .ok_or_else(gone)
        .map(Some)
}

/// Those that have room for everyone, with their lowest price.
fn price_all(
    searching: &Searching,
    query: &SearchQuery,
    outbound: Option<&Itinerary>,
    found: Vec<Itinerary>,
    left: &PlacesLeft,
) -> Vec<Priced> {
    found
        .into_iter()
        .filter(|itinerary| places_left(itinerary, query, left) >= u16::from(query.party.seats()))
        // Nobody flies back before having arrived.
        .filter(|itinerary| outbound.is_none_or(|out| out.last().arrives_at < itinerary.first().departs_at))
        .filter_map(|itinerary| {
            let price_minor = quote(searching, query, outbound, &itinerary, FareBrand::Basic)?.total.minor;
            Some(Priced { itinerary, price_minor })
        })
        .collect()
}

fn cheapest(
    searching: &Searching,
    query: &SearchQuery,
    outbound: Option<&Itinerary>,
    priced: &[Priced],
) -> Option<domain::money::Money> {
    let lowest = priced.iter().min_by_key(|p| p.price_minor)?;
    Some(quote(searching, query, outbound, &lowest.itinerary, FareBrand::Basic)?.total)
}

fn quote(
    searching: &Searching,
    query: &SearchQuery,
    outbound: Option<&Itinerary>,
    itinerary: &Itinerary,
    brand: FareBrand,
) -> Option<fare::Quote> {
    let bounds: Vec<Itinerary> = outbound.into_iter().chain([itinerary]).cloned().collect();
    fare::price(&bounds, query.cabin, brand, query.party, searching.timetables.airports())
        .inspect_err(
            |error| tracing::warn!(%error, itinerary = itinerary.key(), "an itinerary cannot be priced"),
        )
        .ok()
}

/// Places left on the fullest leg.
fn places_left(itinerary: &Itinerary, query: &SearchQuery, left: &PlacesLeft) -> u16 {
    itinerary
        .legs()
        .iter()
        .map(|leg| left.get(&leg.id).copied().unwrap_or_else(|| leg.configuration.places(query.cabin)))
        .min()
        .unwrap_or_default()
}

#[allow(clippy::too_many_arguments)]
fn card(
    searching: &Searching,
    query: &SearchQuery,
    outbound: Option<&Itinerary>,
    itinerary: &Itinerary,
    left: &PlacesLeft,
    return_follows: bool,
    mark: Option<&str>,
    now: Timestamp,
) -> ItineraryCard {
    let city =
        |code| searching.timetables.airports().get(code).map_or_else(|| code.to_string(), |a| a.city.clone());
    let prices = FareBrand::ALL
        .into_iter()
        .filter_map(|brand| {
            let total = quote(searching, query, outbound, itinerary, brand)?.total;
            let offer = Offer {
                bounds: outbound
                    .into_iter()
                    .chain([itinerary])
                    .map(|bound| bound.legs().iter().map(|leg| leg.id).collect())
                    .collect(),
                cabin: query.cabin,
                brand,
                party: query.party,
                total,
                expires_at: now + OFFER_TTL,
            };
            let offer = (!return_follows).then(|| searching.signing.offer_token(&offer));
            Some(BrandPrice { brand, total, offer })
        })
        .collect();
    ItineraryCard {
        key: itinerary.key(),
        legs: itinerary
            .legs()
            .iter()
            .map(|leg| LegLine {
                origin_name: city(leg.origin),
                destination_name: city(leg.destination),
                carrier_name: reference::carrier_name(leg.id.flight.carrier),
                aircraft_name: reference::aircraft_name(leg.aircraft),
            })
            .collect(),
        cabin: query.cabin,
        prices,
        places_left: places_left(itinerary, query, left),
        mark: mark.map(str::to_owned),
        itinerary: itinerary.clone(),
    }
}
