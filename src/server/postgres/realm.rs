use uuid::Uuid;

use super::{Postgres, StoreError};

impl Postgres {
    /// This database's own name, for what is true of it alone and kept elsewhere.
    pub async fn realm(&self) -> Result<Uuid, StoreError> {
        Ok(sqlx::query_scalar!("select id from realm").fetch_one(&self.pool).await?)
    }
}
