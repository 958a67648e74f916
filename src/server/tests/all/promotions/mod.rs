//! Promotion codes: in prices, in holds, and never used more often than they may.

mod lost;
mod race;
mod search;
mod staff;

use app::{
    answers::{SearchRequest, SearchResults},
    ports::{HoldError, Search as _, Seats as _, Visitor},
};
use domain::{fare::FareBrand, hold::HoldId, promotion::PromotionCode};
use server::promoting;

use crate::world::{World, departure};

/// As staff make one; what they would be told.
async fn staff(world: &World, words: &str) -> Result<String, String> {
    let words: Vec<&str> = words.split_whitespace().collect();
    promoting::command(&world.postgres, &words).await
}

/// A fifth off everything, so often.
async fn fifth_off(world: &World, code: &str, uses: u32) {
    staff(world, &format!("make {code} 20% --uses {uses} --until 2099-12-31")).await.unwrap();
}

fn asks(promo: &str) -> SearchRequest {
    let depart = departure("Q1200").date.to_string();
    SearchRequest {
        from: "JFK".into(),
        to: "LAX".into(),
        depart,
        promo: promo.into(),
        ..SearchRequest::default()
    }
}

async fn search(world: &World, promo: &str) -> SearchResults {
    world.site.searching.search(asks(promo)).await.unwrap()
}

/// The signed offer of the first way to fly, in that brand.
fn offer(results: &SearchResults, brand: FareBrand) -> String {
    let price = results.options[0].prices.iter().find(|price| price.brand == brand).unwrap();
    price.offer.clone().unwrap()
}

async fn choose(world: &World, visitor: Visitor, offer: &str) -> Result<HoldId, HoldError> {
    world.site.seating.choose(visitor.into(), offer).await
}

async fn uses(world: &World, code: &str) -> u32 {
    let code = PromotionCode::parse(code).unwrap();
    world.postgres.promotion(&code).await.unwrap().unwrap().uses
}
