use domain::money::Currency;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{Postgres, StoreError};

/// A partner's token, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRow {
    pub id: Uuid,
    pub name: String,
    pub requests_per_minute: u32,
}

/// A token as staff see it.
#[derive(Clone, Debug)]
pub struct TokenLine {
    pub id: Uuid,
    pub name: String,
    pub is_revoked: bool,
    /// Balance and limit by currency, in minor units.
    pub balances: Vec<(Currency, i64, i64)>,
}

impl Postgres {
    /// Makes a token, or finds the one with this secret. What it may spend is granted apart.
    pub async fn keep_token(&self, name: &str, secret: &str) -> Result<Uuid, StoreError> {
        Ok(sqlx::query_scalar!(
            "insert into tokens (id, name, secret_sha256) values ($1, $2, $3)
            on conflict (secret_sha256) do update set name = excluded.name returning id",
            Uuid::new_v4(),
            name,
            digest(secret),
        )
        .fetch_one(&self.pool)
        .await?)
    }

    /// The token with this secret, unless it was revoked.
    pub async fn token(&self, secret: &str) -> Result<Option<TokenRow>, StoreError> {
        let row = sqlx::query!(
            "select id, name, requests_per_minute from tokens where secret_sha256 = $1 and revoked_at is null",
            digest(secret),
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|row| TokenRow {
            id: row.id,
            name: row.name,
            requests_per_minute: u32::try_from(row.requests_per_minute).unwrap_or(1),
        }))
    }

    /// False where no such token was valid.
    pub async fn revoke_token(&self, id: Uuid) -> Result<bool, StoreError> {
        let revoked =
            sqlx::query!("update tokens set revoked_at = sky_now() where id = $1 and revoked_at is null", id)
                .execute(&self.pool)
                .await?;
        Ok(revoked.rows_affected() == 1)
    }

    /// How often a token may ask. False where there is no such token.
    pub async fn set_token_rate(&self, id: Uuid, requests_per_minute: u32) -> Result<bool, StoreError> {
        let set = sqlx::query!(
            "update tokens set requests_per_minute = $2 where id = $1",
            id,
            i32::try_from(requests_per_minute).unwrap_or(i32::MAX),
        )
        .execute(&self.pool)
        .await?;
        Ok(set.rows_affected() == 1)
    }

    /// Every token, oldest first.
    pub async fn tokens(&self) -> Result<Vec<TokenLine>, StoreError> {
        let rows = sqlx::query!(
            r#"select t.id, t.name, t.revoked_at is not null as "is_revoked!", b.currency as "currency?",
                b.balance_minor as "balance_minor?", b.limit_minor as "limit_minor?"
            from tokens t left join balances b on b.token_id = t.id order by t.created_at, t.id, b.currency"#
        )
        .fetch_all(&self.pool)
        .await?;
        let mut tokens: Vec<TokenLine> = Vec::new();
        for row in rows {
            if tokens.last().is_none_or(|last| last.id != row.id) {
                let (id, name, is_revoked) = (row.id, row.name, row.is_revoked);
                tokens.push(TokenLine { id, name, is_revoked, balances: Vec::new() });
            }
            let balance = row.currency.as_deref().and_then(Currency::parse);
            if let (Some(currency), Some(last)) = (balance, tokens.last_mut()) {
                let minor = (row.balance_minor.unwrap_or_default(), row.limit_minor.unwrap_or_default());
                last.balances.push((currency, minor.0, minor.1));
            }
        }
        Ok(tokens)
    }
}

fn digest(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}
