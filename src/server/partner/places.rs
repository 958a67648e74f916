//! `/places/suggestions`, `/air/airports`: where one can fly.

use axum::{
    Json, Router,
    extract::{Path, State},
    routing::get,
};
use domain::{
    airport::{self, AirportCode},
    airports::Airports,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    envelope::{Data, Page, PageQuery, Params},
    error::ApiError,
    ids,
    routes::Both as _,
};
use crate::site::Site;

pub fn router() -> Router<Site> {
    Router::new()
        .both("/places/suggestions", get(suggest))
        .both("/air/airports", get(list))
        .both("/air/airports/{id}", get(one))
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Airport {
    /// Always `airport`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub id: String,
    pub iata_code: String,
    pub icao_code: Option<String>,
    pub iata_country_code: String,
    pub iata_city_code: Option<String>,
    pub name: String,
    pub city_name: String,
    /// Where several airports serve it.
    pub city: Option<City>,
    pub latitude: f64,
    pub longitude: f64,
    /// Its IANA name.
    pub time_zone: String,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct City {
    /// Always `city`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub id: String,
    pub iata_code: String,
    pub iata_country_code: String,
    pub name: String,
}

/// An airport, or a city with all of its airports.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Place {
    /// `airport` or `city`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub id: String,
    pub iata_code: String,
    pub icao_code: Option<String>,
    pub iata_country_code: String,
    pub iata_city_code: Option<String>,
    pub name: String,
    pub city_name: Option<String>,
    pub city: Option<City>,
    pub latitude: Option<f64>,
    pub longitude: Option<f64>,
    pub time_zone: Option<String>,
    pub country_name: Option<String>,
    /// Of a city.
    pub airports: Option<Vec<Airport>>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SuggestQuery {
    /// What somebody has typed so far: a code, a city, an airport's name.
    query: Option<String>,
    /// The same, as it was called before.
    name: Option<String>,
}

/// Places whose code, city or name fits a text, at most eight; those that are flown to.
#[utoipa::path(get, path = "/places/suggestions", tag = "Places", params(SuggestQuery),
    responses((status = 200, body = Data<Vec<Place>>)))]
pub async fn suggest(
    State(site): State<Site>,
    Params(params): Params<SuggestQuery>,
) -> Result<Json<Data<Vec<Place>>>, ApiError> {
    let text = params.query.or(params.name).unwrap_or_default();
    if text.trim().is_empty() {
        return Err(ApiError::invalid("missing_query", "/query", "Say what to look for, by `query`."));
    }
    let airports = site.timetable.airports();
    let found = site.ports.search.suggest(&text).await;
    Ok(Data::json(found.into_iter().filter_map(|found| place(airports, found.code)).collect()))
}

/// Every airport with an IATA code.
#[utoipa::path(get, path = "/air/airports", tag = "Places", params(PageQuery),
    responses((status = 200, body = Page<Airport>)))]
pub async fn list(
    State(site): State<Site>,
    Params(page): Params<PageQuery>,
) -> Result<Json<Page<Airport>>, ApiError> {
    let airports = site.timetable.airports();
    let mut all: Vec<(String, &airport::Airport)> =
        airports.iter().map(|airport| (airport.code.to_string(), airport)).collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    let Page { data, meta } = page.part(all)?;
    Ok(Json(Page { data: data.into_iter().map(|airport| view(airports, airport)).collect(), meta }))
}

/// One airport, such as `arp_jfk`.
#[utoipa::path(get, path = "/air/airports/{id}", tag = "Places", params(("id" = String, Path)),
    responses((status = 200, body = Data<Airport>), (status = 404, body = super::error::ErrorBody)))]
pub async fn one(State(site): State<Site>, Path(id): Path<String>) -> Result<Json<Data<Airport>>, ApiError> {
    let airports = site.timetable.airports();
    let code = ids::code_of(&id, "arp_").and_then(|code| AirportCode::parse(&code).ok());
    let airport = code.and_then(|code| airports.get(code)).ok_or_else(ApiError::not_found)?;
    Ok(Data::json(view(airports, airport)))
}

pub fn airport(airports: &Airports, code: AirportCode) -> Option<Airport> {
    airports.get(code).map(|airport| view(airports, airport))
}

fn view(airports: &Airports, airport: &airport::Airport) -> Airport {
    Airport {
        kind: "airport",
        id: ids::airport(airport.code),
        iata_code: airport.code.to_string(),
        icao_code: None,
        iata_country_code: airport.country.to_string(),
        iata_city_code: Some(airport.city_code.unwrap_or(airport.code).to_string()),
        name: airport.name.clone(),
        city_name: airport.city.clone(),
        city: airport.city_code.and_then(|code| city(airports, code)),
        latitude: airport.latitude_deg,
        longitude: airport.longitude_deg,
        time_zone: airport.zone.clone(),
    }
}

/// A city with several airports, or one that has its airport's own code.
fn city(airports: &Airports, code: AirportCode) -> Option<City> {
    let first = airports.expand(code).first().and_then(|code| airports.get(*code))?;
    let name = airports.place(code).map_or_else(|| first.city.clone(), |place| place.name);
    Some(City {
        kind: "city",
        id: ids::city(code),
        iata_code: code.to_string(),
        iata_country_code: first.country.to_string(),
        name: name.split(',').next().unwrap_or_default().to_owned(),
    })
}

/// What a code stands for; none where it is unknown.
pub fn place(airports: &Airports, code: AirportCode) -> Option<Place> {
    if let Some(airport) = airport(airports, code) {
        return Some(Place {
            kind: "airport",
            id: airport.id,
            iata_code: airport.iata_code,
            icao_code: airport.icao_code,
            iata_country_code: airport.iata_country_code,
            iata_city_code: airport.iata_city_code,
            name: airport.name,
            city_name: Some(airport.city_name),
            city: airport.city,
            latitude: Some(airport.latitude),
            longitude: Some(airport.longitude),
            time_zone: Some(airport.time_zone),
            country_name: None,
            airports: None,
        });
    }
    let city = city(airports, code)?;
    let its = airports.expand(code).into_iter().filter_map(|code| airport(airports, code)).collect();
    Some(Place {
        kind: "city",
        id: city.id,
        iata_city_code: Some(city.iata_code.clone()),
        iata_code: city.iata_code,
        icao_code: None,
        iata_country_code: city.iata_country_code,
        city_name: Some(city.name.clone()),
        name: city.name,
        city: None,
        latitude: None,
        longitude: None,
        time_zone: None,
        country_name: None,
        airports: Some(its),
    })
}
