//! Departures that the airline does not fly: nothing is sold on them any more, and everyone on them is given back.

use domain::{
    booking::BookingState,
    cabin::Cabin,
    cancelling::{Cause, settle},
    departure::DepartureId,
    hold::HoldId,
};
use jiff::Timestamp;
use uuid::Uuid;

use super::{
    Postgres, StoreError, again_after_deadlock,
    giving_back::{self, lock},
    holds::Freed,
    purchases::Purchase,
};

impl Postgres {
    /// Calls a departure off and closes its cabins, in one transaction: from then on nobody takes a place on it, not even
    /// in a cabin that a later schedule brings. Called off before, it stays so, with the reason of then. Tells whether it
    /// is new.
    pub async fn call_off(&self, departure: DepartureId, reason: &str) -> Result<bool, StoreError> {
        let letters: Vec<String> = Cabin::ALL.iter().map(|cabin| cabin.letter().to_string()).collect();
        let mut tx = self.pool.begin().await?;
        let called_off = sqlx::query!(
            "insert into departures_cancelled (departure, reason) values ($1, $2) on conflict do nothing",
            departure.to_string(),
            reason,
        )
        .execute(&mut *tx)
        .await?;
        // Who takes a place locks the counter's row, and finds in it that there is none.
        sqlx::query!(
            "insert into departure_cabins as k (departure, cabin, places, taken)
            select $1, cabin, 0, 0 from unnest($2::text[]) as cabins (cabin) order by cabin
            on conflict (departure, cabin) do update set places = k.taken",
            departure.to_string(),
            &letters,
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(called_off.rows_affected() == 1)
    }

    /// Departures called off on which not everyone was seen to.
    pub async fn called_off(&self) -> Result<Vec<DepartureId>, StoreError> {
        let rows = sqlx::query_scalar!(
            "select departure from departures_cancelled where done_at is null order by at"
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.iter().filter_map(|departure| departure.parse().ok()).collect())
    }

    /// Whether that moment is over by the database's clock.
    pub async fn has_passed(&self, at: Timestamp) -> Result<bool, StoreError> {
        Ok(sqlx::query_scalar!(
            r#"select to_timestamp($1::bigint) <= sky_now() as "has_passed!""#,
            at.as_second()
        )
        .fetch_one(&self.pool)
        .await?)
    }

    pub async fn is_called_off(&self, departure: DepartureId) -> Result<bool, StoreError> {
        Ok(sqlx::query_scalar!(
            r#"select exists (select from departures_cancelled where departure = $1) as "is!""#,
            departure.to_string()
        )
        .fetch_one(&self.pool)
        .await?)
    }

    /// Live holds with places on it.
    pub async fn live_holds_on(&self, departure: DepartureId) -> Result<Vec<HoldId>, StoreError> {
        let ids = sqlx::query_scalar!(
            "select h.id from hold_legs l join holds h on h.id = l.hold_id
            where l.departure = $1 and h.state in ('active', 'reserved') order by h.created_at",
            departure.to_string()
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(ids.into_iter().map(HoldId).collect())
    }

    /// Bookings with open coupons on it.
    pub async fn bookings_on(&self, departure: DepartureId) -> Result<Vec<Uuid>, StoreError> {
        Ok(sqlx::query_scalar!(
            "select distinct t.booking_id from coupons c join tickets t on t.number = c.ticket
            where c.departure = $1 and c.state = 'open' order by t.booking_id",
            departure.to_string()
        )
        .fetch_all(&self.pool)
        .await?)
    }

    /// Gives a booking back in full what is left of the bound that this departure is part of, for whoever was still to
    /// fly on it. None where there is nothing left to do: it was done before, or the booking is unpaid and being unwound.
    pub async fn give_back_called_off(
        &self,
        booking: Uuid,
        departure: DepartureId,
    ) -> Result<Option<Freed>, StoreError> {
        let freed = again_after_deadlock(|| self.give_back_once(booking, departure)).await?;
        self.wake_workers();
        Ok(freed)
    }

    async fn give_back_once(
        &self,
        booking: Uuid,
        departure: DepartureId,
    ) -> Result<Option<Freed>, StoreError> {
        let mut tx = self.pool.begin().await?;
        lock(&mut tx, booking).await?;
        let purchase = Purchase::read(&mut tx, booking).await?;
        let chosen = purchase.stranded_by(departure);
        if chosen.is_empty() || purchase.state == BookingState::Unpaid {
            return Ok(None);
        }
        let settlement = settle(&purchase.coupons, &chosen, Cause::Airline, purchase.bought_at, purchase.now)
            .map_err(|refusal| StoreError(sqlx::Error::Protocol(refusal.to_string())))?;
        let id = Uuid::new_v4();
        sqlx::query!(
            "insert into cancellations
                (id, booking_id, reason, refund_minor, fee_minor, currency, quoted_until)
            values ($1, $2, $3, $4, $5, $6, sky_now())",
            id,
            booking,
            Cause::Airline.as_str(),
            settlement.refund_minor(),
            settlement.kept_minor(),
            purchase.currency,
        )
        .execute(&mut *tx)
        .await?;
        giving_back::write_shares(&mut tx, id, &settlement).await?;
        giving_back::confirm(&mut tx, id).await?;
        let freed = giving_back::give_back(&mut tx, &purchase, id).await?;
        tx.commit().await?;
        Ok(Some(freed))
    }

    /// Notes that everyone was seen to, if so. Tells whether it is noted, now or before.
    pub async fn seen_to(&self, departure: DepartureId) -> Result<bool, StoreError> {
        sqlx::query!(
            "update departures_cancelled d set done_at = sky_now()
            where d.departure = $1 and d.done_at is null
                and not exists (select from coupons c where c.departure = d.departure and c.state = 'open')
                and not exists (
                    select from hold_legs l join holds h on h.id = l.hold_id
                    where l.departure = d.departure and h.state in ('active', 'reserved'))",
            departure.to_string()
        )
        .execute(&self.pool)
        .await?;
        Ok(!self.called_off().await?.contains(&departure))
    }
}
