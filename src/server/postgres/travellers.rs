use app::answers::Contact;
use domain::hold::HoldId;
use jiff::civil::Date;
use uuid::Uuid;

use super::{Once, Postgres, StoreError, idempotency::keep};

/// A traveller's name and birth date, parsed.
#[derive(Debug)]
pub struct NamedTraveller {
    pub given_name: String,
    pub surname: String,
    pub birth_date: Date,
}

impl Postgres {
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
