//! What partners order: bookings paid from a token's balance, at once or until a deadline.

use domain::{
    booking::BookingState,
    hold::{HoldId, HoldState},
    money::{Currency, Money},
    pnr::Pnr,
};
use serde_json::json;
use uuid::Uuid;

use super::{
    AsStoreError, Postgres, StoreError, again_after_deadlock,
    bookings::{self, Paid, TicketError, TicketOutcome},
    giving_back,
    holds::{Freed, end_hold},
    outbox::{self, Letter, Step},
    payments::move_seats,
    seat_charges::{freeze, money},
    twins::{lock_twins, twins},
};

/// An order about to be placed, over an active hold whose travellers are named.
#[derive(Clone, Debug)]
pub struct PlacedOrder {
    pub token: Uuid,
    pub visitor: Uuid,
    pub hold: HoldId,
    /// Tells the offer from every other.
    pub offer_digest: String,
    /// Tells what was asked for from everything else.
    pub fingerprint: Vec<u8>,
    /// Seconds until it must be paid; none: it is paid now.
    pub pay_within_secs: Option<f64>,
    /// What is paid now, which must be what it costs.
    pub amount: Option<Money>,
    pub details: serde_json::Value,
}

/// An order that was placed before.
#[derive(Clone, Debug)]
pub struct KnownOrder {
    pub booking: Uuid,
    pub fingerprint: Vec<u8>,
}

#[derive(Debug, thiserror::Error)]
pub enum OrderRefusal {
    /// Not there, or another token's: the two look alike.
    #[error("no such order of this token")]
    Missing,
    #[error("the hold's time is over")]
    Expired,
    #[error("the hold is {}", .0.as_str())]
    Ended(HoldState),
    #[error("the booking is {}", .0.as_str())]
    NotNow(BookingState),
    #[error("some of its travellers fly on its flights already")]
    FliesAlready,
    #[error("the balance is too low")]
    BalanceTooLow,
    #[error("it costs {0}")]
    WrongAmount(Money),
    #[error("the offer was ordered before, by another request")]
    OfferUsed,
    #[error("the drawn locator is taken")]
    PnrTaken,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for OrderRefusal {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<TicketError> for OrderRefusal {
    fn from(error: TicketError) -> Self {
        match error {
            TicketError::BalanceTooLow => Self::BalanceTooLow,
            TicketError::PnrTaken => Self::PnrTaken,
            error => Self::Store(error.into()),
        }
    }
}

impl AsStoreError for OrderRefusal {
    fn as_store_error(&self) -> Option<&StoreError> {
        if let Self::Store(error) = self { Some(error) } else { None }
    }
}

impl Postgres {
    /// The token's order of that offer, if it was ordered.
    pub async fn order_of_offer(&self, token: Uuid, digest: &str) -> Result<Option<KnownOrder>, StoreError> {
        Ok(sqlx::query_as!(
            KnownOrder,
            "select booking_id as booking, fingerprint from orders where token_id = $1 and offer_digest = $2",
            token,
            digest,
        )
        .fetch_optional(&self.pool)
        .await?)
    }

    /// Books a hold, in one transaction: paid from the balance it is ticketed, otherwise it has its locator and its deadline.
    /// A hold that was booked already stays so. Tells the booking and which seats changed.
    pub async fn place_order(&self, order: &PlacedOrder) -> Result<(Uuid, Freed), OrderRefusal> {
        for _ in 1..bookings::PNR_DRAWS {
            let pnr = bookings::draw_pnr();
            match again_after_deadlock(|| self.place_as(order, pnr)).await {
                Err(OrderRefusal::PnrTaken) => {}
                placed => {
                    self.wake_workers();
                    return placed;
                }
            }
        }
        Err(OrderRefusal::PnrTaken)
    }

    async fn place_as(&self, order: &PlacedOrder, pnr: Pnr) -> Result<(Uuid, Freed), OrderRefusal> {
        let mut tx = self.pool.begin().await?;
        bookings::lock_holders(&mut tx, order.hold).await?;
        let booking = Uuid::new_v4();
        let is_later = order.pay_within_secs.is_some();
        let made = sqlx::query!(
            "insert into bookings (id, hold_id, visitor, state, pnr)
            select $1, id, visitor, $4, $5 from holds where id = $2 and visitor = $3
            on conflict (hold_id) do nothing",
            booking,
            order.hold.0,
            order.visitor,
            if is_later { "awaiting_payment" } else { "pending" },
            is_later.then(|| pnr.to_string()),
        )
        .execute(&mut *tx)
        .await
        .map_err(taken_pnr)?;
        if made.rows_affected() == 0 {
            // The same request was faster.
            let known = sqlx::query_scalar!("select id from bookings where hold_id = $1", order.hold.0)
                .fetch_optional(&mut *tx)
                .await?;
            return known.map(|booking| (booking, Vec::new())).ok_or(OrderRefusal::Missing);
        }
        let claim = sqlx::query!(
            r#"select state, expires_at <= sky_now() as "over!" from holds where id = $1 for no key update"#,
            order.hold.0
        )
        .fetch_one(&mut *tx)
        .await?;
        match HoldState::parse(&claim.state) {
            Some(HoldState::Active) if claim.over => return Err(OrderRefusal::Expired),
            Some(HoldState::Active) => {}
            Some(state) => return Err(OrderRefusal::Ended(state)),
            None => return Err(OrderRefusal::Missing),
        }
        lock_twins(&mut tx, order.visitor, order.hold).await?;
        if !twins(&mut *tx, order.visitor, order.hold).await?.is_empty() {
            return Err(OrderRefusal::FliesAlready);
        }
        freeze(&mut tx, order.hold).await?;
        let costs = sqlx::query!(
            "insert into payments (booking_id, amount_minor, currency, create_key, token_id)
            select $1, total_minor + coalesce((
                select sum(amount_minor) from seat_charges c where c.hold_id = holds.id), 0)::bigint, currency, $3, $4
            from holds where id = $2
            returning amount_minor, currency",
            booking,
            order.hold.0,
            Uuid::new_v4().to_string(),
            order.token,
        )
        .fetch_one(&mut *tx)
        .await?;
        let costs = money(costs.amount_minor, &costs.currency)?;
        if order.amount.is_some_and(|amount| amount != costs) {
            return Err(OrderRefusal::WrongAmount(costs));
        }
        sqlx::query!(
            "insert into orders (booking_id, token_id, offer_digest, fingerprint, kind, details, pay_by, paid_at)
            values ($1, $2, $3, $4, $5, $6, sky_now() + make_interval(secs => $7),
                case when $7::float8 is null then sky_now() end)",
            booking,
            order.token,
            order.offer_digest,
            order.fingerprint,
            if is_later { "hold" } else { "instant" },
            order.details,
            order.pay_within_secs,
        )
        .execute(&mut *tx)
        .await
        .map_err(used_offer)?;
        let mut seats = move_seats(&mut tx, order.hold, "reserved").await?;
        if is_later {
            sqlx::query!(
                "update holds h set state = 'reserved', expires_at = o.pay_by from orders o
                where h.id = $1 and o.booking_id = $2",
                order.hold.0,
                booking,
            )
            .execute(&mut *tx)
            .await?;
            outbox::queue(&mut tx, booking, Step::Mail(Letter::OnHold), "", &json!({})).await?;
        } else {
            let paid = Paid::Balance(order.token);
            let outcome = bookings::ticket_hold(&mut tx, booking, order.hold, paid, pnr).await?;
            if let TicketOutcome::Ticketed { seats: booked, .. } = outcome {
                seats = booked;
            }
        }
        tx.commit().await?;
        Ok((booking, seats))
    }

    /// Pays for a booking that is kept until its deadline, in one transaction with its ticketing. Paid before, it changes
    /// nothing. Tells which seats changed.
    pub async fn pay_order(
        &self,
        token: Uuid,
        booking: Uuid,
        amount: Option<Money>,
    ) -> Result<Freed, OrderRefusal> {
        let paid = again_after_deadlock(|| self.pay_once(token, booking, amount)).await;
        self.wake_workers();
        paid
    }

    async fn pay_once(
        &self,
        token: Uuid,
        booking: Uuid,
        amount: Option<Money>,
    ) -> Result<Freed, OrderRefusal> {
        let mut tx = self.pool.begin().await?;
        let hold = sqlx::query_scalar!(
            "select b.hold_id from orders o join bookings b on b.id = o.booking_id
            where o.booking_id = $1 and o.token_id = $2",
            booking,
            token,
        )
        .fetch_optional(&mut *tx)
        .await?
        .map(HoldId)
        .ok_or(OrderRefusal::Missing)?;
        bookings::lock_holders(&mut tx, hold).await?;
        let row = sqlx::query!(
            r#"select b.state, b.pnr, p.amount_minor, p.currency, o.paid_at is not null as "is_paid!"
            from bookings b join payments p on p.booking_id = b.id join orders o on o.booking_id = b.id
            where b.id = $1 for no key update of b"#,
            booking
        )
        .fetch_one(&mut *tx)
        .await?;
        let state = BookingState::parse(&row.state).unwrap_or(BookingState::Failed);
        let currency = Currency::parse(&row.currency).ok_or(OrderRefusal::NotNow(state))?;
        let total = Money::new(row.amount_minor, currency);
        if amount != Some(total) {
            return Err(OrderRefusal::WrongAmount(total));
        }
        let pnr = match row.pnr.as_deref().and_then(|pnr| Pnr::parse(pnr).ok()) {
            Some(pnr) if state == BookingState::AwaitingPayment => pnr,
            _ if row.is_paid => return Ok(Vec::new()),
            _ => return Err(OrderRefusal::NotNow(state)),
        };
        let claim = sqlx::query!(
            r#"select state, expires_at <= sky_now() as "over!" from holds where id = $1 for no key update"#,
            hold.0
        )
        .fetch_one(&mut *tx)
        .await?;
        if claim.over {
            return Err(OrderRefusal::Expired);
        }
        let outcome = bookings::ticket_hold(&mut tx, booking, hold, Paid::Balance(token), pnr).await?;
        sqlx::query!("update orders set paid_at = sky_now() where booking_id = $1", booking)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(match outcome {
            TicketOutcome::Ticketed { seats, .. } => seats,
            _ => Vec::new(),
        })
    }

    /// Writes down that an order which is not paid yet is about to be given up; confirmed within half an hour.
    pub async fn quote_giving_up(&self, token: Uuid, booking: Uuid) -> Result<Uuid, OrderRefusal> {
        let id = sqlx::query_scalar!(
            "insert into cancellations (id, booking_id, reason, refund_minor, fee_minor, currency, quoted_until)
            select $3, b.id, 'traveller', 0, 0, p.currency, least(h.expires_at, sky_now() + interval '30 minutes')
            from orders o join bookings b on b.id = o.booking_id join payments p on p.booking_id = b.id
            join holds h on h.id = b.hold_id
            where o.booking_id = $1 and o.token_id = $2 and b.state = 'awaiting_payment'
            returning id",
            booking,
            token,
            Uuid::new_v4(),
        )
        .fetch_optional(&self.pool)
        .await?;
        id.ok_or(OrderRefusal::Missing)
    }

    /// Gives up a booking that is not paid yet, as quoted: its hold ends, and with it the booking, in one transaction. Done
    /// before, it changes nothing. Tells which seats are free again.
    pub async fn give_up(&self, token: Uuid, cancellation: Uuid) -> Result<Freed, OrderRefusal> {
        let freed = again_after_deadlock(|| self.give_up_once(token, cancellation)).await;
        self.wake_workers();
        freed
    }

    async fn give_up_once(&self, token: Uuid, cancellation: Uuid) -> Result<Freed, OrderRefusal> {
        let mut tx = self.pool.begin().await?;
        let row = sqlx::query!(
            r#"select b.id, b.hold_id, c.state from cancellations c join orders o on o.booking_id = c.booking_id
            join bookings b on b.id = c.booking_id where c.id = $1 and o.token_id = $2"#,
            cancellation,
            token,
        )
        .fetch_optional(&mut *tx)
        .await?
        .ok_or(OrderRefusal::Missing)?;
        if row.state != "quoted" {
            return Ok(Vec::new());
        }
        let freed = end_hold(&mut *tx, HoldId(row.hold_id), HoldState::Released).await?;
        let state = sqlx::query_scalar!("select state from bookings where id = $1 for no key update", row.id)
            .fetch_one(&mut *tx)
            .await?;
        let state = BookingState::parse(&state).unwrap_or(BookingState::Failed);
        if state != BookingState::Cancelled {
            // Paid for or lapsed meanwhile.
            return Err(OrderRefusal::NotNow(state));
        }
        giving_back::confirm(&mut tx, cancellation).await?;
        giving_back::settle(&mut tx, cancellation).await?;
        tx.commit().await?;
        Ok(freed)
    }
}

fn taken_pnr(error: sqlx::Error) -> OrderRefusal {
    let error = StoreError::from(error);
    if error.constraint() == Some("booking_pnr_unique") {
        return OrderRefusal::PnrTaken;
    }
    error.into()
}

fn used_offer(error: sqlx::Error) -> OrderRefusal {
    let error = StoreError::from(error);
    if error.constraint() == Some("order_once_per_offer") {
        return OrderRefusal::OfferUsed;
    }
    error.into()
}
