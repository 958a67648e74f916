//! Holds and bookings of what outside suppliers sell. Their places are not ours to count, so no counter and no seat is
//! written here; what keeps two from selling one place is the supplier's order, named by the hold.

use domain::{
    booking::BookingState,
    departure::DepartureId,
    hold::{HoldId, HoldState},
    live::SeatChange,
    pnr::Pnr,
};
use serde_json::json;
use sqlx::types::Json;
use uuid::Uuid;

use super::{
    Claim, Postgres, StoreError, TakeRefusal, again_after_deadlock,
    bookings::{self, Paid, TicketError, TicketOutcome},
    holds::{count_places, end_hold},
    idempotency::keep,
    outbox::{self, Errand, Letter, Step, finish},
};
use crate::suppliers::Offered;

/// A supplier's offer that somebody has chosen before.
pub const OFFER_USED: &str = "outside_offer_once";
/// What a supplier is asked to confirm is not given up meanwhile.
pub const WAITS_FOR_ANSWER: &str = "outside_hold_waits_for_answer";

/// While a supplier is asked, no time runs out here: the authorisation ends before this.
const ASKED_AT_MOST_DAYS: i32 = 30;
/// Before it is asked for again how an order stands.
const ASKING_SECS: f64 = 60.0;

/// What became of an authorised payment of an outside hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirming {
    /// The supplier is about to be asked.
    Begun,
    /// The hold or the supplier's order is over: nothing is sold, and the void is queued.
    TooLate,
    /// The booking is past it.
    Over,
}

impl Postgres {
    /// Holds what a supplier offered, at its price, until the ten minutes or the offer are over. The visitor's live hold of
    /// the same signed offer, if there is one, is the answer instead.
    ///
    /// # Errors
    /// [`OFFER_USED`] where another hold was made of this offer.
    pub async fn take_outside(&self, claim: &Claim<'_>, offered: &Offered) -> Result<HoldId, TakeRefusal> {
        again_after_deadlock(|| self.take_outside_once(claim, offered)).await
    }

    async fn take_outside_once(&self, claim: &Claim<'_>, offered: &Offered) -> Result<HoldId, TakeRefusal> {
        let seats = claim.offer.party.seats();
        let places = i32::from(seats) * i32::try_from(claim.legs.len()).unwrap_or(i32::MAX);
        let mut tx = self.pool.begin().await?;
        let is_counted = count_places(&mut tx, claim.visitor, None, places).await?;
        // The visitor is locked now, so a double click is seen here.
        let same = sqlx::query_scalar!(
            "select id from holds
            where visitor = $1 and offer_digest = $2 and state in ('active', 'reserved') and expires_at > sky_now()",
            claim.visitor,
            claim.offer_digest,
        )
        .fetch_optional(&mut *tx)
        .await?;
        if let Some(same) = same.map(HoldId) {
            tx.rollback().await?;
            return self.keep_same(claim, same).await;
        }
        if !is_counted {
            return Err(TakeRefusal::TooManyPlaces);
        }
        sqlx::query!(
            "insert into holds (id, visitor, expires_at, places, offer, quote, total_minor, currency, offer_digest,
                supplier, outside)
            values ($1, $2, least(sky_now() + make_interval(secs => $3), $4::text::timestamptz), $5, $6, $7, $8, $9, $10,
                $11, $12)",
            claim.id.0,
            claim.visitor,
            self.terms.hold.as_secs_f64(),
            offered.expires_at.to_string(),
            places,
            Json(claim.offer) as _,
            Json(claim.quote) as _,
            claim.quote.total.minor,
            claim.quote.total.currency.code(),
            claim.offer_digest,
            offered.supplier.0,
            Json(offered) as _,
        )
        .execute(&mut *tx)
        .await?;
        keep(&mut tx, claim.asking, Some(claim.id), &Ok::<_, ()>(claim.id)).await?;
        let legs: Vec<String> =
            claim.legs.iter().map(|leg| format!("{}/{}", offered.supplier, leg.id)).collect();
        sqlx::query!(
            "insert into hold_legs (hold_id, leg, departure, cabin, class, places, sold)
            select $1, ordinal - 1, departure, $2, $2, $3, sold
            from unnest($4::text[], $5::jsonb[]) with ordinality as legs (departure, sold, ordinal)",
            claim.id.0,
            claim.offer.cabin.letter().to_string(),
            i16::from(seats),
            &legs,
            &claim.legs.iter().map(|leg| serde_json::to_value(leg).unwrap_or_default()).collect::<Vec<_>>(),
        )
        .execute(&mut *tx)
        .await?;
        let kinds: Vec<String> =
            claim.offer.party.kinds().iter().map(|kind| format!("{kind:?}").to_uppercase()).collect();
        sqlx::query!(
            "insert into hold_travellers (hold_id, ordinal, kind)
            select $1, ordinal - 1, kind from unnest($2::text[]) with ordinality as people (kind, ordinal)",
            claim.id.0,
            &kinds,
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(claim.id)
    }

    /// The bank keeps the agreed amount aside: from here on the supplier is asked until it has said yes or no, and the hold
    /// neither runs out nor is given up. Called again it changes nothing.
    pub async fn begin_confirming(
        &self,
        booking: Uuid,
        card: Option<&str>,
    ) -> Result<Confirming, StoreError> {
        again_after_deadlock(|| self.begin_confirming_once(booking, card))
            .await
            .inspect(|_| self.wake_workers())
    }

    async fn begin_confirming_once(
        &self,
        booking: Uuid,
        card: Option<&str>,
    ) -> Result<Confirming, StoreError> {
        let mut tx = self.pool.begin().await?;
        let Some(hold) = lock(&mut tx, booking, &[BookingState::Pending]).await? else {
            return Ok(Confirming::Over);
        };
        let state =
            sqlx::query_scalar!("select state from holds where id = $1", hold.0).fetch_one(&mut *tx).await?;
        if !HoldState::parse(&state).is_some_and(HoldState::is_live) {
            outbox::queue(&mut tx, booking, Step::Void, "", &json!({})).await?;
            tx.commit().await?;
            return Ok(Confirming::TooLate);
        }
        let asked = sqlx::query!(
            "update supplier_orders set state = 'confirming', leased_until = sky_now() + make_interval(secs => $2)
            where id = $1 and state = 'held' and not unwanted
                and exists (select from payments p where p.booking_id = $3 and p.state = 'open')",
            hold.0,
            ASKING_SECS,
            booking,
        )
        .execute(&mut *tx)
        .await?;
        if asked.rows_affected() == 0 {
            // What was held for it is not any more; ending the hold queues the void.
            end_hold(&mut *tx, hold, HoldState::Released).await?;
            tx.commit().await?;
            return Ok(Confirming::TooLate);
        }
        sqlx::query!("update bookings set state = 'confirming' where id = $1", booking)
            .execute(&mut *tx)
            .await?;
        sqlx::query!("update payments set card = $2 where booking_id = $1", booking, card)
            .execute(&mut *tx)
            .await?;
        sqlx::query!(
            "update holds set expires_at = sky_now() + make_interval(days => $2) where id = $1",
            hold.0,
            ASKED_AT_MOST_DAYS,
        )
        .execute(&mut *tx)
        .await?;
        outbox::queue(&mut tx, booking, Step::Confirm, "", &json!({})).await?;
        tx.commit().await?;
        Ok(Confirming::Begun)
    }

    /// The supplier has said yes: tickets, ledger, the queued capture and the letter in one transaction, which also closes
    /// the errand. The database lets it happen only where our books have the order as ticketed.
    pub async fn ticket_confirmed(&self, errand: &Errand) -> Result<(), StoreError> {
        bookings::with_locator(|pnr| self.ticket_confirmed_as(errand, pnr)).await?;
        self.wake_workers();
        Ok(())
    }

    async fn ticket_confirmed_as(&self, errand: &Errand, pnr: Pnr) -> Result<TicketOutcome, TicketError> {
        let mut tx = self.pool.begin().await?;
        let waiting = [BookingState::Confirming, BookingState::Unknown];
        let outcome = match lock(&mut tx, errand.booking, &waiting).await? {
            Some(hold) => {
                let card =
                    sqlx::query_scalar!("select card from payments where booking_id = $1", errand.booking)
                        .fetch_one(&mut *tx)
                        .await?;
                let paid = Paid::Card(card.as_deref());
                bookings::ticket_hold(&mut tx, errand.booking, hold, paid, pnr).await?
            }
            // Another worker was faster.
            None => TicketOutcome::Over(BookingState::Ticketed),
        };
        finish(&mut tx, errand.id).await?;
        tx.commit().await?;
        Ok(outcome)
    }

    /// The supplier has said no, and nothing of it is left there: the booking is refused, what the bank keeps aside is given
    /// back, and the traveller is told.
    pub async fn supplier_refused(
        &self,
        errand: &Errand,
    ) -> Result<Vec<(DepartureId, SeatChange)>, StoreError> {
        let mut tx = self.pool.begin().await?;
        let mut freed = Vec::new();
        let waiting = [BookingState::Confirming, BookingState::Unknown];
        if let Some(hold) = lock(&mut tx, errand.booking, &waiting).await? {
            sqlx::query!("update bookings set state = 'refused' where id = $1", errand.booking)
                .execute(&mut *tx)
                .await?;
            freed = end_hold(&mut *tx, hold, HoldState::Released).await?;
            outbox::queue(&mut tx, errand.booking, Step::Void, "", &json!({})).await?;
            outbox::queue(&mut tx, errand.booking, Step::Mail(Letter::Refused), "", &json!({})).await?;
        }
        finish(&mut tx, errand.id).await?;
        tx.commit().await?;
        self.wake_workers();
        Ok(freed)
    }

    /// The supplier has said neither yes nor no: it is asked how the order stands until it has. Told again it changes nothing.
    pub async fn supplier_unclear(&self, booking: Uuid) -> Result<(), StoreError> {
        sqlx::query!("update bookings set state = 'unknown' where id = $1 and state = 'confirming'", booking)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// The hold by which a booking's order is named at its supplier; none where it is our own.
    pub async fn outside_hold(&self, booking: Uuid) -> Result<Option<Uuid>, StoreError> {
        Ok(sqlx::query_scalar!(
            "select h.id from bookings b join holds h on h.id = b.hold_id where b.id = $1 and h.supplier is not null",
            booking
        )
        .fetch_optional(&self.pool)
        .await?)
    }

    /// Who sells a booking, where it is not our own.
    pub(super) async fn supplier_of(&self, booking: Uuid) -> Result<Option<String>, StoreError> {
        let supplier = sqlx::query_scalar!(
            "select h.supplier from bookings b join holds h on h.id = b.hold_id where b.id = $1",
            booking
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(supplier.flatten())
    }
}

/// Locks visitor, booking and hold, if the booking is in one of these states.
async fn lock(
    tx: &mut super::Tx,
    booking: Uuid,
    states: &[BookingState],
) -> Result<Option<HoldId>, StoreError> {
    let hold = sqlx::query_scalar!("select hold_id from bookings where id = $1", booking)
        .fetch_one(&mut **tx)
        .await?;
    bookings::lock_holders(tx, HoldId(hold)).await?;
    let states: Vec<String> = states.iter().map(|state| state.as_str().to_owned()).collect();
    let locked = sqlx::query_scalar!(
        "select hold_id from bookings where id = $1 and state = any($2) for no key update",
        booking,
        &states,
    )
    .fetch_optional(&mut **tx)
    .await?;
    if let Some(hold) = locked {
        sqlx::query!("select id from holds where id = $1 for no key update", hold)
            .fetch_one(&mut **tx)
            .await?;
    }
    Ok(locked.map(HoldId))
}
