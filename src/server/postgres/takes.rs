use domain::{
    cabin::BookingClass,
    departure::DepartureId,
    hold::{HoldId, PLACES_PER_VISITOR},
};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{ANSWERED, Claim, Postgres, StoreError};

/// A claim in the form in which many are taken in one call.
#[derive(Clone, Debug)]
pub struct Taking {
    pub visitor: Uuid,
    /// The claim as `take_places` reads it.
    text: String,
}

impl Taking {
    pub fn of(claim: &Claim<'_>) -> Self {
        let seats = claim.offer.party.seats();
        let kept = Ok::<_, ()>(claim.id);
        let text = json!({
            "visitor": claim.visitor,
            "hold": claim.id,
            "seats": seats,
            "places": usize::from(seats) * claim.legs.len(),
            "cabin": claim.offer.cabin.letter(),
            "digest": claim.offer_digest,
            "offer": claim.offer,
            "quote": claim.quote,
            "total": claim.quote.total.minor,
            "currency": claim.quote.total.currency.code(),
            "schedule": claim.schedule,
            "legs": claim.rungs().map(|(leg, rungs)| json!({
                "departure": leg.id,
                "capacity": leg.configuration.places(claim.offer.cabin),
                "class": claim.offer.class_on(leg.id),
                "authorised": rungs.map(|rung| (rung.class.to_string(), rung.authorised.into()))
                    .collect::<Map<String, Value>>(),
                "sold": leg,
            })).collect::<Value>(),
            "kinds": claim.offer.party.kinds(),
            "key": claim.asking.as_row(&kept),
        });
        Self { visitor: claim.visitor, text: text.to_string() }
    }
}

/// What became of one claim among many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakeAnswer {
    Taken(HoldId),
    /// The visitor's live hold of the same signed offer.
    Same(HoldId),
    TooManyPlaces,
    SoldOut(DepartureId),
    /// The class that it was to be sold in, or one above it, has too few places left.
    ClassClosed(DepartureId, BookingClass),
    NewSchedule,
    /// Its key has an answer already.
    Answered,
}

impl Postgres {
    /// Takes the places of each claim on all of its legs, or on none: one call, one transaction, an answer for each in
    /// their order, the same as `take` gives it alone. No two may be of one visitor.
    pub async fn take_together(&self, takings: &[Taking]) -> Result<Vec<TakeAnswer>, StoreError> {
        let claims = format!("[{}]", takings.iter().map(|t| t.text.as_str()).collect::<Vec<_>>().join(","));
        let query = sqlx::query!(
            r#"select caller as "caller!", outcome as "outcome!", hold, departure, class
            from take_places($1::text::jsonb, $2, $3)"#,
            claims,
            self.terms.hold.as_secs_f64(),
            i32::from(PLACES_PER_VISITOR),
        );
        let rows = self
            .batches
            .answer(async |connection| query.fetch_all(connection).await)
            .await
            .map_err(StoreError::from);
        let rows = match rows {
            // Among many it is not known whose: the batch is done one by one.
            Err(error) if takings.len() == 1 && error.constraint() == Some(ANSWERED) => {
                return Ok(vec![TakeAnswer::Answered]);
            }
            rows => rows?,
        };
        let unread = || StoreError(sqlx::Error::Protocol("take_places gave no answer that is known".into()));
        let mut answers = vec![None; takings.len()];
        for row in rows {
            let place = usize::try_from(row.caller).unwrap_or_default().wrapping_sub(1);
            let hold = row.hold.map(HoldId);
            let departure = row.departure.as_deref().and_then(|departure| departure.parse().ok());
            *answers.get_mut(place).ok_or_else(unread)? = match row.outcome.as_str() {
                "taken" => hold.map(TakeAnswer::Taken),
                "same" => hold.map(TakeAnswer::Same),
                "too_many" => Some(TakeAnswer::TooManyPlaces),
                "sold_out" => departure.map(TakeAnswer::SoldOut),
                "class_closed" => {
                    let class = row.class.as_deref().and_then(|class| BookingClass::parse(class).ok());
                    departure.zip(class).map(|(departure, class)| TakeAnswer::ClassClosed(departure, class))
                }
                "new_schedule" => Some(TakeAnswer::NewSchedule),
                _ => None,
            };
        }
        answers.into_iter().collect::<Option<Vec<_>>>().ok_or_else(unread)
    }
}
