use domain::{
    airport::AirportCode,
    cabin::Cabin,
    offer::OFFER_TTL,
    search::MOST_BOUNDS,
    traveller::{Party, TravellerKind},
};
use jiff::{
    Timestamp,
    civil::{Date, Time},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::RequestedPassenger;
use crate::{
    partner::{error::ApiError, ids, making},
    signing::Signing,
    site::Site,
};

/// What a partner asks for, as it came.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub struct NewOfferRequest {
    /// One to six in order of travel: one for a single journey, two for a return, more for a multi-city trip. None is
    /// before the one before it, and each may leave from elsewhere than where the one before it arrives.
    pub slices: Vec<NewSlice>,
    pub passengers: Vec<NewPassenger>,
    /// `economy` where it is not said.
    pub cabin_class: Option<String>,
    /// Changes on the way, in each slice; one where it is not said.
    pub max_connections: Option<u8>,
}

#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub struct NewSlice {
    /// A code of an airport or a city.
    pub origin: String,
    pub destination: String,
    #[schema(example = "2026-12-22")]
    pub departure_date: String,
    /// By the clocks at the origin.
    pub departure_time: Option<TimeRange>,
    /// By the clocks at the destination.
    pub arrival_time: Option<TimeRange>,
}

#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq, ToSchema)]
pub struct TimeRange {
    #[schema(example = "06:00")]
    pub from: String,
    #[schema(example = "12:30")]
    pub to: String,
}

/// Their age on the day of travel or their type.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub struct NewPassenger {
    /// `adult`, `child` or `infant_without_seat`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub age: Option<u8>,
    pub given_name: Option<String>,
    pub family_name: Option<String>,
    pub fare_type: Option<String>,
}

/// A request that can be searched for; short names, since it travels as a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    #[serde(rename = "t")]
    pub token: Uuid,
    /// Unix seconds.
    #[serde(rename = "a")]
    at_secs: i64,
    #[serde(rename = "s")]
    pub slices: Vec<AskedSlice>,
    /// Everyone as the partner listed them, with the age where it was told.
    #[serde(rename = "p")]
    people: Vec<(TravellerKind, Option<u8>)>,
    #[serde(rename = "c")]
    pub cabin: Cabin,
    #[serde(rename = "m")]
    pub max_connections: u8,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedSlice {
    #[serde(rename = "o")]
    pub origin: AirportCode,
    #[serde(rename = "d")]
    pub destination: AirportCode,
    #[serde(rename = "t")]
    pub date: Date,
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    pub departs: Option<(Time, Time)>,
    #[serde(rename = "r", default, skip_serializing_if = "Option::is_none")]
    pub arrives: Option<(Time, Time)>,
}

impl Asked {
    pub fn parse(new: NewOfferRequest, token: Uuid, site: &Site, now: Timestamp) -> Result<Self, ApiError> {
        match new.slices.len() {
            0 => return Err(ApiError::invalid("missing_slices", "/slices", "Say where to, in `slices`.")),
            1..=MOST_BOUNDS => {}
            _ => {
                let message = "A request has at most six slices.";
                return Err(ApiError::invalid("too_many_slices", "/slices", message));
            }
        }
        let slices = new
            .slices
            .iter()
            .enumerate()
            .map(|(i, slice)| parse_slice(slice, &format!("/slices/{i}"), site))
            .collect::<Result<Vec<_>, _>>()?;
        let people = new
            .passengers
            .iter()
            .enumerate()
            .map(|(i, person)| parse_person(person, &format!("/passengers/{i}")))
            .collect::<Result<Vec<_>, _>>()?;
        let cabin = match new.cabin_class.as_deref() {
            None => Cabin::Economy,
            Some(name) => making::cabin(name).ok_or_else(|| {
                let message = "A cabin is economy, premium_economy, business or first.";
                ApiError::invalid("invalid_cabin_class", "/cabin_class", message)
            })?,
        };
        let max_connections = new.max_connections.unwrap_or(1);
        if max_connections > 2 {
            let message = "At most two connections are looked for.";
            return Err(ApiError::invalid("invalid_max_connections", "/max_connections", message));
        }
        let asked = Self { token, at_secs: now.as_second(), slices, people, cabin, max_connections };
        asked
            .try_party()
            .map_err(|why| ApiError::invalid("invalid_passengers", "/passengers", why.to_string()))?;
        Ok(asked)
    }

    /// Reads an id back. Another token's is as good as none.
    pub fn read(id: &str, token: Uuid, signing: &Signing, now: Timestamp) -> Result<Self, ApiError> {
        let content = id.strip_prefix("orq_").and_then(|text| signing.read_offer_request(text).ok());
        let asked: Option<Self> = content.and_then(|content| serde_json::from_slice(&content).ok());
        let asked = asked.filter(|asked| asked.token == token).ok_or_else(ApiError::not_found)?;
        if asked.expires_at() <= now {
            let message = "Its offers have expired. Make a new offer request.";
            return Err(ApiError::state("offer_request_expired", "The offer request has expired", message));
        }
        Ok(asked)
    }

    pub fn id(&self, signing: &Signing) -> String {
        // Plain data with string keys: serialising it cannot fail.
        format!("orq_{}", signing.offer_request_token(&serde_json::to_vec(self).unwrap_or_default()))
    }

    pub fn asked_at(&self) -> Timestamp {
        Timestamp::from_second(self.at_secs).unwrap_or_default()
    }

    /// Until when its offers can be ordered.
    pub fn expires_at(&self) -> Timestamp {
        self.asked_at() + OFFER_TTL
    }

    /// How many of each kind.
    pub fn party(&self) -> Option<Party> {
        self.try_party().ok()
    }

    fn try_party(&self) -> Result<Party, domain::traveller::PartyError> {
        let count =
            |kind| u8::try_from(self.people.iter().filter(|(k, _)| *k == kind).count()).unwrap_or(u8::MAX);
        Party::new(count(TravellerKind::Adt), count(TravellerKind::Chd), count(TravellerKind::Inf))
    }

    /// Everyone as they were listed, each with the id by which offers and orders know them.
    pub fn passengers(&self) -> Vec<RequestedPassenger> {
        let Some(party) = self.party() else { return Vec::new() };
        let kinds = party.kinds();
        let mut taken = vec![false; kinds.len()];
        let mut listed = Vec::new();
        for (kind, age) in &self.people {
            let free = kinds.iter().zip(&taken).position(|(k, taken)| k == kind && !taken);
            let Some(place) = free else { continue };
            taken[place] = true;
            listed.push(RequestedPassenger {
                id: ids::passenger(party, u8::try_from(place).unwrap_or(u8::MAX)),
                kind: making::kind_name(*kind),
                age: *age,
                given_name: None,
                family_name: None,
                loyalty_programme_accounts: Vec::new(),
            });
        }
        listed
    }
}

fn parse_slice(slice: &NewSlice, pointer: &str, site: &Site) -> Result<AskedSlice, ApiError> {
    let place = |field: &str, text: &str| {
        let known = |code: &AirportCode| !site.timetable.airports().expand(*code).is_empty();
        AirportCode::parse(text).ok().filter(known).ok_or_else(|| {
            let message = "This is no code of an airport or city that is known here.";
            ApiError::invalid("invalid_place", &format!("{pointer}/{field}"), message)
        })
    };
    let range = |field: &str, range: &Option<TimeRange>| {
        let Some(TimeRange { from, to }) = range else { return Ok(None) };
        let read = |text: &str| text.parse::<Time>().ok();
        read(from).zip(read(to)).map(Some).ok_or_else(|| {
            let message = "Write the times as 06:00 and 12:30.";
            ApiError::invalid("invalid_time", &format!("{pointer}/{field}"), message)
        })
    };
    Ok(AskedSlice {
        origin: place("origin", &slice.origin)?,
        destination: place("destination", &slice.destination)?,
        date: slice.departure_date.parse().map_err(|_| {
            let message = "Write the date as 2026-12-22.";
            ApiError::invalid("invalid_date", &format!("{pointer}/departure_date"), message)
        })?,
        departs: range("departure_time", &slice.departure_time)?,
        arrives: range("arrival_time", &slice.arrival_time)?,
    })
}

fn parse_person(person: &NewPassenger, pointer: &str) -> Result<(TravellerKind, Option<u8>), ApiError> {
    if person.fare_type.is_some() {
        let message = "No fares are filed here for certain people.";
        return Err(ApiError::invalid("unsupported_fare_type", &format!("{pointer}/fare_type"), message));
    }
    let kind = match (person.kind.as_deref(), person.age) {
        (None, Some(0..2)) | (Some("infant_without_seat"), _) => TravellerKind::Inf,
        (None, Some(2..12)) | (Some("child"), _) => TravellerKind::Chd,
        (None, Some(12..=120)) | (Some("adult"), _) => TravellerKind::Adt,
        (Some(_), _) => {
            let message = "A passenger is of type adult, child or infant_without_seat.";
            return Err(ApiError::invalid("invalid_passenger_type", &format!("{pointer}/type"), message));
        }
        (None, _) => {
            let message = "Tell the passenger's age on the day of travel, or their type.";
            return Err(ApiError::invalid("missing_passenger_type", pointer, message));
        }
    };
    Ok((kind, person.age))
}
