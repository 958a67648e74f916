//! Any API of Duffel's shape (v2, JSON, a bearer token): Duffel itself, or another site of ours.

mod client;
mod orders;
mod reading;
mod wire;

use std::sync::Arc;

use async_trait::async_trait;
use domain::airports::Airports;

use super::{Buyer, CancelQuote, Offered, Order, OrderName, Supplier, SupplierError, SupplierName, Trip};
use crate::config::SupplierSettings;
use client::Client;

#[derive(Debug, thiserror::Error)]
#[error("a supplier has an address such as https://api.duffel.com, not {0:?}")]
pub struct WrongUrl(pub String);

pub struct Duffel {
    name: SupplierName,
    client: Client,
    airports: Arc<Airports>,
}

impl Duffel {
    /// # Errors
    /// The address cannot be one.
    pub fn new(settings: &SupplierSettings, airports: Arc<Airports>) -> Result<Self, WrongUrl> {
        let client = Client::new(&settings.url, &settings.token)?;
        Ok(Self { name: SupplierName(settings.name.clone()), client, airports })
    }
}

impl std::fmt::Debug for Duffel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Duffel({})", self.name)
    }
}

#[async_trait]
impl Supplier for Duffel {
    fn name(&self) -> &SupplierName {
        &self.name
    }

    async fn search(&self, trip: &Trip) -> Result<Vec<Offered>, SupplierError> {
        let request: wire::OfferRequest = self
            .client
            .post("/air/offer_requests?return_offers=true", &wire::offer_request(trip), None)
            .await?;
        let all = request.offers.len();
        let offers: Vec<Offered> = request
            .offers
            .into_iter()
            .filter_map(|offer| reading::offer(offer, &self.name, &self.airports))
            .filter(|offer| reading::answers(offer, trip, &self.airports))
            .collect();
        if offers.len() < all {
            tracing::warn!(supplier = %self.name, all, usable = offers.len(), "offers that cannot be right are left out");
        }
        Ok(offers)
    }

    async fn reprice(&self, offer: &str) -> Result<Offered, SupplierError> {
        let offer: serde_json::Value =
            self.client.get(&format!("/air/offers/{}", client::segment(offer))).await?;
        reading::offer(offer, &self.name, &self.airports)
            .ok_or(SupplierError::Unclear("an offer that cannot be right"))
    }

    async fn hold(&self, offer: &Offered, buyer: &Buyer, name: &OrderName) -> Result<Order, SupplierError> {
        orders::hold(&self.client, offer, buyer, name).await
    }

    async fn confirm(&self, order: &Order, name: &OrderName) -> Result<(), SupplierError> {
        orders::pay(&self.client, order, name).await
    }

    async fn status(&self, id: &str) -> Result<Order, SupplierError> {
        orders::status(&self.client, id).await
    }

    async fn find(&self, name: &OrderName) -> Result<Option<Order>, SupplierError> {
        orders::find(&self.client, name).await
    }

    async fn cancel(&self, id: &str, name: &OrderName) -> Result<(), SupplierError> {
        orders::cancel(&self.client, id, name).await
    }

    async fn quote_cancel(&self, id: &str) -> Result<CancelQuote, SupplierError> {
        orders::quote_cancel(&self.client, id).await
    }

    async fn cancel_quoted(&self, quote: &str, key: &str) -> Result<(), SupplierError> {
        orders::cancel_quoted(&self.client, quote, key).await
    }
}
