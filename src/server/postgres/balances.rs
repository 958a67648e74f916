//! What partners have with us. A balance changes with an entry that says why, and never falls below its limit.

use domain::money::Money;
use uuid::Uuid;

use super::{Postgres, StoreError};

#[derive(Debug, thiserror::Error)]
pub(super) enum DebitError {
    #[error("the balance is too low")]
    TooLow,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for DebitError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl Postgres {
    /// Grants a token so much, or takes it where the amount is negative. False where the balance would fall below its
    /// limit, or no such token is there.
    pub async fn grant(&self, token: Uuid, amount: Money) -> Result<bool, StoreError> {
        let step = format!("granted:{}", Uuid::new_v4());
        let granted = self.enter(token, amount, &step).await;
        match granted {
            Err(error)
                if matches!(
                    error.constraint(),
                    Some("balance_within_limit" | "balances_token_id_fkey" | "balance_entry_of_balance")
                ) =>
            {
                Ok(false)
            }
            granted => granted.map(|()| true),
        }
    }

    /// Grants a token its first balance in that currency, once.
    pub async fn grant_once(&self, token: Uuid, amount: Money) -> Result<(), StoreError> {
        let known = sqlx::query_scalar!(
            r#"select exists (select from balances where token_id = $1 and currency = $2) as "known!""#,
            token,
            amount.currency.code(),
        )
        .fetch_one(&self.pool)
        .await?;
        if known {
            return Ok(());
        }
        let mut tx = self.pool.begin().await?;
        let made = sqlx::query!(
            "insert into balances (token_id, currency, balance_minor) values ($1, $2, $3) on conflict do nothing",
            token,
            amount.currency.code(),
            amount.minor,
        )
        .execute(&mut *tx)
        .await?;
        if made.rows_affected() == 1 {
            write_entry(&mut tx, token, amount.currency.code(), None, "granted:first", amount.minor).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// How far below nothing a token's balance in that currency may go. False where it is further below already.
    pub async fn set_balance_limit(&self, token: Uuid, limit: Money) -> Result<bool, StoreError> {
        let set = sqlx::query!(
            "insert into balances (token_id, currency, limit_minor) values ($1, $2, $3)
            on conflict (token_id, currency) do update set limit_minor = excluded.limit_minor",
            token,
            limit.currency.code(),
            limit.minor,
        )
        .execute(&self.pool)
        .await
        .map_err(StoreError::from);
        match set {
            Err(error)
                if matches!(
                    error.constraint(),
                    Some("balance_within_limit" | "balance_limit_counted" | "balances_token_id_fkey")
                ) =>
            {
                Ok(false)
            }
            set => set.map(|_| true),
        }
    }

    async fn enter(&self, token: Uuid, amount: Money, step: &str) -> Result<(), StoreError> {
        let mut tx = self.pool.begin().await?;
        let currency = amount.currency.code();
        sqlx::query!(
            "insert into balances (token_id, currency) values ($1, $2) on conflict do nothing",
            token,
            currency,
        )
        .execute(&mut *tx)
        .await?;
        sqlx::query!(
            "update balances set balance_minor = balance_minor + $3 where token_id = $1 and currency = $2",
            token,
            currency,
            amount.minor,
        )
        .execute(&mut *tx)
        .await?;
        write_entry(&mut tx, token, currency, None, step, amount.minor).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// Takes what a booking costs, in the transaction that tickets it.
pub(super) async fn debit(
    tx: &mut super::Tx,
    token: Uuid,
    booking: Uuid,
    amount_minor: i64,
    currency: &str,
) -> Result<(), DebitError> {
    let debited = sqlx::query!(
        "update balances set balance_minor = balance_minor - $3
        where token_id = $1 and currency = $2 and balance_minor + limit_minor >= $3",
        token,
        currency,
        amount_minor,
    )
    .execute(&mut **tx)
    .await?;
    if debited.rows_affected() == 0 {
        return Err(DebitError::TooLow);
    }
    Ok(write_entry(tx, token, currency, Some(booking), "paid", -amount_minor).await?)
}

/// Gives back what a cancellation promised, in the transaction that cancels.
pub(super) async fn credit(
    tx: &mut super::Tx,
    token: Uuid,
    booking: Uuid,
    step: &str,
    amount_minor: i64,
    currency: &str,
) -> Result<(), StoreError> {
    sqlx::query!(
        "update balances set balance_minor = balance_minor + $3 where token_id = $1 and currency = $2",
        token,
        currency,
        amount_minor,
    )
    .execute(&mut **tx)
    .await?;
    write_entry(tx, token, currency, Some(booking), step, amount_minor).await
}

async fn write_entry(
    tx: &mut super::Tx,
    token: Uuid,
    currency: &str,
    booking: Option<Uuid>,
    step: &str,
    amount_minor: i64,
) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into balance_entries (token_id, currency, booking_id, step, amount_minor) values ($1, $2, $3, $4, $5)",
        token,
        currency,
        booking,
        step,
        amount_minor,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
