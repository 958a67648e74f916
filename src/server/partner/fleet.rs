//! `/air/airlines`, `/air/aircraft`: who flies, and in what.

use std::collections::BTreeSet;

use axum::{
    Json, Router,
    extract::{Path, State},
    routing::get,
};
use domain::{carrier::CarrierCode, schedule::AircraftCode};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    envelope::{Data, Page, PageQuery, Params},
    error::ApiError,
    ids,
    routes::Both as _,
};
use crate::{reference, site::Site};

pub fn router() -> Router<Site> {
    Router::new()
        .both("/air/airlines", get(list_airlines))
        .both("/air/airlines/{id}", get(one_airline))
        .both("/air/aircraft", get(list_aircraft))
        .both("/air/aircraft/{id}", get(one_aircraft))
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Airline {
    pub id: String,
    pub iata_code: String,
    pub name: String,
    pub logo_symbol_url: Option<String>,
    pub logo_lockup_url: Option<String>,
    pub conditions_of_carriage_url: Option<String>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Aircraft {
    pub id: String,
    pub iata_code: String,
    pub name: String,
}

pub fn airline(code: CarrierCode) -> Airline {
    Airline {
        id: ids::airline(code),
        iata_code: code.to_string(),
        name: reference::carrier_name(code),
        logo_symbol_url: None,
        logo_lockup_url: None,
        conditions_of_carriage_url: None,
    }
}

pub fn aircraft(code: AircraftCode) -> Aircraft {
    Aircraft { id: ids::aircraft(code), iata_code: code.to_string(), name: reference::aircraft_name(code) }
}

/// The airlines of the schedule.
#[utoipa::path(get, path = "/air/airlines", tag = "Airlines and aircraft", params(PageQuery),
    responses((status = 200, body = Page<Airline>)))]
pub async fn list_airlines(
    State(site): State<Site>,
    Params(page): Params<PageQuery>,
) -> Result<Json<Page<Airline>>, ApiError> {
    let all = carriers(&site).into_iter().map(|code| (code.to_string(), airline(code))).collect();
    page.part(all).map(Json)
}

/// One airline, such as `arl_b6`.
#[utoipa::path(get, path = "/air/airlines/{id}", tag = "Airlines and aircraft", params(("id" = String, Path)),
    responses((status = 200, body = Data<Airline>), (status = 404, body = super::error::ErrorBody)))]
pub async fn one_airline(
    State(site): State<Site>,
    Path(id): Path<String>,
) -> Result<Json<Data<Airline>>, ApiError> {
    let code = ids::code_of(&id, "arl_").and_then(|code| CarrierCode::parse(&code).ok());
    let code = code.filter(|code| carriers(&site).contains(code)).ok_or_else(ApiError::not_found)?;
    Ok(Data::json(airline(code)))
}

/// The aircraft types that have a name here.
#[utoipa::path(get, path = "/air/aircraft", tag = "Airlines and aircraft", params(PageQuery),
    responses((status = 200, body = Page<Aircraft>)))]
pub async fn list_aircraft(Params(page): Params<PageQuery>) -> Result<Json<Page<Aircraft>>, ApiError> {
    let all: BTreeSet<AircraftCode> = reference::aircraft().collect();
    page.part(all.into_iter().map(|code| (code.to_string(), aircraft(code))).collect()).map(Json)
}

/// One aircraft type, such as `arc_320`.
#[utoipa::path(get, path = "/air/aircraft/{id}", tag = "Airlines and aircraft", params(("id" = String, Path)),
    responses((status = 200, body = Data<Aircraft>), (status = 404, body = super::error::ErrorBody)))]
pub async fn one_aircraft(Path(id): Path<String>) -> Result<Json<Data<Aircraft>>, ApiError> {
    let code = ids::code_of(&id, "arc_").and_then(|code| AircraftCode::parse(&code).ok());
    let known = code.filter(|code| reference::aircraft().any(|known| known == *code));
    Ok(Data::json(aircraft(known.ok_or_else(ApiError::not_found)?)))
}

fn carriers(site: &Site) -> BTreeSet<CarrierCode> {
    site.timetable.current().legs().iter().map(|leg| leg.flight.carrier).collect()
}
