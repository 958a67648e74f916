use app::answers::Contact;
use domain::{departure::DepartureId, hold::HoldId, pnr::Pnr};
use jiff::civil::Date;
use uuid::Uuid;

use super::{HoldRecord, Once, Postgres, StoreError, idempotency::keep};

/// A traveller's name and birth date, parsed.
#[derive(Debug)]
pub struct NamedTraveller {
    pub given_name: String,
    pub surname: String,
    pub birth_date: Date,
}

/// Someone who has a ticket on a departure, or is about to pay for one.
#[derive(Debug)]
pub struct Flying {
    pub departure: DepartureId,
    pub given_name: String,
    pub surname: String,
    pub birth_date: Date,
    /// Where the booking is the visitor's own, or was opened by them.
    pub pnr: Option<Pnr>,
}

impl Postgres {
    /// Who is booked on a hold's departures and born on the same days as its travellers, of the bookings that the
    /// visitor made or opened, or that were made for the hold's mail address.
    pub async fn flying(&self, visitor: Uuid, hold: &HoldRecord) -> Result<Vec<Flying>, StoreError> {
        let departures: Vec<String> = hold.legs.iter().map(|leg| leg.id.to_string()).collect();
        let births: Vec<String> =
            hold.travellers.iter().filter_map(|t| t.birth_date).map(|date| date.to_string()).collect();
        let rows = sqlx::query!(
            r#"select c.departure as "departure!", t.given_name as "given_name!", t.surname as "surname!",
                t.birth_date::text as "birth_date!",
                case when b.visitor = $1 or g.visitor is not null then b.pnr end as pnr
            from coupons c join tickets t on t.number = c.ticket join bookings b on b.id = t.booking_id
            join holds h on h.id = b.hold_id
            left join trip_grants g on g.booking_id = b.id and g.visitor = $1
            where c.state = 'open' and c.departure = any($3) and t.birth_date = any($4::text[]::date[])
                and (b.visitor = $1 or g.visitor is not null or lower(h.contact_email) = lower($2))
            union all
            select l.departure, t.given_name, t.surname, t.birth_date::text, null
            from hold_legs l join holds h on h.id = l.hold_id join hold_travellers t on t.hold_id = h.id
            where h.state = 'reserved' and h.id <> $5 and l.departure = any($3)
                and t.birth_date = any($4::text[]::date[])
                and (h.visitor = $1 or lower(h.contact_email) = lower($2))"#,
            visitor,
            hold.contact_email.clone().unwrap_or_default(),
            &departures,
            &births,
            hold.id.0,
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows
            .into_iter()
            .filter_map(|row| {
                Some(Flying {
                    departure: row.departure.parse().ok()?,
                    given_name: row.given_name,
                    surname: row.surname,
                    birth_date: row.birth_date.parse().ok()?,
                    pnr: row.pnr.and_then(|pnr| Pnr::parse(&pnr).ok()),
                })
            })
            .collect())
    }

    /// Names everyone of an active hold by ordinal, and whom to write to. Tells whether the hold was there and active.
    pub async fn name_travellers(
        &self,
        visitor: Uuid,
        hold: HoldId,
        travellers: &[NamedTraveller],
        contact: &Contact,
        asking: &Once,
    ) -> Result<bool, StoreError> {
        let mut tx = self.pool.begin().await?;
        keep(&mut tx, asking, Some(hold), &Ok::<_, ()>(())).await?;
        let updated = sqlx::query!(
            "update holds set contact_email = $3, contact_phone = $4
            where id = $1 and visitor = $2 and state = 'active' and expires_at > sky_now()",
            hold.0,
            visitor,
            contact.email,
            contact.phone,
        )
        .execute(&mut *tx)
        .await?;
        if updated.rows_affected() == 0 {
            return Ok(false);
        }
        let given: Vec<String> = travellers.iter().map(|t| t.given_name.clone()).collect();
        let surnames: Vec<String> = travellers.iter().map(|t| t.surname.clone()).collect();
        let births: Vec<String> = travellers.iter().map(|t| t.birth_date.to_string()).collect();
        sqlx::query!(
            "update hold_travellers t set given_name = n.given, surname = n.surname, birth_date = n.birth::date
            from unnest($2::text[], $3::text[], $4::text[]) with ordinality as n (given, surname, birth, ordinal)
            where t.hold_id = $1 and t.ordinal = n.ordinal - 1",
            hold.0,
            &given,
            &surnames,
            &births,
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(true)
    }
}
