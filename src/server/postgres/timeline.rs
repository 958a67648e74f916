use domain::pnr::Pnr;
use serde_json::Value;
use uuid::Uuid;

use super::{Postgres, StoreError};

/// Something that happened to a booking or its hold. Identifiers, states, amounts and versions; never names.
#[derive(Clone, Debug)]
pub struct Moment {
    /// UTC.
    pub at: String,
    pub what: String,
    pub detail: Value,
}

impl Postgres {
    /// The booking of a locator.
    pub async fn booking_of_pnr(&self, pnr: Pnr) -> Result<Option<Uuid>, StoreError> {
        Ok(sqlx::query_scalar!("select id from bookings where pnr = $1", pnr.as_str())
            .fetch_optional(&self.pool)
            .await?)
    }

    /// All that happened to a booking and to its holds, in order. It begins with the holds as they were taken: what was
    /// shown and accepted stands on them, and what the seats cost that were chosen since. Empty for a booking that does not exist.
    pub async fn timeline(&self, booking: Uuid) -> Result<Vec<Moment>, StoreError> {
        Ok(sqlx::query_as!(
            Moment,
            r#"with recursive kept as (
                select h.* from holds h join bookings b on b.hold_id = h.id where b.id = $1
                union
                select h.* from holds h join kept k on h.id = k.retake_of or h.retake_of = k.id)
            select to_char(moment.at at time zone 'utc', 'YYYY-MM-DD HH24:MI:SS.MS') as "at!", what as "what!",
                detail as "detail!"
            from (
                select k.created_at as at, 0 as id, 'hold taken' as what, jsonb_strip_nulls(jsonb_build_object(
                    'hold', k.id, 'places', k.places, 'shown_minor', k.offer #> '{t,minor}', 'accepted_minor', k.total_minor,
                    'seats_minor', (select sum(c.amount_minor) from seat_charges c where c.hold_id = k.id),
                    'currency', k.currency, 'retake_of', k.retake_of,
                    'legs', (select jsonb_agg(l.departure || ' ' || l.cabin || ' ' || l.class order by l.leg)
                        from hold_legs l where l.hold_id = k.id))) as detail
                from kept k
                union all
                select at, id, what, detail from timeline where booking_id = $1
                union all
                select t.at, t.id, t.what, t.detail from kept k join timeline t on t.hold_id = k.id
                where t.booking_id is distinct from $1) moment
            order by moment.at, moment.id"#,
            booking
        )
        .fetch_all(&self.pool)
        .await?)
    }
}
