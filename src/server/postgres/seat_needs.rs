use domain::{cabin::SeatNumber, departure::DepartureId, hold::HoldId};
use tokio::sync::OwnedSemaphorePermit;
use uuid::Uuid;

use super::{Postgres, StoreError, Tx};

/// A seat of somebody with an infant on the lap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LapSeat {
    pub seat: SeatNumber,
    pub hold: HoldId,
    /// The adult's ordinal in the hold.
    pub traveller: u8,
}

impl Postgres {
    /// Writes down that somebody of an active hold needs an accessible seat; saying it twice is fine. False where the visitor
    /// has no such hold.
    pub async fn ask_accessible(&self, visitor: Uuid, hold: HoldId) -> Result<bool, StoreError> {
        let is_active = sqlx::query_scalar!(
            r#"with active as (select id from holds where id = $1 and visitor = $2 and state = 'active'),
            asked as (insert into accessible_asked (hold_id) select id from active on conflict do nothing)
            select exists (select from active) as "is_active!""#,
            hold.0,
            visitor,
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(is_active)
    }

    pub async fn accessible_asked(&self, hold: HoldId) -> Result<bool, StoreError> {
        let is_asked = sqlx::query_scalar!(
            r#"select exists (select from accessible_asked where hold_id = $1) as "is_asked!""#,
            hold.0
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(is_asked)
    }

    /// Where infants sit on laps on a departure: the first adults of a party take them, one each.
    pub async fn lap_seats(&self, departure: DepartureId) -> Result<Vec<LapSeat>, StoreError> {
        lap_seats(&self.pool, departure).await
    }

    /// Waits until nobody else with an infant is about to sit down on these departures, on any server. Who then looks where
    /// infants sit and picks a seat is seen by the next.
    pub async fn alone_with_laps(&self, departures: &[DepartureId]) -> Result<Laps, StoreError> {
        // Few at a time, so that those who wait do not keep the connections that the others need.
        let turn = self.laps.clone().acquire_owned().await.ok();
        let mut tx = self.pool.begin().await?;
        sqlx::query!(
            "select pg_advisory_xact_lock(laps.key) from (
                select distinct hashtextextended('laps on ' || departure, 0) as key
                from unnest($1::text[]) as departure order by key) laps",
            &departures.iter().map(ToString::to_string).collect::<Vec<_>>(),
        )
        .fetch_all(&mut *tx)
        .await?;
        Ok(Laps { tx, _turn: turn })
    }

    /// The seats that a hold lost when its time was over, by departure and ordinal.
    pub async fn seats_lost(&self, hold: HoldId) -> Result<Vec<(DepartureId, u8, SeatNumber)>, StoreError> {
        let rows =
            sqlx::query!("select departure, traveller, seat from hold_seats_lost where hold_id = $1", hold.0)
                .fetch_all(&self.pool)
                .await?;
        let lost = rows.into_iter().filter_map(|row| {
            Some((row.departure.parse().ok()?, u8::try_from(row.traveller).ok()?, row.seat.parse().ok()?))
        });
        Ok(lost.collect())
    }
}

/// While it is kept, nobody else with an infant sits down there.
#[derive(Debug)]
pub struct Laps {
    tx: Tx,
    _turn: Option<OwnedSemaphorePermit>,
}

impl Laps {
    /// Where infants sit now.
    pub async fn seats(&mut self, departure: DepartureId) -> Result<Vec<LapSeat>, StoreError> {
        lap_seats(&mut *self.tx, departure).await
    }
}

async fn lap_seats(
    on: impl sqlx::PgExecutor<'_>,
    departure: DepartureId,
) -> Result<Vec<LapSeat>, StoreError> {
    let rows = sqlx::query!(
        r#"select s.seat, s.hold_id as "hold_id!", s.traveller as "traveller!"
        from seats s
        where s.departure = $1 and s.hold_id is not null and s.traveller
            < (select count(*) from hold_travellers t where t.hold_id = s.hold_id and t.kind = 'INF')
        order by s.seat"#,
        departure.to_string()
    )
    .fetch_all(on)
    .await?;
    let seat = rows.iter().filter_map(|row| {
        Some(LapSeat {
            seat: SeatNumber::parse(&row.seat).ok()?,
            hold: HoldId(row.hold_id),
            traveller: u8::try_from(row.traveller).ok()?,
        })
    });
    Ok(seat.collect())
}
