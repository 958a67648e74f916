//! What the cheapest way to fly the first bound costs on each day of a month.

use app::{
    answers::{DayPrice, MonthPrices, SearchRequest},
    ports::SearchError,
};
use domain::{
    fare::FareBrand,
    search::{Bound, HORIZON_DAYS, Search},
};
use jiff::{Timestamp, ToSpan, civil::Date};

use super::{
    Asked, Searching,
    available::Available,
    pricing::Pricing,
    promoting, request,
    results::{city_of, departures_of, keep_what_is_sold},
};

pub(super) async fn month(searching: &Searching, request: SearchRequest) -> Result<MonthPrices, SearchError> {
    let now = Timestamp::now();
    let airports = searching.timetables.airports();
    let network = searching.timetables.network();
    let query = request::parse(&request, airports, network.timetable(), now)?;
    let Bound { origin, destination, date } = query.bounds()[0];
    let today = request::today_at(origin, airports, now);
    let sold = (today, today.saturating_add(HORIZON_DAYS.days()));
    let first = date.first_of_month();
    let dates: Vec<Date> = first.series(1.day()).take_while(|day| *day <= date.last_of_month()).collect();

    let search = Search::new(&network, airports, origin, destination);
    let mut days = Vec::new();
    for date in dates.iter().filter(|date| (sold.0..=sold.1).contains(date)) {
        days.push((*date, search.on(*date, query.cabin, now)));
        // A month is a lot to search at once: others have their turn between two days.
        tokio::task::yield_now().await;
    }
    let bound = Bound { origin, destination, date: first };
    let asked = Asked { bound, party: query.party, cabin: query.cabin };
    let available = searching.available_in_month(&asked, departures_of(&days)).await;
    let typed = promoting::look_up(searching, &request.promo, now).await;
    let pricing = Pricing {
        searching,
        query: &query,
        promotion: typed.promotion(),
        chosen: &[],
        left_of_chosen: &Available::UNKNOWN,
        more_follow: query.bounds().len() > 1,
        available: &available,
        now,
    };
    let selling = searching.timetables.selling();
    let mut prices = Vec::new();
    for (date, mut found) in days {
        keep_what_is_sold(&mut found, selling, query.cabin, now);
        let cheapest = found.cheapest(pricing.price_minor(&found, date));
        prices.push((date, cheapest.and_then(|itinerary| pricing.total(&itinerary, FareBrand::Basic))));
        tokio::task::yield_now().await;
    }
    let price_on = |date| prices.iter().find(|(day, _)| *day == date).and_then(|(_, price)| *price);
    let name = |code| airports.place(code).map_or_else(|| String::from(code), |place| city_of(&place.name));
    Ok(MonthPrices {
        origin_name: name(origin),
        destination_name: name(destination),
        days: dates.into_iter().map(|date| DayPrice { date, cheapest: price_on(date) }).collect(),
        sold,
        promotion: typed.note(&query, airports),
        checked: available.checked(now),
        query,
    })
}
