use domain::{
    cancelling::{Cause, CouponKey, CouponValue, Share, Why},
    money::{Currency, Money},
    pnr::Pnr,
    refund::{CancellationState, RefundState},
    ticket::TicketNumber,
};
use uuid::Uuid;

use super::{Postgres, StoreError};

/// A cancellation with what it gives back, coupon by coupon.
#[derive(Debug)]
pub struct CancellationRecord {
    pub id: Uuid,
    pub cause: Cause,
    pub state: CancellationState,
    pub refund: Money,
    pub kept: Money,
    /// Until the quote is over; negative once it is.
    pub quoted_for_secs: i64,
    /// None where nothing comes back, or nothing is cancelled yet.
    pub refund_state: Option<RefundState>,
    /// In order of travellers and legs.
    pub shares: Vec<Share>,
}

struct Row {
    id: Uuid,
    reason: String,
    state: String,
    refund_minor: i64,
    fee_minor: i64,
    currency: String,
    quoted_for_secs: i64,
    refund_state: Option<String>,
}

impl Postgres {
    /// A cancellation of a trip that this visitor may see, quoted or confirmed, with that trip's reference.
    pub async fn cancellation(
        &self,
        visitor: Uuid,
        id: Uuid,
    ) -> Result<Option<(Pnr, CancellationRecord)>, StoreError> {
        let Some(trip) = sqlx::query!(
            "select b.pnr, b.id from cancellations c join bookings b on b.id = c.booking_id
            where c.id = $1 and (b.visitor = $2 or exists (
                select from trip_grants g where g.booking_id = b.id and g.visitor = $2))",
            id,
            visitor,
        )
        .fetch_optional(&self.pool)
        .await?
        else {
            return Ok(None);
        };
        let row = sqlx::query_as!(
            Row,
            r#"select c.id, c.reason, c.state, c.refund_minor, c.fee_minor, c.currency,
                extract(epoch from c.quoted_until - sky_now())::bigint as "quoted_for_secs!", r.state as "refund_state?"
            from cancellations c left join refunds r on r.cancellation_id = c.id where c.id = $1"#,
            id
        )
        .fetch_one(&self.pool)
        .await?;
        let pnr = trip.pnr.as_deref().and_then(|pnr| Pnr::parse(pnr).ok());
        Ok(pnr.zip(self.with_shares(trip.id, vec![row]).await?.pop()))
    }

    /// A booking's confirmed cancellations, oldest first.
    pub(super) async fn cancellations_of(
        &self,
        booking: Uuid,
    ) -> Result<Vec<CancellationRecord>, StoreError> {
        let rows = sqlx::query_as!(
            Row,
            r#"select c.id, c.reason, c.state, c.refund_minor, c.fee_minor, c.currency, 0::bigint as "quoted_for_secs!",
                r.state as "refund_state?"
            from cancellations c left join refunds r on r.cancellation_id = c.id
            where c.booking_id = $1 and c.state <> 'quoted' order by c.confirmed_at, c.id"#,
            booking
        )
        .fetch_all(&self.pool)
        .await?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        self.with_shares(booking, rows).await
    }

    async fn with_shares(
        &self,
        booking: Uuid,
        rows: Vec<Row>,
    ) -> Result<Vec<CancellationRecord>, StoreError> {
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let shares = sqlx::query!(
            "select g.cancellation_id, g.ticket, g.leg, g.refund_minor, g.why, c.fare_minor, c.tax_minor, c.seat_minor
            from cancellation_coupons g join coupons c on c.ticket = g.ticket and c.leg = g.leg
            join tickets t on t.number = g.ticket
            where g.cancellation_id = any($1) and t.booking_id = $2 order by t.ordinal, g.leg",
            &ids,
            booking,
        )
        .fetch_all(&self.pool)
        .await?;
        let of = |id: Uuid| {
            let mine = shares.iter().filter(move |share| share.cancellation_id == id);
            mine.filter_map(|share| {
                Some(Share {
                    key: CouponKey {
                        ticket: TicketNumber::parse(&share.ticket).ok()?,
                        leg: u8::try_from(share.leg).ok()?,
                    },
                    value: CouponValue {
                        fare_minor: share.fare_minor,
                        tax_minor: share.tax_minor,
                        seat_minor: share.seat_minor,
                    },
                    refund_minor: share.refund_minor,
                    why: Why::parse(&share.why)?,
                })
            })
        };
        Ok(rows
            .into_iter()
            .filter_map(|row| {
                let currency = Currency::parse(&row.currency)?;
                Some(CancellationRecord {
                    id: row.id,
                    cause: Cause::parse(&row.reason)?,
                    state: CancellationState::parse(&row.state)?,
                    refund: Money::new(row.refund_minor, currency),
                    kept: Money::new(row.fee_minor, currency),
                    quoted_for_secs: row.quoted_for_secs,
                    refund_state: row.refund_state.as_deref().and_then(RefundState::parse),
                    shares: of(row.id).collect(),
                })
            })
            .collect())
    }
}
