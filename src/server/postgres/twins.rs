//! Whether someone of a hold flies on one of its departures already.
//!
//! Names and birth dates are guessed more easily than secrets, so a booking is told of only to whom it belongs: to the
//! visitor who made or opened it, with its reference, and without one where it was made for the same mail address.

use std::collections::HashSet;

use app::answers::FliesAlready;
use domain::{airports::fold, hold::HoldId, pnr::Pnr};
use sqlx::PgExecutor;
use uuid::Uuid;

use super::{Postgres, StoreError, Tx};

impl Postgres {
    /// The travellers of a visitor's hold who have a ticket on one of its departures or are about to pay for one, once
    /// for each, in the order of travellers and legs.
    pub async fn twins(&self, visitor: Uuid, hold: HoldId) -> Result<Vec<FliesAlready>, StoreError> {
        twins(&self.pool, visitor, hold).await
    }
}

/// Waits until nobody else starts to pay as this visitor or for the locked hold's mail address: whoever could be each
/// other's twins start one after the other, and the second sees the first.
pub(super) async fn lock_twins(tx: &mut Tx, visitor: Uuid, hold: HoldId) -> Result<(), StoreError> {
    sqlx::query!(
        "select pg_advisory_xact_lock(who.key) from (
            select hashtextextended('starts to pay as ' || $1::uuid, 0) as key
            union
            select hashtextextended('starts to pay for ' || lower(coalesce(contact_email, '')), 0) from holds where id = $2
            order by key) who",
        visitor,
        hold.0,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(())
}

pub(super) async fn twins(
    on: impl PgExecutor<'_>,
    visitor: Uuid,
    hold: HoldId,
) -> Result<Vec<FliesAlready>, StoreError> {
    let rows = sqlx::query!(
        r#"with mine as (
            select h.id, h.contact_email, l.leg, l.departure, t.ordinal, t.given_name, t.surname, t.birth_date
            from holds h join hold_legs l on l.hold_id = h.id join hold_travellers t on t.hold_id = h.id
            where h.id = $2)
        select m.ordinal as "ordinal!", m.leg as "leg!", m.departure as "departure!", m.given_name as my_given_name,
            m.surname as my_surname, t.given_name, t.surname,
            case when b.visitor = $1 or g.visitor is not null then b.pnr end as pnr
        from mine m join coupons c on c.departure = m.departure and c.state = 'open'
        join tickets t on t.number = c.ticket and t.birth_date = m.birth_date
        join bookings b on b.id = t.booking_id join holds h on h.id = b.hold_id
        left join trip_grants g on g.booking_id = b.id and g.visitor = $1
        where b.visitor = $1 or g.visitor is not null or lower(h.contact_email) = lower(m.contact_email)
        union all
        select m.ordinal, m.leg, m.departure, m.given_name, m.surname, t.given_name, t.surname, null
        from mine m join hold_legs l on l.departure = m.departure
        join holds h on h.id = l.hold_id and h.id <> m.id and h.state = 'reserved'
        join hold_travellers t on t.hold_id = h.id and t.birth_date = m.birth_date
        where h.visitor = $1 or lower(h.contact_email) = lower(m.contact_email)
        order by 1, 2, pnr nulls last"#,
        visitor,
        hold.0,
    )
    .fetch_all(on)
    .await?;
    let same = |mine: &Option<String>, other: &Option<String>| matches!((mine, other), (Some(mine), Some(other)) if fold(mine) == fold(other));
    let mut told = HashSet::new();
    Ok(rows
        .into_iter()
        .filter(|row| same(&row.my_surname, &row.surname) && same(&row.my_given_name, &row.given_name))
        .filter(|row| told.insert((row.ordinal, row.leg)))
        .filter_map(|row| {
            Some(FliesAlready {
                ordinal: u8::try_from(row.ordinal).ok()?,
                // Of another supplier's flights it stands after their name.
                departure: row.departure.rsplit('/').next()?.parse().ok()?,
                pnr: row.pnr.and_then(|pnr| Pnr::parse(&pnr).ok()),
            })
        })
        .collect())
}
