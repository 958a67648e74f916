//! What seats cost beside the fare: reckoned while they may be changed, and frozen when payment starts.

use std::collections::BTreeMap;

use domain::{
    cabin::{Layout, SeatNumber, SeatPrice},
    departure::{Departure, DepartureId},
    hold::HoldId,
    money::Currency,
    offer::Offer,
};
use sqlx::types::Json;

use super::{Postgres, StoreError, Tx};

/// In minor units, by departure and ordinal; what costs nothing is not in it.
pub type SeatCharges = BTreeMap<(DepartureId, u8), i64>;

/// Somebody's seat.
type Sits = ((DepartureId, u8), SeatNumber);

/// What those seats cost who chooses them.
pub fn charges_of(
    offer: &Offer,
    currency: Currency,
    legs: &[Departure],
    seats: impl IntoIterator<Item = Sits>,
) -> SeatCharges {
    let layouts: BTreeMap<DepartureId, Layout> =
        legs.iter().map(|leg| (leg.id, Layout::of(&leg.aircraft, &leg.configuration))).collect();
    let minor = |departure, seat| {
        let seat = layouts.get(&departure)?.seat(seat)?;
        Some(SeatPrice::minor(seat, offer.cabin, offer.brand, currency))
    };
    let charges = seats.into_iter().filter_map(|(who, seat)| Some((who, minor(who.0, seat)?)));
    charges.filter(|(_, minor)| *minor > 0).collect()
}

impl Postgres {
    /// Writes down that a seat costs this hold nothing, since we give it: no other was left. Twice is fine.
    pub async fn give_seat(
        &self,
        hold: HoldId,
        departure: DepartureId,
        seat: SeatNumber,
    ) -> Result<(), StoreError> {
        sqlx::query!(
            "insert into seats_given (hold_id, departure, seat) values ($1, $2, $3) on conflict do nothing",
            hold.0,
            departure.to_string(),
            seat.to_string(),
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// What the seats of an active hold cost at the moment; most cost nothing, and then nothing is read.
    pub(super) async fn charges_now(
        &self,
        hold: HoldId,
        offer: &Offer,
        currency: Currency,
        legs: &[Departure],
        seats: impl IntoIterator<Item = Sits> + Clone,
    ) -> Result<SeatCharges, StoreError> {
        let mut charges = charges_of(offer, currency, legs, seats.clone());
        if !charges.is_empty() {
            let given = given(&self.pool, hold).await?;
            for (who, seat) in seats {
                if given.contains(&(who.0, seat)) {
                    charges.remove(&who);
                }
            }
        }
        Ok(charges)
    }

    /// What they cost since payment started.
    pub(super) async fn frozen_charges(&self, hold: HoldId) -> Result<SeatCharges, StoreError> {
        let rows = sqlx::query!(
            "select departure, traveller, amount_minor from seat_charges where hold_id = $1",
            hold.0
        )
        .fetch_all(&self.pool)
        .await?;
        let charges = rows.into_iter().filter_map(|row| {
            Some(((row.departure.parse().ok()?, u8::try_from(row.traveller).ok()?), row.amount_minor))
        });
        Ok(charges.collect())
    }
}

/// Freezes what the seats of a locked hold cost; from here on they stand still, and so must the amount to be paid.
pub(super) async fn freeze(tx: &mut Tx, hold: HoldId) -> Result<(), StoreError> {
    let sold = sqlx::query!(
        r#"select offer as "offer: Json<Offer>", currency from holds where id = $1 and supplier is null"#,
        hold.0
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(sold) = sold else { return Ok(()) };
    let rows = sqlx::query!(
        r#"select l.sold as "sold: Json<Departure>", s.traveller as "traveller!", s.seat
        from hold_legs l join seats s on s.departure = l.departure and s.hold_id = l.hold_id
        where l.hold_id = $1"#,
        hold.0
    )
    .fetch_all(&mut **tx)
    .await?;
    let not_understood =
        || StoreError(sqlx::Error::Protocol(format!("hold {hold} holds what is not understood")));
    let currency = Currency::parse(&sold.currency).ok_or_else(not_understood)?;
    let (mut legs, mut seats) = (Vec::new(), BTreeMap::new());
    for row in rows {
        let leg = row.sold.0;
        let traveller = u8::try_from(row.traveller).map_err(|_| not_understood())?;
        let seat = SeatNumber::parse(&row.seat).map_err(|_| not_understood())?;
        seats.insert((leg.id, traveller), seat);
        legs.push(leg);
    }
    let charges = charges_of(&sold.offer.0, currency, &legs, seats.iter().map(|(who, seat)| (*who, *seat)));
    if charges.is_empty() {
        return Ok(());
    }
    let given = given(&mut **tx, hold).await?;
    for ((departure, traveller), minor) in charges {
        let Some(seat) =
            seats.get(&(departure, traveller)).filter(|seat| !given.contains(&(departure, **seat)))
        else {
            continue;
        };
        sqlx::query!(
            "insert into seat_charges (hold_id, traveller, departure, seat, amount_minor) values ($1, $2, $3, $4, $5)",
            hold.0,
            i16::from(traveller),
            departure.to_string(),
            seat.to_string(),
            minor,
        )
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

async fn given(
    on: impl sqlx::PgExecutor<'_>,
    hold: HoldId,
) -> Result<Vec<(DepartureId, SeatNumber)>, StoreError> {
    let rows = sqlx::query!("select departure, seat from seats_given where hold_id = $1", hold.0)
        .fetch_all(on)
        .await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| Some((row.departure.parse().ok()?, row.seat.parse().ok()?)))
        .collect())
}
