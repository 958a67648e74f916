//! What others sell in a traveller's search: beside our own ways to fly, never in their way.

mod bad;
mod cached;
mod pages;
mod searches;
mod seller;

use app::answers::{OutsideCard, OutsideResults, SearchRequest};
use jiff::ToSpan as _;

use crate::world::departure;

/// Boston to Los Angeles for so many adults, as [`crate::world::schedule`] flies it.
fn one_way(adults: u8) -> SearchRequest {
    SearchRequest {
        from: "BOS".into(),
        to: "LAX".into(),
        depart: departure("Q1200").date.to_string(),
        adults: adults.to_string(),
        ..SearchRequest::default()
    }
}

/// And back a week later.
fn both_ways(adults: u8) -> SearchRequest {
    let back = departure("Q1200").date.checked_add(7.days()).unwrap();
    SearchRequest { back: back.to_string(), ..one_way(adults) }
}

/// "Duffel: ZZ500" for a way out, "Duffel: ZZ500, ZZ501" for both ways.
fn names(found: &OutsideResults) -> Vec<String> {
    let mut names: Vec<String> = found.cards.iter().map(name).collect();
    names.sort();
    names
}

fn name(card: &OutsideCard) -> String {
    let legs = card.bounds.iter().flat_map(|bound| bound.itinerary.legs());
    let flights: Vec<String> = legs.map(|leg| leg.id.flight.to_string()).collect();
    format!("{}: {}", card.supplier, flights.join(", "))
}
