use serde_json::Value;
use uuid::Uuid;

use super::{Postgres, StoreError};

/// Why a person must look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaseKind {
    /// A traveller's bank took the money back or wants to; the reference is the dispute's.
    Dispute,
    /// The bank would not take a refund; the reference is Stripe's of the refund.
    RefundFailed,
    /// Captured by hand at Stripe, without a ticket; the reference is the intent's.
    CapturedWithoutTicket,
    /// Authorised was another amount than agreed; the reference is the intent's.
    AmountDiffers,
    /// An errand keeps failing; the reference is its number.
    Parked,
    /// Ledger, bookings and Stripe do not say the same; the reference names what and of whom.
    Difference,
}

impl CaseKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dispute => "dispute",
            Self::RefundFailed => "refund_failed",
            Self::CapturedWithoutTicket => "captured_without_ticket",
            Self::AmountDiffers => "amount_differs",
            Self::Parked => "parked",
            Self::Difference => "difference",
        }
    }
}

/// A matter for a person, as it stands.
#[derive(Clone, Debug)]
pub struct CaseRow {
    pub id: i64,
    pub booking: Option<Uuid>,
    pub pnr: Option<String>,
    pub kind: String,
    pub reference: String,
    /// Identifiers, states and amounts; never names or addresses.
    pub detail: Value,
    /// UTC, as people read it.
    pub opened_at: String,
}

impl Postgres {
    /// Opens a case in a transaction of its own. Told again, it stays as it is, closed or not.
    pub async fn open_case(
        &self,
        booking: Option<Uuid>,
        kind: CaseKind,
        reference: &str,
        detail: &Value,
    ) -> Result<bool, StoreError> {
        let mut tx = self.pool.begin().await?;
        let is_new = open(&mut tx, booking, kind, reference, detail).await?;
        tx.commit().await?;
        Ok(is_new)
    }

    /// Open cases, oldest first.
    pub async fn open_cases(&self) -> Result<Vec<CaseRow>, StoreError> {
        Ok(sqlx::query_as!(
            CaseRow,
            r#"select c.id, c.booking_id as booking, b.pnr as "pnr?", c.kind, c.reference, c.detail,
                to_char(c.opened_at at time zone 'utc', 'YYYY-MM-DD HH24:MI:SS') as "opened_at!"
            from cases c left join bookings b on b.id = c.booking_id
            where c.state = 'open' order by c.opened_at, c.id"#
        )
        .fetch_all(&self.pool)
        .await?)
    }

    /// Closes a case with what was done about it. False where none of that number is open, or where its refund is still
    /// owed: such a case ends with the refund, queued again or paid another way.
    pub async fn close_case(&self, id: i64, note: &str) -> Result<bool, StoreError> {
        let closed = sqlx::query!(
            "update cases set state = 'closed', closed_at = sky_now(),
                detail = detail || jsonb_build_object('note', $2::text)
            where id = $1 and state = 'open' and not (kind = 'refund_failed' and exists (
                select from refunds r where r.booking_id = cases.booking_id and r.id::text = detail ->> 'refund'
                    and r.state = 'failed'))",
            id,
            note,
        )
        .execute(&self.pool)
        .await?;
        Ok(closed.rows_affected() == 1)
    }
}

/// Opens a case with the step that it comes from. Told again, it stays as it is, closed or not. Tells whether it is new.
pub(super) async fn open(
    tx: &mut super::Tx,
    booking: Option<Uuid>,
    kind: CaseKind,
    reference: &str,
    detail: &Value,
) -> Result<bool, StoreError> {
    let opened = sqlx::query!(
        "insert into cases (booking_id, kind, reference, detail) values ($1, $2, $3, $4) on conflict do nothing",
        booking,
        kind.as_str(),
        reference,
        detail,
    )
    .execute(&mut **tx)
    .await?;
    Ok(opened.rows_affected() == 1)
}

/// Closes what is open about a refund, with what was done about it.
pub(super) async fn close_of_refund(
    tx: &mut super::Tx,
    booking: Uuid,
    refund: Uuid,
    note: &str,
) -> Result<(), StoreError> {
    sqlx::query!(
        "update cases set state = 'closed', closed_at = sky_now(),
            detail = detail || jsonb_build_object('note', $3::text)
        where kind = 'refund_failed' and state = 'open' and booking_id = $1 and detail ->> 'refund' = $2",
        booking,
        refund.to_string(),
        note,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Opens a case, and opens it again where what is known now is not what it said. Tells whether there is news.
pub(super) async fn tell(
    tx: &mut super::Tx,
    booking: Option<Uuid>,
    kind: CaseKind,
    reference: &str,
    detail: &Value,
) -> Result<bool, StoreError> {
    let told = sqlx::query!(
        "insert into cases as c (booking_id, kind, reference, detail) values ($1, $2, $3, $4)
        on conflict (kind, reference) do update
            set state = 'open', closed_at = null, detail = c.detail || excluded.detail
            where not c.detail @> excluded.detail",
        booking,
        kind.as_str(),
        reference,
        detail,
    )
    .execute(&mut **tx)
    .await?;
    Ok(told.rows_affected() == 1)
}

/// Opens a case, or opens it again with what is known now: the matter came back after someone had closed it.
pub(super) async fn reopen(
    tx: &mut super::Tx,
    booking: Option<Uuid>,
    kind: CaseKind,
    reference: &str,
    detail: &Value,
) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into cases as c (booking_id, kind, reference, detail) values ($1, $2, $3, $4)
        on conflict (kind, reference) do update
            set state = 'open', closed_at = null, detail = c.detail || excluded.detail",
        booking,
        kind.as_str(),
        reference,
        detail,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
