//! The partner API: what programs of others search, book and pay by, in the form of Duffel's v2, so that its clients work
//! unchanged.
//!
//! `door` is what every call passes; then one file for each thing that is asked for. What is done, is done by the ports of
//! the web pages.

mod docs;
mod door;
mod envelope;
mod error;
mod rate;
mod refusals;
mod routes;
mod sender;

mod cancellations;
mod fleet;
mod ids;
mod making;
mod offer;
mod offer_requests;
mod offers;
mod orders;
mod payments;
mod places;
mod seat_maps;
mod webhooks;

use axum::{Router, extract::DefaultBodyLimit, middleware, routing::any};
use domain::money::{Currency, Money};
use tower_http::{CompressionLevel, compression::CompressionLayer};

use crate::{
    config::Secret,
    postgres::{Postgres, StoreError},
    site::Site,
};
use error::ApiError;

pub use door::Partners;
pub use rate::Rates;
pub use webhooks::event_body;

/// An order of nine people with services is a few thousand bytes.
const LARGEST_BODY_BYTES: usize = 256 * 1024;

/// What the demo token may spend, in whole units of each currency.
const DEMO_BALANCE: i64 = 1_000_000;
/// Shorter ones are guessed more easily than passwords are.
const SHORTEST_SECRET: usize = 24;

/// Makes the token of `SKYCONNECT_API_TOKEN` known, and grants it its balance once.
pub async fn begin_with_demo_token(postgres: &Postgres, secret: &Secret) -> Result<(), StoreError> {
    if secret.0.len() < SHORTEST_SECRET {
        tracing::warn!("SKYCONNECT_API_TOKEN is short: whoever guesses it can book with it");
    }
    let token = postgres.keep_token("SKYCONNECT_API_TOKEN", &secret.0).await?;
    for currency in Currency::ALL {
        let minor = DEMO_BALANCE * 10_i64.pow(currency.decimals());
        postgres.grant_once(token, Money::new(minor, currency)).await?;
    }
    Ok(())
}

/// The calls of partners. They bring their own token, so that they need no origin and no cookie.
pub fn router(site: &Site) -> Router<Site> {
    Router::new()
        .merge(places::router())
        .merge(fleet::router())
        .merge(offer_requests::router())
        .merge(offers::router())
        .merge(seat_maps::router())
        .merge(orders::router())
        .merge(payments::router())
        .merge(cancellations::router())
        .merge(webhooks::router())
        .route("/air/{*rest}", any(not_found))
        .route("/places/{*rest}", any(not_found))
        .layer(DefaultBodyLimit::max(LARGEST_BODY_BYTES))
        .layer(middleware::from_fn_with_state(site.clone(), door::door))
        .layer(CompressionLayer::new().quality(CompressionLevel::Precise(4)))
        .merge(docs::router())
}

async fn not_found() -> ApiError {
    ApiError::not_found()
}
