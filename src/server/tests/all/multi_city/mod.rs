//! Trips of more bounds than there and back.

mod booking;
mod choosing;
mod refusals;

use app::{
    answers::{BoundEntry, SearchRequest, SearchResults},
    ports::Search as _,
};
use domain::{departure::DepartureId, fare::FareBrand};
use jiff::{ToSpan as _, civil::Date};

use crate::world::{World, departure};

/// So many days after the day in a month.
fn day(days: i32) -> Date {
    departure("Q1200").date.saturating_add(days.days())
}

fn flight(name: &str, days: i32) -> DepartureId {
    DepartureId { date: day(days), ..departure(name) }
}

fn entry(from: &str, to: &str, days: i32) -> BoundEntry {
    BoundEntry { from: from.into(), to: to.into(), depart: day(days).to_string() }
}

/// What a traveller types for these flights, each with its route and its day.
fn asks(flights: &[(&str, i32)]) -> SearchRequest {
    let mut rows = flights.iter().map(|(route, days)| entry(&route[..3], &route[4..], *days));
    let BoundEntry { from, to, depart } = rows.next().unwrap();
    SearchRequest { from, to, depart, more: rows.collect(), adults: "2".into(), ..SearchRequest::default() }
}

/// To Los Angeles, two days later back to New York, and home from another city altogether.
fn open_jaw() -> SearchRequest {
    asks(&[("BOS-LAX", 0), ("LAX-JFK", 2), ("BOS-JFK", 4)])
}

async fn search(world: &World, request: &SearchRequest) -> SearchResults {
    world.site.searching.search(request.clone()).await.unwrap()
}

/// Chooses the first way to fly each bound but the last, and gives the last list.
async fn up_to_the_last(world: &World, mut request: SearchRequest) -> SearchResults {
    loop {
        let results = search(world, &request).await;
        if !results.more_follow() {
            return results;
        }
        request.chosen.push(results.options[0].key.clone());
    }
}

/// The signed offer of a brand on the first card of the last list.
fn offer(results: &SearchResults, brand: FareBrand) -> String {
    let price = results.options[0].prices.iter().find(|price| price.brand == brand).unwrap();
    price.offer.clone().unwrap()
}
