use std::time::Duration;

use domain::{
    money::{Currency, Money},
    supplier_order::SupplierOrderState,
};
use serde_json::Value;
use uuid::Uuid;

use super::{Postgres, StoreError};

/// An order at a supplier as our books have it.
#[derive(Clone, Debug)]
pub struct SupplierOrder {
    /// Our name of it.
    pub id: Uuid,
    pub supplier: String,
    pub state: SupplierOrderState,
    pub total: Money,
    /// The supplier's id and the airline's locator; none before it is held.
    pub there: Option<(String, String)>,
    /// What was ordered.
    pub offer: Value,
    /// The hold that it was made for is over, or its booking was given back.
    pub unwanted: bool,
    /// Somebody chose it and may pay for it yet.
    pub is_awaited: bool,
}

impl Postgres {
    /// Writes down that an order is about to be asked for; false where this name was used already. For `lease` nobody
    /// else finds out what became of it.
    pub async fn begin_supplier_order(
        &self,
        id: Uuid,
        supplier: &str,
        offer: &Value,
        total: Money,
        lease: Duration,
    ) -> Result<bool, StoreError> {
        let begun = sqlx::query!(
            "insert into supplier_orders (id, supplier, offer, total_minor, currency, leased_until)
            values ($1, $2, $3, $4, $5, sky_now() + make_interval(secs => $6)) on conflict (id) do nothing",
            id,
            supplier,
            offer,
            total.minor,
            total.currency.code(),
            lease.as_secs_f64(),
        )
        .execute(&self.pool)
        .await?;
        Ok(begun.rows_affected() == 1)
    }

    /// The order is held there; false where somebody has found out meanwhile that nobody waits for it.
    pub async fn supplier_order_held(
        &self,
        id: Uuid,
        order: &str,
        locator: &str,
    ) -> Result<bool, StoreError> {
        let held = sqlx::query!(
            "update supplier_orders set state = 'held', order_id = $2, locator = $3 where id = $1 and state = 'asked'",
            id,
            order,
            locator,
        )
        .execute(&self.pool)
        .await?;
        Ok(held.rows_affected() == 1)
    }

    /// Moves an order, if it is in that state still; whether it was.
    pub async fn move_supplier_order(
        &self,
        id: Uuid,
        from: SupplierOrderState,
        to: SupplierOrderState,
        lease: Duration,
    ) -> Result<bool, StoreError> {
        let moved = sqlx::query!(
            "update supplier_orders set state = $3, leased_until = sky_now() + make_interval(secs => $4) where id = $1 and state = $2",
            id,
            from.as_str(),
            to.as_str(),
            lease.as_secs_f64(),
        )
        .execute(&self.pool)
        .await?;
        Ok(moved.rows_affected() == 1)
    }

    pub async fn supplier_order(&self, id: Uuid) -> Result<Option<SupplierOrder>, StoreError> {
        let row = sqlx::query!(
            r#"select supplier, state, total_minor, currency, order_id, locator, offer, unwanted,
                exists (select from holds h where h.id = o.id and h.state in ('active', 'reserved')) as "is_awaited!"
            from supplier_orders o where id = $1"#,
            id
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.and_then(|row| {
            Some(SupplierOrder {
                id,
                supplier: row.supplier,
                state: SupplierOrderState::parse(&row.state)?,
                total: Money::new(row.total_minor, Currency::parse(&row.currency)?),
                there: row.order_id.zip(row.locator),
                offer: row.offer,
                unwanted: row.unwanted,
                is_awaited: row.is_awaited,
            })
        }))
    }

    /// Whoever asks for an order once more is waited for as the first was; false where somebody is asking at the moment, or
    /// nobody wants it any more.
    pub async fn ask_for_supplier_order_again(&self, id: Uuid, lease: Duration) -> Result<bool, StoreError> {
        let asked = sqlx::query!(
            "update supplier_orders set leased_until = sky_now() + make_interval(secs => $2)
            where id = $1 and state = 'asked' and leased_until <= sky_now() and not unwanted",
            id,
            lease.as_secs_f64(),
        )
        .execute(&self.pool)
        .await?;
        Ok(asked.rows_affected() == 1)
    }

    /// Whoever asked for an order has no answer and waits no more.
    pub async fn stop_asking_for_supplier_order(&self, id: Uuid) -> Result<(), StoreError> {
        sqlx::query!(
            "update supplier_orders set leased_until = sky_now() where id = $1 and state = 'asked'",
            id
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Takes up to so many orders of which nobody has found out in time what became of them, or that nobody wants any more.
    pub async fn lease_unclear_supplier_orders(
        &self,
        most: i64,
        lease: Duration,
    ) -> Result<Vec<Uuid>, StoreError> {
        Ok(sqlx::query_scalar!(
            "update supplier_orders set leased_until = sky_now() + make_interval(secs => $2) where id in (
                select id from supplier_orders
                where (state in ('asked', 'confirming', 'unknown') or (unwanted and state in ('held', 'ticketed')))
                    and leased_until <= (select sky_now())
                order by leased_until limit $1 for update skip locked)
            returning id",
            most,
            lease.as_secs_f64(),
        )
        .fetch_all(&self.pool)
        .await?)
    }
}
