//! `/air/offers`: one offer as it is now, or those of a request.

use axum::{
    Json, Router,
    extract::{Path, State},
    routing::get,
};
use domain::{offer::Offer as SignedOffer, search::Itinerary};
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    door::Partner,
    envelope::{Data, Page, PageQuery, Params},
    error::ApiError,
    making::{self, Found},
    offer::Offer,
    offer_requests::{Asked, found},
    routes::Both as _,
};
use crate::{seating::OnSale, site::Site};

pub fn router() -> Router<Site> {
    Router::new().both("/air/offers", get(list)).both("/air/offers/{id}", get(one))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Whose offers.
    offer_request_id: Option<String>,
    /// `total_amount`, as without it, or `total_duration`.
    sort: Option<String>,
    /// Changes on the way, in each slice.
    max_connections: Option<usize>,
    limit: Option<String>,
    after: Option<String>,
    before: Option<String>,
}

/// The offers of a request.
#[utoipa::path(get, path = "/air/offers", tag = "Searching", params(ListQuery),
    responses((status = 200, body = Page<Offer>), (status = 404, body = super::error::ErrorBody)))]
pub async fn list(
    State(site): State<Site>,
    partner: Partner,
    Params(query): Params<ListQuery>,
) -> Result<Json<Page<Offer>>, ApiError> {
    let now = Timestamp::now();
    let id = query.offer_request_id.ok_or_else(|| {
        let message = "Say whose offers, by `offer_request_id`.";
        ApiError::invalid("missing_offer_request_id", "/offer_request_id", message)
    })?;
    let by_duration = match query.sort.as_deref() {
        None | Some("total_amount") => false,
        Some("total_duration") => true,
        Some(_) => {
            let message = "Offers are sorted by total_amount or total_duration.";
            return Err(ApiError::invalid("invalid_sort", "/sort", message));
        }
    };
    let asked = Asked::read(&id, partner.id(), &site.signing, now)?;
    let all = found(&site, &id, &asked, now).await?;
    let most = query.max_connections.unwrap_or(usize::MAX);
    let mut listed: Vec<(String, &Found)> = all
        .iter()
        .filter(|found| found.bounds.iter().all(|bound| bound.stops() <= most))
        .map(|found| {
            let minutes: i32 = found.bounds.iter().map(Itinerary::duration_min).sum();
            let minor = found.quote.total.minor;
            let key = if by_duration {
                format!("{minutes:010}{minor:019}{}", found.token)
            } else {
                format!("{minor:019}{}", found.token)
            };
            (key, found)
        })
        .collect();
    listed.sort_by(|a, b| a.0.cmp(&b.0));
    let page = PageQuery { limit: query.limit, after: query.after, before: query.before };
    let Page { data, meta } = page.part(listed)?;
    let airports = site.timetable.airports();
    Ok(Json(Page {
        data: data.into_iter().filter_map(|found| making::offer(found, airports)).collect(),
        meta,
    }))
}

/// An offer as it is sold now. Where its price has changed, the answer is the offer at the new one, under a new id.
#[utoipa::path(get, path = "/air/offers/{id}", tag = "Searching", params(("id" = String, Path)),
    responses((status = 200, body = Data<Offer>), (status = 404, body = super::error::ErrorBody),
        (status = 422, body = super::error::ErrorBody)))]
pub async fn one(State(site): State<Site>, Path(id): Path<String>) -> Result<Json<Data<Offer>>, ApiError> {
    let now = Timestamp::now();
    let found = read(&site, &id, now)?;
    let offer = making::offer(&found, site.timetable.airports());
    Ok(Data::json(offer.ok_or_else(ApiError::internal)?))
}

/// What an offer's id names, as it is sold now.
pub fn read(site: &Site, id: &str, now: Timestamp) -> Result<Found, ApiError> {
    let signed = id.strip_prefix("off_").and_then(|token| site.signing.read_offer(token).ok());
    // Codes are for travellers on our own pages: what was offered to them there is none of a partner's.
    let signed = signed.filter(|offer| offer.promotion.is_none());
    let mut offer = signed.ok_or_else(ApiError::not_found)?;
    if offer.has_expired(now) {
        return Err(expired());
    }
    let OnSale { legs, quote, .. } = site.seating.on_sale(&offer, now).map_err(|_| no_longer_available())?;
    let bounds = bounds(&offer, &legs).ok_or_else(no_longer_available)?;
    if quote.total != offer.total {
        let classes = quote.classes.clone();
        offer = SignedOffer { was: Some(offer.total), total: quote.total, classes, ..offer };
    }
    Ok(Found { token: site.signing.offer_token(&offer), offer, bounds, quote })
}

/// The legs of an offer, bound by bound.
pub fn bounds(offer: &SignedOffer, legs: &[domain::departure::Departure]) -> Option<Vec<Itinerary>> {
    let mut rest = legs;
    offer
        .bounds
        .iter()
        .map(|bound| {
            let (own, others) = rest.split_at_checked(bound.len())?;
            rest = others;
            Itinerary::new(own.to_vec()).ok()
        })
        .collect()
}

pub fn expired() -> ApiError {
    let message = "Offers are kept for half an hour. Make a new offer request.";
    ApiError::state("offer_expired", "The offer has expired", message)
}

pub fn no_longer_available() -> ApiError {
    let message = "What it offers is not sold any more. Select another offer, or make a new offer request.";
    ApiError::state("offer_no_longer_available", "The offer is no longer available", message)
}
