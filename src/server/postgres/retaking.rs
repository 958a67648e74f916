//! An authorisation that came too late: the same seats once more, or nothing.

use domain::{hold::HoldId, pnr::Pnr};
use uuid::Uuid;

use super::{
    Postgres, StoreError,
    bookings::{self, Paid, TicketError, TicketOutcome},
    outbox::{Errand, finish},
    promotions::is_not_usable,
    twins::{lock_twins, twins},
};

impl Postgres {
    /// Takes an expired hold's places and seats again as a new hold, and tickets its booking, in one transaction that
    /// also closes the errand to void its payment. None where that cannot be had any more, where its visitor has started
    /// over or someone of it flies by another booking, or where another worker has begun that void: then nothing was done.
    /// The caller has checked amount and currency against the intent, the price, and that `schedule` still sells it.
    pub async fn retake(
        &self,
        errand: &Errand,
        card: Option<&str>,
        schedule: i64,
    ) -> Result<Option<TicketOutcome>, StoreError> {
        let anew = HoldId(Uuid::new_v4());
        let taken = bookings::with_locator(|pnr| self.retake_as(errand, card, schedule, anew, pnr)).await;
        match taken {
            Ok(outcome) => {
                self.wake_workers();
                Ok(Some(outcome))
            }
            Err(TicketError::Gone) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    async fn retake_as(
        &self,
        errand: &Errand,
        card: Option<&str>,
        schedule: i64,
        anew: HoldId,
        pnr: Pnr,
    ) -> Result<TicketOutcome, TicketError> {
        let mut tx = self.pool.begin().await?;
        let owner = sqlx::query!("select visitor, hold_id from bookings where id = $1", errand.booking)
            .fetch_one(&mut *tx)
            .await?;
        bookings::lock_holders(&mut tx, HoldId(owner.hold_id)).await?;
        let booking = sqlx::query!(
            "select hold_id from bookings where id = $1 and state = 'pending' for no key update",
            errand.booking
        )
        .fetch_optional(&mut *tx)
        .await?;
        let old =
            booking.filter(|booking| booking.hold_id == owner.hold_id).ok_or(TicketError::Gone)?.hold_id;
        // Whoever has chosen the same offer again meanwhile has started over, and does not mean to pay twice, even if they
        // gave that up too. Their visitor is locked, so no further one comes. The states are told apart for the indexes.
        sqlx::query!(
            "select id from holds old where id = $1 and state = 'expired'
                and not exists (
                    select from holds anew where anew.visitor = old.visitor and anew.offer_digest = old.offer_digest
                        and anew.state in ('active', 'reserved'))
                and not exists (
                    select from holds anew where anew.visitor = old.visitor and anew.offer_digest = old.offer_digest
                        and anew.state in ('converted', 'released', 'expired') and anew.created_at > old.created_at)
            for no key update",
            old
        )
        .fetch_optional(&mut *tx)
        .await?
        .ok_or(TicketError::Gone)?;
        // Who flies by another booking meanwhile, or is paying for one, does not mean to pay twice, and cannot be asked.
        lock_twins(&mut tx, owner.visitor, HoldId(old)).await?;
        if !twins(&mut *tx, owner.visitor, HoldId(old)).await?.is_empty() {
            return Err(TicketError::Gone);
        }
        // Who voids it says so under the lock that we have.
        sqlx::query!(
            "select booking_id from payments where booking_id = $1 and state = 'open'",
            errand.booking
        )
        .fetch_optional(&mut *tx)
        .await?
        .ok_or(TicketError::Gone)?;
        sqlx::query!(
            "insert into holds (id, visitor, expires_at, extended, places, offer_digest, offer, quote, total_minor,
                currency, contact_email, contact_phone, account, retake_of)
            select $2, visitor, sky_now() + interval '1 minute', extended, places, offer_digest, offer, quote,
                total_minor, currency, contact_email, contact_phone, account, id
            from holds where id = $1",
            old,
            anew.0,
        )
        .execute(&mut *tx)
        .await?;
        sqlx::query!(
            // Its seats are given to it below, so everyone may sit somewhere: all bits.
            "insert into hold_legs (hold_id, leg, departure, cabin, class, places, sold, seated)
            select $2, leg, departure, cabin, class, places, sold, -1 from hold_legs where hold_id = $1",
            old,
            anew.0,
        )
        .execute(&mut *tx)
        .await?;
        sqlx::query!(
            "insert into hold_travellers (hold_id, ordinal, kind, given_name, surname, birth_date)
            select $2, ordinal, kind, given_name, surname, birth_date from hold_travellers where hold_id = $1",
            old,
            anew.0,
        )
        .execute(&mut *tx)
        .await?;
        sqlx::query!(
            "insert into seat_charges (hold_id, traveller, departure, seat, amount_minor)
            select $2, traveller, departure, seat, amount_minor from seat_charges where hold_id = $1",
            old,
            anew.0,
        )
        .execute(&mut *tx)
        .await?;
        sqlx::query!(
            "update visitors v set places = v.places + h.places from holds h
            where h.id = $1 and v.id in (h.visitor, h.account)",
            anew.0
        )
        .execute(&mut *tx)
        .await?;
        if !take_counters(&mut tx, anew).await? || !take_seats(&mut tx, HoldId(old), anew).await? {
            return Err(TicketError::Gone);
        }
        // An import waits until the counters are free, and we for it: what is newest now stays so until we commit.
        let newest = sqlx::query_scalar!(r#"select coalesce(max(id), 0) as "id!" from schedules"#)
            .fetch_one(&mut *tx)
            .await?;
        if newest != schedule {
            return Err(TicketError::Gone);
        }
        sqlx::query!("update bookings set hold_id = $2 where id = $1", errand.booking, anew.0)
            .execute(&mut *tx)
            .await?;
        // The lane stands at this errand: what is queued with the tickets goes on once it is done.
        finish(&mut tx, errand.id).await?;
        let outcome = bookings::ticket_hold(&mut tx, errand.booking, anew, Paid::Card(card), pnr).await?;
        tx.commit().await.map_err(|error| match StoreError::from(error) {
            // Others have used its promotion code up since: it cannot be had at that price any more.
            error if is_not_usable(&error) => TicketError::Gone,
            error => error.into(),
        })?;
        Ok(outcome)
    }
}

/// The hold's places in cabin, class and all classes above on every leg, or on none, in the order of the counters.
async fn take_counters(tx: &mut super::Tx, hold: HoldId) -> Result<bool, StoreError> {
    let counters = sqlx::query!(
        r#"select count(*) as "cabins!", coalesce(sum(cardinality(class_and_above(class))), 0) as "classes!"
        from hold_legs where hold_id = $1"#,
        hold.0
    )
    .fetch_one(&mut **tx)
    .await?;
    sqlx::query!(
        "select c.departure from departure_cabins c join hold_legs l on l.departure = c.departure and l.cabin = c.cabin
        where l.hold_id = $1 order by c.departure, c.cabin for no key update of c",
        hold.0
    )
    .fetch_all(&mut **tx)
    .await?;
    let cabins = sqlx::query!(
        "update departure_cabins c set taken = c.taken + l.places from hold_legs l
        where l.hold_id = $1 and l.departure = c.departure and l.cabin = c.cabin and c.taken + l.places <= c.places",
        hold.0
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        r#"select c.departure from departure_classes c
        join hold_legs l on l.departure = c.departure and c.class = any(class_and_above(l.class))
        where l.hold_id = $1 order by c.departure, c.class collate "C" for no key update of c"#,
        hold.0
    )
    .fetch_all(&mut **tx)
    .await?;
    let classes = sqlx::query!(
        "update departure_classes c set taken = c.taken + l.places from hold_legs l
        where l.hold_id = $1 and l.departure = c.departure and c.class = any(class_and_above(l.class))
            and c.taken + l.places <= c.authorised",
        hold.0
    )
    .execute(&mut **tx)
    .await?;
    let all = |counters: i64| u64::try_from(counters).ok();
    Ok(Some(cabins.rows_affected()) == all(counters.cabins)
        && Some(classes.rows_affected()) == all(counters.classes))
}

/// The seats that the old hold lost, all or none, in the order of their keys.
async fn take_seats(tx: &mut super::Tx, old: HoldId, anew: HoldId) -> Result<bool, StoreError> {
    let lost =
        sqlx::query_scalar!(r#"select count(*) as "n!" from hold_seats_lost where hold_id = $1"#, old.0)
            .fetch_one(&mut **tx)
            .await?;
    sqlx::query!(
        "select s.seat from hold_seats_lost l join seats s on s.departure = l.departure and s.seat = l.seat
        where l.hold_id = $1 order by s.departure, s.seat for no key update of s",
        old.0
    )
    .fetch_all(&mut **tx)
    .await?;
    let mut taken = 0;
    for (from, to) in [("available", "held"), ("held", "reserved")] {
        taken = sqlx::query!(
            "update seats s set state = $4, version = s.version + 1, hold_id = $2, traveller = l.traveller
            from hold_seats_lost l
            where l.hold_id = $1 and s.departure = l.departure and s.seat = l.seat and s.state = $3
                and (s.hold_id is null or s.hold_id = $2)",
            old.0,
            anew.0,
            from,
            to,
        )
        .execute(&mut **tx)
        .await?
        .rows_affected();
    }
    Ok(i64::try_from(taken).is_ok_and(|taken| taken == lost))
}
