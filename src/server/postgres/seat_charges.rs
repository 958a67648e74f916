//! What seats cost beside the fare: reckoned while they may be changed, and frozen when payment starts.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    cabin::{Layout, SeatNumber, SeatPrice},
    departure::{Departure, DepartureId},
    hold::HoldId,
    money::{Currency, Money},
    offer::Offer,
};
use sqlx::types::Json;

use super::{Postgres, StoreError, Tx};

/// In minor units, by departure and ordinal; what costs nothing is not in it.
pub type SeatCharges = BTreeMap<(DepartureId, u8), i64>;

/// Seats that cost their traveller nothing, whatever others pay, by departure and ordinal.
pub type SeatsGiven = BTreeSet<((DepartureId, u8), SeatNumber)>;

/// Somebody's seat.
type Sits = ((DepartureId, u8), SeatNumber);

/// What those seats cost, of which some may be given.
pub fn charges_of(
    offer: &Offer,
    currency: Currency,
    legs: &[Departure],
    seats: impl IntoIterator<Item = Sits>,
    given: &SeatsGiven,
) -> SeatCharges {
    let layouts: BTreeMap<DepartureId, Layout> =
        legs.iter().map(|leg| (leg.id, Layout::of(&leg.aircraft, &leg.configuration))).collect();
    let minor = |departure, seat| {
        let seat = layouts.get(&departure)?.seat(seat)?;
        Some(SeatPrice::minor(seat, offer.cabin, offer.brand, currency))
    };
    let chosen = seats.into_iter().filter(|(who, seat)| !given.contains(&(*who, *seat)));
    let charges = chosen.filter_map(|(who, seat)| Some((who, minor(who.0, seat)?)));
    charges.filter(|(_, minor)| *minor > 0).collect()
}

impl Postgres {
    /// Writes down that a seat costs that traveller nothing, since we give it.
    pub async fn give_seat(
        &self,
        hold: HoldId,
        departure: DepartureId,
        traveller: u8,
        seat: SeatNumber,
    ) -> Result<(), StoreError> {
        sqlx::query!(
            "insert into seats_given (hold_id, traveller, departure, seat) values ($1, $2, $3, $4)
            on conflict do nothing",
            hold.0,
            i16::from(traveller),
            departure.to_string(),
            seat.to_string(),
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Forgets that a seat was to be given to a traveller: it went to somebody else.
    pub async fn take_gift_back(
        &self,
        hold: HoldId,
        departure: DepartureId,
        traveller: u8,
        seat: SeatNumber,
    ) -> Result<(), StoreError> {
        sqlx::query!(
            "delete from seats_given where hold_id = $1 and departure = $2 and traveller = $3 and seat = $4",
            hold.0,
            departure.to_string(),
            i16::from(traveller),
            seat.to_string(),
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The seats that we gave to travellers of a hold, be it that they sit elsewhere by now.
    pub(super) async fn seats_given(&self, hold: HoldId) -> Result<SeatsGiven, StoreError> {
        given(&self.pool, hold).await
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
    let given = given(&mut **tx, hold).await?;
    let sits = seats.iter().map(|(who, seat)| (*who, *seat));
    for (who, minor) in charges_of(&sold.offer.0, currency, &legs, sits, &given) {
        let (departure, traveller) = who;
        let Some(seat) = seats.get(&who) else { continue };
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

/// A stored amount; one whose currency is not understood is no amount, and nothing is sold for it.
pub(super) fn money(minor: i64, currency: &str) -> Result<Money, StoreError> {
    let currency = Currency::parse(currency)
        .ok_or_else(|| StoreError(sqlx::Error::Protocol(format!("{currency} is no currency of ours"))))?;
    Ok(Money::new(minor, currency))
}

async fn given(on: impl sqlx::PgExecutor<'_>, hold: HoldId) -> Result<SeatsGiven, StoreError> {
    let rows = sqlx::query!("select departure, traveller, seat from seats_given where hold_id = $1", hold.0)
        .fetch_all(on)
        .await?;
    let given = rows.into_iter().filter_map(|row| {
        Some(((row.departure.parse().ok()?, u8::try_from(row.traveller).ok()?), row.seat.parse().ok()?))
    });
    Ok(given.collect())
}
