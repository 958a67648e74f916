use app::{answers::FliesAlready, ports::Agreed};
use domain::{
    booking::BookingState,
    departure::DepartureId,
    hold::{HoldId, HoldState},
    live::SeatChange,
    money::{Currency, Money},
    payment::PaymentState,
    pnr::Pnr,
};
use uuid::Uuid;

use super::{
    Once, Postgres, StoreError,
    idempotency::keep,
    seat_charges::{freeze, money},
    seats::change,
    twins::{lock_twins, twins},
};

/// A booking's payment with what decides over it.
#[derive(Clone, Debug)]
pub struct PaymentRow {
    pub booking: Uuid,
    pub hold: HoldId,
    pub visitor: Uuid,
    pub booking_state: BookingState,
    pub hold_state: HoldState,
    pub state: PaymentState,
    pub pnr: Option<Pnr>,
    pub total: Money,
    pub create_key: String,
    pub intent: Option<String>,
    pub client_secret: Option<String>,
    pub decline: Option<String>,
    pub attempts: u8,
    pub contact_email: Option<String>,
    /// Who else sells it, where it is not ours.
    pub supplier: Option<String>,
    /// Unix seconds: where to begin when an intent of unclear creation is looked for.
    pub created_at_secs: i64,
}

#[derive(Debug, thiserror::Error)]
pub enum StartRefusal {
    #[error("no such hold of this visitor")]
    Missing,
    #[error("its time is over")]
    Expired,
    #[error("the hold is {}", .0.as_str())]
    Ended(HoldState),
    #[error("some of its travellers fly on its flights already")]
    FliesAlready(Vec<FliesAlready>),
    #[error("it costs {0} now")]
    OtherTotal(Money),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for StartRefusal {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl Postgres {
    /// Starts to pay: seats and hold become reserved, the expiry leaves at least the grace, a booking and an open
    /// payment appear, of the fare and of what the seats cost, if that is what was agreed to. Started already, it
    /// changes nothing. Of twins that are asked for and start at the same moment, the second is refused. Tells
    /// which seats changed.
    pub async fn start_payment(
        &self,
        visitor: Uuid,
        hold: HoldId,
        create_key: &str,
        agreed: Agreed,
        asking: &Once,
    ) -> Result<Vec<(DepartureId, SeatChange)>, StartRefusal> {
        let mut tx = self.pool.begin().await?;
        keep(&mut tx, asking, Some(hold), &Ok::<_, ()>(())).await?;
        let known =
            sqlx::query_scalar!("select id from holds where id = $1 and visitor = $2", hold.0, visitor)
                .fetch_optional(&mut *tx)
                .await?;
        if known.is_none() {
            return Err(StartRefusal::Missing);
        }
        sqlx::query!(
            "insert into bookings (id, hold_id, visitor) values ($1, $2, $3) on conflict (hold_id) do nothing",
            Uuid::new_v4(),
            hold.0,
            visitor,
        )
        .execute(&mut *tx)
        .await?;
        let booking =
            sqlx::query_scalar!("select id from bookings where hold_id = $1 for no key update", hold.0)
                .fetch_one(&mut *tx)
                .await?;
        let claim = sqlx::query!(
            r#"select state, expires_at <= sky_now() as "over!" from holds where id = $1 for no key update"#,
            hold.0
        )
        .fetch_one(&mut *tx)
        .await?;
        match HoldState::parse(&claim.state) {
            Some(HoldState::Reserved) => {
                tx.commit().await?;
                return Ok(Vec::new());
            }
            Some(HoldState::Active) if claim.over => return Err(StartRefusal::Expired),
            Some(HoldState::Active) => {}
            Some(ended) => return Err(StartRefusal::Ended(ended)),
            None => return Err(StartRefusal::Missing),
        }
        // Also who wants a twin waits here: whoever asks at the same moment must see it.
        lock_twins(&mut tx, visitor, hold).await?;
        if !agreed.again {
            let found = twins(&mut *tx, visitor, hold).await?;
            if !found.is_empty() {
                return Err(StartRefusal::FliesAlready(found));
            }
        }
        sqlx::query!(
            "update holds set state = 'reserved',
                expires_at = greatest(expires_at, sky_now() + make_interval(secs => $2)) where id = $1",
            hold.0,
            self.terms.payment_grace.as_secs_f64(),
        )
        .execute(&mut *tx)
        .await?;
        freeze(&mut tx, hold).await?;
        let costs = sqlx::query!(
            "insert into payments (booking_id, amount_minor, currency, create_key)
            select $1, total_minor + coalesce((
                select sum(amount_minor) from seat_charges c where c.hold_id = holds.id), 0)::bigint, currency, $3
            from holds where id = $2
            returning amount_minor, currency",
            booking,
            hold.0,
            create_key,
        )
        .fetch_one(&mut *tx)
        .await?;
        // Also seats that were changed a moment ago are seen here: the hold is locked.
        if agreed.total_minor.is_some_and(|seen_minor| seen_minor != costs.amount_minor) {
            return Err(StartRefusal::OtherTotal(money(costs.amount_minor, &costs.currency)?));
        }
        let seats = move_seats(&mut tx, hold, "reserved").await?;
        tx.commit().await?;
        Ok(seats)
    }

    /// The payment of a visitor's hold, or of the one that took its seats again.
    pub async fn payment_of(&self, visitor: Uuid, hold: HoldId) -> Result<Option<PaymentRow>, StoreError> {
        let booking = sqlx::query_scalar!(
            "select id from bookings where visitor = $2
                and hold_id = any(array(select $1::uuid union all select id from holds where retake_of = $1))",
            hold.0,
            visitor
        )
        .fetch_optional(&self.pool)
        .await?;
        match booking {
            Some(booking) => self.payment(booking).await,
            None => Ok(None),
        }
    }

    /// The booking that an intent pays for.
    pub async fn booking_of_intent(&self, intent: &str) -> Result<Option<Uuid>, StoreError> {
        Ok(sqlx::query_scalar!("select booking_id from payments where intent_id = $1", intent)
            .fetch_optional(&self.pool)
            .await?)
    }

    pub async fn payment(&self, booking: Uuid) -> Result<Option<PaymentRow>, StoreError> {
        let row = sqlx::query!(
            r#"select b.hold_id, b.visitor, b.state as booking_state, b.pnr, h.state as hold_state, h.contact_email, h.supplier,
                p.state, p.amount_minor, p.currency, p.create_key, p.intent_id, p.client_secret, p.decline,
                extract(epoch from p.created_at)::bigint as "created_at_secs!",
                (select count(*) from payment_attempts a where a.booking_id = b.id) as "attempts!"
            from payments p join bookings b on b.id = p.booking_id join holds h on h.id = b.hold_id
            where b.id = $1"#,
            booking
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.and_then(|row| {
            Some(PaymentRow {
                booking,
                hold: HoldId(row.hold_id),
                visitor: row.visitor,
                booking_state: BookingState::parse(&row.booking_state)?,
                hold_state: HoldState::parse(&row.hold_state)?,
                state: PaymentState::parse(&row.state)?,
                pnr: row.pnr.as_deref().and_then(|pnr| Pnr::parse(pnr).ok()),
                total: Money::new(row.amount_minor, Currency::parse(&row.currency)?),
                create_key: row.create_key,
                intent: row.intent_id,
                client_secret: row.client_secret,
                decline: row.decline,
                attempts: u8::try_from(row.attempts).unwrap_or(u8::MAX),
                contact_email: row.contact_email,
                supplier: row.supplier,
                created_at_secs: row.created_at_secs,
            })
        }))
    }

    /// Keeps the intent that Stripe made. Another one that is there already stays: only it hands out its secret.
    pub async fn keep_intent(
        &self,
        booking: Uuid,
        intent: &str,
        client_secret: &str,
    ) -> Result<bool, StoreError> {
        let kept = sqlx::query!(
            "update payments set intent_id = $2, client_secret = $3
            where booking_id = $1 and state = 'open' and (intent_id is null or intent_id = $2)",
            booking,
            intent,
            client_secret,
        )
        .execute(&self.pool)
        .await?;
        Ok(kept.rows_affected() == 1)
    }

    /// The key for creating the intent, after the answer to the old one stayed unclear and no intent was found.
    pub async fn renew_create_key(&self, booking: Uuid, old: &str, new: &str) -> Result<(), StoreError> {
        sqlx::query!(
            "update payments set create_key = $3 where booking_id = $1 and create_key = $2 and intent_id is null",
            booking,
            old,
            new,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Counts a declined card once, however often it is told. Returns the cards declined so far.
    pub async fn count_decline(
        &self,
        booking: Uuid,
        reference: &str,
        message: &str,
    ) -> Result<u8, StoreError> {
        let mut tx = self.pool.begin().await?;
        let counted = sqlx::query!(
            "insert into payment_attempts (booking_id, reference, message) values ($1, $2, $3) on conflict do nothing",
            booking,
            reference,
            message,
        )
        .execute(&mut *tx)
        .await?;
        if counted.rows_affected() == 1 {
            sqlx::query!("update payments set decline = $2 where booking_id = $1", booking, message)
                .execute(&mut *tx)
                .await?;
        }
        let attempts = sqlx::query_scalar!(
            r#"select count(*) as "n!" from payment_attempts where booking_id = $1"#,
            booking
        )
        .fetch_one(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(u8::try_from(attempts).unwrap_or(u8::MAX))
    }

    /// Open payments of which nothing was heard for a while, to be asked about now: a webhook may never come. Each is
    /// told once, and later again: one that cannot be asked about does not hold up the others.
    pub async fn quiet_payments(&self, older_than_secs: f64) -> Result<Vec<Uuid>, StoreError> {
        Ok(sqlx::query_scalar!(
            "with due as (
                select p.booking_id from payments p join bookings b on b.id = p.booking_id
                join holds h on h.id = b.hold_id
                where p.state = 'open' and p.intent_id is not null and b.state = 'pending' and h.state = 'reserved'
                    and p.created_at < (select sky_now()) - make_interval(secs => $1) and p.look_at <= (select sky_now())
                order by p.look_at limit 100 for update of p skip locked)
            update payments p set look_at = sky_now() + interval '15 seconds' from due
            where p.booking_id = due.booking_id returning p.booking_id",
            older_than_secs,
        )
        .fetch_all(&self.pool)
        .await?)
    }
}

/// Moves all seats of a locked hold to the next state, in the order of their keys. They are found by its departures:
/// the hold of a seat has no index, which every pick would have to keep.
pub(super) async fn move_seats(
    tx: &mut super::Tx,
    hold: HoldId,
    state: &str,
) -> Result<Vec<(DepartureId, SeatChange)>, StoreError> {
    sqlx::query!(
        "select seat from seats
        where departure = any(array(select departure from hold_legs where hold_id = $1)) and hold_id = $1
        order by departure, seat for no key update",
        hold.0
    )
    .fetch_all(&mut **tx)
    .await?;
    let rows = sqlx::query!(
        "update seats set state = $2, version = version + 1
        where departure = any(array(select departure from hold_legs where hold_id = $1)) and hold_id = $1
        returning departure, seat, state, version",
        hold.0,
        state,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(|r| Some((r.departure.parse().ok()?, change(&r.seat, &r.state, r.version)?)))
        .collect())
}
