use domain::{booking::BookingState, hold::HoldId, money::Money, pnr::Pnr};
use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::{HoldRecord, Postgres, StoreError, TripRecord};

/// An order with all that its partner may see.
#[derive(Debug)]
pub struct OrderRecord {
    pub booking: Uuid,
    pub state: BookingState,
    pub pnr: Pnr,
    /// In whose name its hold and trip are kept.
    pub visitor: Uuid,
    /// `instant` or `hold`.
    pub kind: String,
    pub details: Value,
    pub created_at: Timestamp,
    pub pay_by: Option<Timestamp>,
    pub paid_at: Option<Timestamp>,
    /// When nothing of it was left.
    pub cancelled_at: Option<Timestamp>,
    pub hold: HoldRecord,
    /// Its tickets and their coupons; none before it is paid.
    pub trip: Option<TripRecord>,
}

/// A cancellation as its partner sees it.
#[derive(Clone, Debug)]
pub struct OrderCancellationRow {
    pub id: Uuid,
    pub booking: Uuid,
    pub pnr: String,
    pub visitor: Uuid,
    /// Of a booking that was not paid for: there is nothing to give back.
    pub is_unpaid: bool,
    pub is_over: bool,
    pub refund_minor: i64,
    pub currency: String,
    pub created_at_ms: i64,
    pub expires_at_ms: i64,
    pub confirmed_at_ms: Option<i64>,
}

/// Which orders are listed.
#[derive(Clone, Debug, Default)]
pub struct OrderFilter {
    pub awaiting_payment: bool,
    pub pnr: Option<String>,
}

impl OrderRecord {
    /// What it costs: the fare and the seats.
    pub fn total(&self) -> Money {
        self.trip.as_ref().map_or_else(|| self.hold.total(), |trip| trip.total)
    }
}

impl Postgres {
    /// A token's order; another's is as good as none.
    pub async fn order(&self, token: Uuid, booking: Uuid) -> Result<Option<OrderRecord>, StoreError> {
        let Some(row) = sqlx::query!(
            r#"select b.state, b.pnr as "pnr!", b.visitor, b.hold_id, o.kind, o.details,
                (extract(epoch from o.created_at) * 1000)::bigint as "created_at_ms!",
                (extract(epoch from o.pay_by) * 1000)::bigint as pay_by_ms,
                (extract(epoch from o.paid_at) * 1000)::bigint as paid_at_ms,
                (extract(epoch from case b.state
                    when 'cancelled' then coalesce(
                        (select max(c.confirmed_at) from cancellations c where c.booking_id = b.id), h.ended_at)
                    when 'lapsed' then h.ended_at end) * 1000)::bigint as cancelled_at_ms
            from orders o join bookings b on b.id = o.booking_id join holds h on h.id = b.hold_id
            where o.booking_id = $1 and o.token_id = $2"#,
            booking,
            token,
        )
        .fetch_optional(&self.pool)
        .await?
        else {
            return Ok(None);
        };
        let (Some(state), Ok(pnr)) = (BookingState::parse(&row.state), Pnr::parse(&row.pnr)) else {
            return Ok(None);
        };
        let Some(hold) = self.hold(row.visitor, HoldId(row.hold_id)).await? else { return Ok(None) };
        let trip = self.trip(row.visitor, pnr).await?.filter(|trip| !trip.tickets.is_empty());
        let at = |ms: Option<i64>| ms.and_then(|ms| Timestamp::from_millisecond(ms).ok());
        Ok(Some(OrderRecord {
            booking,
            state,
            pnr,
            visitor: row.visitor,
            kind: row.kind,
            details: row.details,
            created_at: at(Some(row.created_at_ms)).unwrap_or_default(),
            pay_by: at(row.pay_by_ms),
            paid_at: at(row.paid_at_ms),
            cancelled_at: at(row.cancelled_at_ms),
            hold,
            trip,
        }))
    }

    /// A token's orders with the keys of their order, newest first.
    pub async fn order_ids(
        &self,
        token: Uuid,
        filter: &OrderFilter,
    ) -> Result<Vec<(String, Uuid)>, StoreError> {
        let rows = sqlx::query!(
            r#"select o.booking_id, (9999999999999 - (extract(epoch from o.created_at) * 1000)::bigint) as "key!"
            from orders o join bookings b on b.id = o.booking_id
            where o.token_id = $1 and (not $2 or b.state = 'awaiting_payment') and ($3::text is null or b.pnr = $3)
            order by o.created_at desc, o.booking_id limit 2000"#,
            token,
            filter.awaiting_payment,
            filter.pnr,
        )
        .fetch_all(&self.pool)
        .await?;
        let mut ids: Vec<(String, Uuid)> = rows
            .into_iter()
            .map(|row| (format!("{:013}{}", row.key, row.booking_id), row.booking_id))
            .collect();
        ids.sort_unstable();
        Ok(ids)
    }

    /// A cancellation of one of the token's orders.
    pub async fn order_cancellation(
        &self,
        token: Uuid,
        id: Uuid,
    ) -> Result<Option<OrderCancellationRow>, StoreError> {
        Ok(self.order_cancellations(token, Some(id), None).await?.pop())
    }

    /// The cancellations of a token's orders, oldest first: that one alone, or those of one order.
    pub async fn order_cancellations(
        &self,
        token: Uuid,
        id: Option<Uuid>,
        order: Option<Uuid>,
    ) -> Result<Vec<OrderCancellationRow>, StoreError> {
        Ok(sqlx::query_as!(
            OrderCancellationRow,
            r#"select c.id, c.booking_id as booking, b.pnr as "pnr!", b.visitor, o.paid_at is null as "is_unpaid!",
                c.state = 'quoted' and c.quoted_until <= sky_now() as "is_over!", c.refund_minor, c.currency,
                (extract(epoch from c.created_at) * 1000)::bigint as "created_at_ms!",
                (extract(epoch from c.quoted_until) * 1000)::bigint as "expires_at_ms!",
                (extract(epoch from c.confirmed_at) * 1000)::bigint as confirmed_at_ms
            from cancellations c join orders o on o.booking_id = c.booking_id join bookings b on b.id = c.booking_id
            where o.token_id = $1 and ($2::uuid is null or c.id = $2) and ($3::uuid is null or c.booking_id = $3)
            order by c.created_at, c.id limit 1000"#,
            token,
            id,
            order,
        )
        .fetch_all(&self.pool)
        .await?)
    }
}
