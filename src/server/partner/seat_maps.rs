//! `/air/seat_maps`: the cabins of an offer's flights, with the seats that can be ordered for each passenger.

use std::collections::HashSet;

use axum::{Json, Router, extract::State, routing::get};
use domain::{
    cabin::{Cabin, Features, Layout, Row, SeatNumber, SeatPrice, Section, keeps_accessible, may_sit},
    departure::Departure,
    money::{Currency, Money},
    offer::Offer,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    envelope::{Data, Params},
    error::ApiError,
    ids, making, offers,
    refusals::away,
    routes::Both as _,
};
use crate::{
    seating::{taken, with_infant},
    site::Site,
};

pub fn router() -> Router<Site> {
    Router::new().both("/air/seat_maps", get(list))
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SeatMap {
    pub id: String,
    pub slice_id: String,
    pub segment_id: String,
    /// Front to back.
    pub cabins: Vec<SeatMapCabin>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SeatMapCabin {
    pub deck: u8,
    pub cabin_class: &'static str,
    /// The rows over the wings, counted from 0 in this cabin.
    pub wings: Option<Wings>,
    pub aisles: usize,
    pub rows: Vec<SeatMapRow>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Wings {
    pub first_row_index: usize,
    pub last_row_index: usize,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SeatMapRow {
    /// Between the aisles, left to right.
    pub sections: Vec<SeatMapSection>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SeatMapSection {
    pub elements: Vec<Element>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Element {
    Seat {
        designator: String,
        name: Option<String>,
        disclosures: Vec<String>,
        /// For whom it can be ordered; nobody where it is taken.
        available_services: Vec<SeatService>,
    },
    /// No seat.
    Empty,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SeatService {
    pub id: String,
    pub passenger_id: String,
    /// What it adds to the order's total.
    pub total_amount: String,
    pub total_currency: String,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Whose flights.
    offer_id: Option<String>,
}

/// A map for each flight of an offer, as its seats are now.
#[utoipa::path(get, path = "/air/seat_maps", tag = "Booking", params(ListQuery),
    responses((status = 200, body = Data<Vec<SeatMap>>), (status = 404, body = super::error::ErrorBody)))]
pub async fn list(
    State(site): State<Site>,
    Params(query): Params<ListQuery>,
) -> Result<Json<Data<Vec<SeatMap>>>, ApiError> {
    let id = query.offer_id.ok_or_else(|| {
        ApiError::invalid("missing_offer_id", "/offer_id", "Say whose flights, by `offer_id`.")
    })?;
    let found = offers::read(&site, &id, Timestamp::now())?;
    let mut maps = Vec::new();
    for bound in &found.bounds {
        for leg in bound.legs() {
            let may_choose = site.timetable.selling().mode(leg.id, found.offer.cabin).no_choice().is_none();
            let touched = site.postgres.touched(leg.id).await.map_err(away)?;
            let drawing = Drawing {
                leg,
                offer: &found.offer,
                currency: found.quote.currency,
                taken: taken(&touched),
                keeps_accessible: keeps_accessible(leg.departs_at, Timestamp::now()),
                may_choose,
            };
            maps.push(SeatMap {
                id: ids::seat_map(leg.id),
                slice_id: ids::slice(bound.legs()),
                segment_id: ids::segment(leg.id),
                cabins: drawing.cabins(),
            });
        }
    }
    Ok(Data::json(maps))
}

/// A leg's cabin for an offer.
struct Drawing<'a> {
    leg: &'a Departure,
    offer: &'a Offer,
    currency: Currency,
    taken: HashSet<SeatNumber>,
    /// For people with a disability, for whom partners call the airline.
    keeps_accessible: bool,
    may_choose: bool,
}

impl Drawing<'_> {
    fn cabins(&self) -> Vec<SeatMapCabin> {
        let layout = Layout::of(&self.leg.aircraft, &self.leg.configuration);
        let seated = layout.sections.iter().filter_map(|section| match section {
            Section::Cabin { cabin, groups, rows } => Some((*cabin, groups, rows)),
            Section::Galley { .. } => None,
        });
        seated
            .map(|(cabin, groups, rows)| {
                let wings: Vec<usize> =
                    rows.iter().enumerate().filter(|(_, row)| row.wing).map(|(i, _)| i).collect();
                SeatMapCabin {
                    deck: 0,
                    cabin_class: making::cabin_name(cabin),
                    wings: wings
                        .first()
                        .zip(wings.last())
                        .map(|(first, last)| Wings { first_row_index: *first, last_row_index: *last }),
                    aisles: groups.len().saturating_sub(1),
                    rows: rows.iter().map(|row| self.row(cabin, groups, row)).collect(),
                }
            })
            .collect()
    }

    fn row(&self, cabin: Cabin, groups: &[&str], row: &Row) -> SeatMapRow {
        let mut seats = row.seats.iter();
        let sections = groups
            .iter()
            .map(|letters| SeatMapSection {
                elements: seats.by_ref().take(letters.len()).map(|seat| self.element(cabin, *seat)).collect(),
            })
            .collect();
        SeatMapRow { sections }
    }

    fn element(&self, cabin: Cabin, seat: Option<domain::cabin::Seat>) -> Element {
        let Some(seat) = seat else { return Element::Empty };
        let is_kept = self.keeps_accessible && seat.features.contains(Features::ACCESSIBLE);
        let is_own = self.may_choose && cabin == self.offer.cabin;
        let is_free = is_own && !is_kept && !self.taken.contains(&seat.number);
        let party = self.offer.party;
        let people = (0_u8..)
            .zip(party.kinds())
            .filter(|(ordinal, kind)| is_free && may_sit(&seat, *kind, with_infant(party, *ordinal)).is_ok());
        let disclosures = [
            (Features::EXIT_ROW, "Whoever sits here must be able to open the emergency exit."),
            (Features::EXTRA_LEGROOM, "Extra legroom."),
            (Features::LIMITED_RECLINE, "The backrest reclines little."),
            (Features::NEAR_LAVATORY, "Near a lavatory."),
            (Features::NO_WINDOW, "No view."),
            (Features::BASSINET, "A bassinet can be hung from the wall."),
            (
                Features::ACCESSIBLE,
                "Accessible: by the aisle, with an armrest that lifts, or beside such a seat.",
            ),
        ];
        let price =
            Money::new(SeatPrice::minor(&seat, cabin, self.offer.brand, self.currency), self.currency);
        let told = disclosures.into_iter().filter(|(feature, _)| seat.features.contains(*feature));
        Element::Seat {
            designator: seat.number.to_string(),
            name: None,
            disclosures: told.map(|(_, text)| text.to_owned()).collect(),
            available_services: people
                .map(|(ordinal, _)| SeatService {
                    id: ids::seat_service(self.leg.id, ordinal, seat.number),
                    passenger_id: ids::passenger(party, ordinal),
                    total_amount: price.decimal(),
                    total_currency: self.currency.code().to_owned(),
                })
                .collect(),
        }
    }
}
