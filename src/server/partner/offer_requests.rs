//! `/air/offer_requests`: what there is to fly.
//!
//! The id of a request is a signed token of what was asked, so that any server can answer for it; what was found lately is
//! remembered, so that a list does not change between two of its parts.

mod asked;
mod find;
mod recent;

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    routing::{get, post},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    door::Partner,
    envelope::{Body, Data, Page, PageQuery, Params},
    error::ApiError,
    making,
    offer::Offer,
    places::{self, Place},
    routes::Both as _,
};
use crate::site::Site;

pub use asked::{Asked, NewOfferRequest};
pub use find::{find, found};
pub use recent::Recent;

pub fn router() -> Router<Site> {
    Router::new()
        .both("/air/offer_requests", post(create).get(list))
        .both("/air/offer_requests/{id}", get(one))
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OfferRequest {
    pub id: String,
    pub live_mode: bool,
    pub created_at: String,
    pub cabin_class: &'static str,
    pub slices: Vec<RequestedSlice>,
    pub passengers: Vec<RequestedPassenger>,
    /// Cheapest first; none where `return_offers=false`, and in lists.
    pub offers: Vec<Offer>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RequestedSlice {
    pub origin: Place,
    pub origin_type: &'static str,
    pub destination: Place,
    pub destination_type: &'static str,
    pub departure_date: String,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RequestedPassenger {
    pub id: String,
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub age: Option<u8>,
    pub given_name: Option<String>,
    pub family_name: Option<String>,
    pub loyalty_programme_accounts: Vec<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CreateQuery {
    /// Whether offers come with the answer; they do where it is not said.
    return_offers: Option<bool>,
    /// Milliseconds that the search may take, from 2000 to 60000; what is found by then is given.
    supplier_timeout: Option<u64>,
}

/// Asks what there is to fly.
#[utoipa::path(post, path = "/air/offer_requests", tag = "Searching", params(CreateQuery),
    request_body = Data<NewOfferRequest>,
    responses((status = 201, body = Data<OfferRequest>), (status = 422, body = super::error::ErrorBody)))]
pub async fn create(
    State(site): State<Site>,
    partner: Partner,
    Params(query): Params<CreateQuery>,
    Body(new): Body<NewOfferRequest>,
) -> Result<(StatusCode, Json<Data<OfferRequest>>), ApiError> {
    let now = Timestamp::now();
    let patience = find::patience(query.supplier_timeout)?;
    let asked = Asked::parse(new, partner.id(), &site, now)?;
    let id = asked.id(&site.signing);
    let offers = if query.return_offers.unwrap_or(true) {
        let found = find(&site, &id, &asked, patience, now).await?;
        found.iter().filter_map(|found| making::offer(found, site.timetable.airports())).collect()
    } else {
        site.partners.recent.remember(&id, &asked, None, now);
        Vec::new()
    };
    let request = view(&site, id, &asked, offers).ok_or_else(ApiError::internal)?;
    Ok((StatusCode::CREATED, Data::json(request)))
}

/// A request that was made, with what there is to fly now.
#[utoipa::path(get, path = "/air/offer_requests/{id}", tag = "Searching", params(("id" = String, Path)),
    responses((status = 200, body = Data<OfferRequest>), (status = 404, body = super::error::ErrorBody)))]
pub async fn one(
    State(site): State<Site>,
    partner: Partner,
    Path(id): Path<String>,
) -> Result<Json<Data<OfferRequest>>, ApiError> {
    let now = Timestamp::now();
    let asked = Asked::read(&id, partner.id(), &site.signing, now)?;
    let found = found(&site, &id, &asked, now).await?;
    let offers = found.iter().filter_map(|found| making::offer(found, site.timetable.airports())).collect();
    Ok(Data::json(view(&site, id, &asked, offers).ok_or_else(ApiError::internal)?))
}

/// The token's requests of the last half hour, newest first, without their offers.
#[utoipa::path(get, path = "/air/offer_requests", tag = "Searching", params(PageQuery),
    responses((status = 200, body = Page<OfferRequest>)))]
pub async fn list(
    State(site): State<Site>,
    partner: Partner,
    Params(page): Params<PageQuery>,
) -> Result<Json<Page<OfferRequest>>, ApiError> {
    let all = site.partners.recent.of(partner.id(), Timestamp::now());
    let all = all
        .into_iter()
        .filter_map(|(key, id, asked)| Some((key, view(&site, id, &asked, Vec::new())?)))
        .collect();
    page.part(all).map(Json)
}

fn view(site: &Site, id: String, asked: &Asked, offers: Vec<Offer>) -> Option<OfferRequest> {
    let airports = site.timetable.airports();
    let slices = asked
        .slices
        .iter()
        .map(|slice| {
            let (origin, destination) =
                (places::place(airports, slice.origin)?, places::place(airports, slice.destination)?);
            Some(RequestedSlice {
                origin_type: origin.kind,
                destination_type: destination.kind,
                origin,
                destination,
                departure_date: slice.date.to_string(),
            })
        })
        .collect::<Option<Vec<_>>>()?;
    Some(OfferRequest {
        id,
        live_mode: false,
        created_at: making::stamp(asked.asked_at()),
        cabin_class: making::cabin_name(asked.cabin),
        slices,
        passengers: asked.passengers(),
        offers,
    })
}
