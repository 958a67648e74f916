//! "Leaving New York today": the next departures from the demo's busiest city.

use app::{
    answers::{Board, BoardRow},
    ports::SearchError,
};
use domain::{
    airport::AirportCode,
    cabin::Cabin,
    departure::Departure,
    fare::{self, FareBrand, Terms},
    search::Itinerary,
    traveller::Party,
};
use jiff::Timestamp;

use super::{Searching, request::today_at, results::city_of};

const ROWS: usize = 6;

pub(super) async fn board(searching: &Searching) -> Result<Board, SearchError> {
    let now = Timestamp::now();
    let timetable = searching.timetables.current();
    let airports = searching.timetables.airports();
    let Some(city) = busiest(searching) else { return Ok(Board { city: String::new(), rows: Vec::new() }) };
    let today = today_at(city, airports, now);
    let selling = searching.timetables.selling();
    let mut departures: Vec<Departure> = [Some(today), today.tomorrow().ok()]
        .into_iter()
        .flatten()
        .flat_map(|date| airports.expand(city).into_iter().map(move |airport| (airport, date)))
        .flat_map(|(airport, date)| timetable.departures_from(airport, date))
        .filter(|departure| {
            selling.are_on_sale(std::slice::from_ref(departure), Cabin::Economy, now)
                && departure.configuration.places(Cabin::Economy) > 0
        })
        .collect();
    departures.sort_by_key(|departure| (departure.departs_at, departure.id));
    departures.dedup_by_key(|departure| departure.destination);
    departures.truncate(ROWS);
    let ids: Vec<_> = departures.iter().map(|departure| departure.id).collect();
    let available = searching.available_on_board(&ids, Cabin::Economy).await;
    let Ok(one) = Party::new(1, 0, 0) else { return Err(SearchError::Unavailable) };
    let terms =
        Terms { cabin: Cabin::Economy, brand: FareBrand::Basic, party: one, bought_at: now, discount: None };
    let rows = departures
        .into_iter()
        .filter_map(|departure| {
            let itinerary = Itinerary::new(vec![departure.clone()]).ok()?;
            let left =
                |leg: &Departure| available.classes(leg.id).unwrap_or_else(|| leg.untouched(Cabin::Economy));
            let quote =
                fare::price(&[itinerary], &terms, left, airports, searching.timetables.tariff()).ok()?;
            Some(BoardRow {
                time: departure.departs.strftime("%H:%M").to_string(),
                destination: departure.destination,
                destination_name: airports.get(departure.destination)?.city.clone(),
                flight: departure.id.flight.spaced(),
                places_left: available.is_known().then(|| {
                    let untouched = || departure.configuration.places(Cabin::Economy);
                    available.left(departure.id).unwrap_or_else(untouched)
                }),
                from_price: quote.total,
                search: format!(
                    "/search?from={}&to={}&depart={}",
                    departure.origin, departure.destination, departure.id.date
                ),
            })
        })
        .collect();
    let city = airports.place(city).map_or_else(|| city.to_string(), |place| place.name);
    Ok(Board { city: city_of(&city), rows })
}

/// The city, or the airport without one, that most legs leave from.
fn busiest(searching: &Searching) -> Option<AirportCode> {
    let mut counts = std::collections::BTreeMap::<AirportCode, usize>::new();
    for leg in searching.timetables.current().legs() {
        let airport = leg.origin.airport;
        let city = searching.timetables.airports().get(airport).and_then(|a| a.city_code).unwrap_or(airport);
        *counts.entry(city).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(_, legs)| *legs).map(|(city, _)| city)
}
