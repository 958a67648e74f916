use std::collections::HashMap;

use domain::{
    cabin::SeatNumber,
    departure::{Departure, DepartureId},
    fare::Quote,
    hold::{HoldId, HoldState},
    money::Money,
    offer::Offer,
    traveller::TravellerKind,
};
use jiff::civil::Date;
use sqlx::types::Json;
use uuid::Uuid;

use super::{Postgres, SeatCharges, SeatsGiven, StoreError, charges_of};
use crate::suppliers::Offered;

/// A hold with everything that hangs on it.
#[derive(Debug)]
pub struct HoldRecord {
    pub id: HoldId,
    pub state: HoldState,
    /// Negative once its time is over.
    pub expires_in_ms: i64,
    pub extended: bool,
    pub offer: Offer,
    pub quote: Quote,
    /// In order of travel.
    pub legs: Vec<Departure>,
    /// By ordinal.
    pub travellers: Vec<TravellerRecord>,
    pub contact_email: Option<String>,
    pub contact_phone: Option<String>,
    /// By departure and ordinal.
    pub seats: HashMap<(DepartureId, u8), SeatNumber>,
    /// What those cost that are not included: as they are now, or as they were when payment started.
    pub charges: SeatCharges,
    /// Seats that cost their traveller nothing, be it that they sit elsewhere by now.
    pub given: SeatsGiven,
    /// What its supplier offered, where it is not ours.
    pub outside: Option<Offered>,
}

#[derive(Debug)]
pub struct TravellerRecord {
    pub ordinal: u8,
    pub kind: TravellerKind,
    pub given_name: Option<String>,
    pub surname: Option<String>,
    pub birth_date: Option<Date>,
}

impl HoldRecord {
    /// What is paid: the fare and what the seats cost.
    pub fn total(&self) -> Money {
        let seats_minor: i64 = self.charges.values().sum();
        Money::new(self.quote.total.minor + seats_minor, self.quote.currency)
    }
}

impl Postgres {
    /// A visitor's hold; another's is as good as none.
    pub async fn hold(&self, visitor: Uuid, id: HoldId) -> Result<Option<HoldRecord>, StoreError> {
        let Some(row) = sqlx::query!(
            r#"select extended, contact_email, contact_phone,
                case when exists (select from holds again where again.retake_of = holds.id) then 'converted' else state end
                    as "state!",
                (extract(epoch from expires_at - sky_now()) * 1000)::bigint as "expires_in_ms!",
                offer as "offer: Json<Offer>", quote as "quote: Json<Quote>", outside as "outside: Json<Offered>"
            from holds where id = $1 and visitor = $2"#,
            id.0,
            visitor,
        )
        .fetch_optional(&self.pool)
        .await?
        else {
            return Ok(None);
        };
        let legs = self.legs_of(id).await?;
        let travellers = sqlx::query!(
            r#"select ordinal, kind, given_name, surname, birth_date::text as birth_date
            from hold_travellers where hold_id = $1 order by ordinal"#,
            id.0
        )
        .fetch_all(&self.pool)
        .await?;
        let seats = sqlx::query!(
            r#"select departure, traveller as "traveller!", seat from seats
            where departure = any(array(select departure from hold_legs where hold_id = $1)) and hold_id = $1"#,
            id.0
        )
        .fetch_all(&self.pool)
        .await?;
        let seats: HashMap<(DepartureId, u8), SeatNumber> = seats
            .into_iter()
            .filter_map(|s| {
                let traveller = u8::try_from(s.traveller).ok()?;
                Some(((s.departure.parse().ok()?, traveller), s.seat.parse().ok()?))
            })
            .collect();
        let state = HoldState::parse(&row.state).unwrap_or(HoldState::Expired);
        let (offer, quote) = (row.offer.0, row.quote.0);
        let given = self.seats_given(id).await?;
        let charges = if row.outside.is_some() {
            SeatCharges::new()
        } else if state == HoldState::Active {
            let sits = seats.iter().map(|(who, seat)| (*who, *seat));
            charges_of(&offer, quote.currency, &legs, sits, &given)
        } else {
            self.frozen_charges(id).await?
        };
        Ok(Some(HoldRecord {
            id,
            state,
            expires_in_ms: row.expires_in_ms,
            extended: row.extended,
            offer,
            quote,
            legs,
            travellers: travellers
                .into_iter()
                .filter_map(|t| {
                    Some(TravellerRecord {
                        ordinal: u8::try_from(t.ordinal).ok()?,
                        kind: traveller_kind(&t.kind)?,
                        given_name: t.given_name,
                        surname: t.surname,
                        birth_date: t.birth_date.and_then(|d| d.parse().ok()),
                    })
                })
                .collect(),
            contact_email: row.contact_email,
            contact_phone: row.contact_phone,
            outside: row.outside.map(|outside| outside.0),
            seats,
            charges,
            given,
        }))
    }

    /// A hold's departures as sold, in order of travel.
    pub(super) async fn legs_of(&self, hold: HoldId) -> Result<Vec<Departure>, StoreError> {
        let legs = sqlx::query_scalar!(
            r#"select sold as "sold: Json<Departure>" from hold_legs where hold_id = $1 order by leg"#,
            hold.0
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(legs.into_iter().map(|leg| leg.0).collect())
    }
}

/// The IATA passenger type as stored.
pub(super) fn traveller_kind(text: &str) -> Option<TravellerKind> {
    match text {
        "ADT" => Some(TravellerKind::Adt),
        "CHD" => Some(TravellerKind::Chd),
        "INF" => Some(TravellerKind::Inf),
        _ => None,
    }
}
