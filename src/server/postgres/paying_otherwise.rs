//! Refunds that the bank would not take, and that were paid another way.

use uuid::Uuid;

use super::{
    Postgres, StoreError, cases,
    ledger::{self, Account},
    money::lock_booking,
};

/// How a refund was paid that could not go back to the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OtherWay {
    /// We paid it by other means, such as a bank transfer.
    Transfer,
    /// The cardholder's bank had taken the money back in a dispute, and decided that they keep it.
    Dispute,
}

impl OtherWay {
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Transfer, Self::Dispute].into_iter().find(|way| way.as_str() == text)
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Transfer => "transfer",
            Self::Dispute => "dispute",
        }
    }

    /// Where the money came from: of what a dispute took, the traveller still owes us as much as we owe them.
    fn account(self) -> Account {
        match self {
            Self::Transfer => Account::PaidOtherwise,
            Self::Dispute => Account::Receivable,
        }
    }
}

/// Why a refund is not written down as paid.
#[derive(Debug, thiserror::Error)]
pub enum NotPaid {
    #[error("no refund of that id has failed")]
    NotFailed,
    #[error(
        "no dispute that the bank has decided for the cardholder took as much as this refund would give back"
    )]
    NotDisputed,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for NotPaid {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl Postgres {
    /// Writes down that a failed refund was paid another way: with its ledger lines, its cancellation settled and its cases
    /// closed by the note. It is never asked of Stripe again.
    pub async fn paid_otherwise(&self, id: Uuid, way: OtherWay, note: &str) -> Result<(), NotPaid> {
        let mut tx = self.pool.begin().await?;
        let booking = sqlx::query_scalar!("select booking_id from refunds where id = $1", id)
            .fetch_optional(&mut *tx)
            .await?
            .ok_or(NotPaid::NotFailed)?;
        lock_booking(&mut tx, booking).await?;
        let paid = sqlx::query!(
            "update refunds set state = 'paid_otherwise', paid_by = $2, done_at = sky_now()
            where id = $1 and state = 'failed' returning amount_minor, currency, cancellation_id",
            id,
            way.as_str(),
        )
        .fetch_optional(&mut *tx)
        .await?
        .ok_or(NotPaid::NotFailed)?;
        if way == OtherWay::Dispute {
            // While the bank has not decided, or once it has decided for us, the traveller may be left with nothing.
            let left = sqlx::query_scalar!(
                r#"select ((select coalesce(sum(amount_minor), 0) from disputes where booking_id = $1 and state = 'lost')
                    - (select coalesce(sum(amount_minor), 0) from refunds
                        where booking_id = $1 and paid_by = 'dispute' and id <> $2))::bigint as "minor!""#,
                booking,
                id,
            )
            .fetch_one(&mut *tx)
            .await?;
            if left < paid.amount_minor {
                return Err(NotPaid::NotDisputed);
            }
        }
        let lines = [(Account::RefundQueued, paid.amount_minor), (way.account(), -paid.amount_minor)];
        ledger::post(&mut tx, booking, &format!("paid_otherwise:{id}"), &lines, &paid.currency).await?;
        sqlx::query!(
            "update cancellations set state = 'settled', settled_at = sky_now() where id = $1 and state = 'confirmed'",
            paid.cancellation_id,
        )
        .execute(&mut *tx)
        .await?;
        cases::close_of_refund(&mut tx, booking, id, &format!("paid by {}: {note}", way.as_str())).await?;
        tx.commit().await?;
        Ok(())
    }
}
