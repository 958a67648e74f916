//! Our books of what we order at suppliers: each order is written down before it is asked for, and whatever stayed unclear
//! is found out, by whichever server.

use std::{sync::Arc, time::Duration};

use domain::{money::Money, supplier_order::SupplierOrderState as State};

use super::{
    Buyer, CancelQuote, Offered, Order, OrderName, OrderState, Supplier, SupplierError,
    selling::{self, Confirmed},
};
use crate::postgres::{Postgres, StoreError, SupplierOrder};

/// Longer than any asking with all its tries, so that nobody finds out what is being asked still.
const LEASE: Duration = Duration::from_mins(1);
/// Found out in one go.
const AT_ONCE: i64 = 20;

#[derive(Clone)]
pub struct Desk {
    postgres: Postgres,
    suppliers: Arc<[Arc<dyn Supplier>]>,
    lease: Duration,
}

#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    #[error("no such order, or it is none that this can be done with")]
    NotFound,
    #[error("the name was used for another order")]
    NameUsed,
    /// It was refused, or given back: nothing is held, and nothing will be under this name.
    #[error("the order is over")]
    Over,
    /// It would cost something else now. Nothing is held.
    #[error("the price is {now} now, not {was}")]
    PriceChanged { was: Money, now: Money },
    #[error(transparent)]
    Supplier(#[from] SupplierError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What became of cancelling an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GivenBack {
    Yes,
    /// It stands as before.
    No(String),
    Unclear,
}

impl Desk {
    pub fn new(postgres: Postgres, suppliers: Vec<Arc<dyn Supplier>>) -> Self {
        Self { postgres, suppliers: suppliers.into(), lease: LEASE }
    }

    /// The same with another time after which somebody else finds out.
    #[must_use]
    pub fn with_lease(self, lease: Duration) -> Self {
        Self { lease, ..self }
    }

    /// Holds an offer at the price that it was offered for. Asked again under the same name it is the same order.
    ///
    /// # Errors
    /// Where it is not certain that nothing is held, [`Self::find_out`] finds what is: for who may pay for it yet, or to give
    /// it back.
    pub async fn hold(&self, offer: &Offered, buyer: &Buyer, name: &OrderName) -> Result<Order, DeskError> {
        let supplier = self.supplier(&offer.supplier.0)?;
        // Plain data with string keys: serialising it cannot fail.
        let content = serde_json::to_value(offer).unwrap_or_default();
        let total = offer.total;
        let begun = self
            .postgres
            .begin_supplier_order(name.0, &offer.supplier.0, &content, total, self.lease)
            .await?;
        if !begun && let Some(order) = self.held_before(&content, name).await? {
            return Ok(order);
        }
        match selling::hold(supplier, offer, buyer, name).await {
            // What an earlier asking had made was given back.
            Ok(order) if order.state == OrderState::Cancelled => {
                self.go(name, State::Asked, State::Released).await?;
                Err(DeskError::Over)
            }
            Ok(order) if order.total == total => self.keep_held(order, name).await,
            Ok(order) => {
                self.give_back(supplier, State::Asked, &order.id, name).await?;
                Err(DeskError::PriceChanged { was: total, now: order.total })
            }
            Err(error @ SupplierError::Refused { .. }) => {
                self.go(name, State::Asked, State::Refused).await?;
                Err(error.into())
            }
            Err(error) => {
                // Who asks again need not wait for the lease to end.
                self.postgres.stop_asking_for_supplier_order(name.0).await?;
                Err(error.into())
            }
        }
    }

    /// What an earlier asking under this name has come to; none where it is to be asked for once more.
    async fn held_before(
        &self,
        content: &serde_json::Value,
        name: &OrderName,
    ) -> Result<Option<Order>, DeskError> {
        let kept = self.postgres.supplier_order(name.0).await?.ok_or(DeskError::NotFound)?;
        if kept.offer != *content {
            return Err(DeskError::NameUsed);
        }
        match kept.state {
            State::Held if !kept.unwanted => there(&kept).map(Some).ok_or(DeskError::NotFound),
            State::Asked if self.postgres.ask_for_supplier_order_again(name.0, self.lease).await? => Ok(None),
            State::Asked => Err(SupplierError::Unclear("somebody is asking for it at the moment").into()),
            State::Held | State::Refused | State::Released => Err(DeskError::Over),
            State::Confirming | State::Unknown | State::Ticketed => Err(DeskError::NotFound),
        }
    }

    async fn keep_held(&self, order: Order, name: &OrderName) -> Result<Order, DeskError> {
        if self.postgres.supplier_order_held(name.0, &order.id, &order.locator).await? {
            return Ok(order);
        }
        match self.postgres.supplier_order(name.0).await? {
            // Somebody was faster, with the same order.
            Some(kept) if kept.state == State::Held => Ok(order),
            _ => Err(SupplierError::Unclear("it took so long that it was given back").into()),
        }
    }

    /// Confirms what is held, once the money for it is certain. Asked again it tells what became of it, or finds out.
    pub async fn confirm(&self, name: &OrderName) -> Result<Confirmed, DeskError> {
        let (kept, order) = self.kept(name).await?;
        match kept.state {
            // Written down before it is asked for: who dies now leaves it to be found out.
            State::Held => {
                if !self.go(name, State::Held, State::Confirming).await? {
                    return Ok(Confirmed::Unclear);
                }
            }
            State::Confirming | State::Unknown => {}
            State::Ticketed => {
                return Ok(Confirmed::Yes(Order { state: OrderState::Confirmed, ..order }));
            }
            State::Refused => return Ok(Confirmed::No("it was refused".into())),
            State::Asked | State::Released => return Err(DeskError::NotFound),
        }
        let supplier = self.supplier(&kept.supplier)?;
        let confirmed = if kept.state == State::Held {
            selling::confirm(supplier, &order, name).await
        } else {
            selling::find_out(supplier, &order, name).await
        };
        self.conclude(supplier, name, &order, &confirmed).await?;
        Ok(confirmed)
    }

    /// Gives an order back, held or ticketed.
    pub async fn release(&self, name: &OrderName) -> Result<(), DeskError> {
        let (kept, order) = self.kept(name).await?;
        match kept.state {
            State::Held | State::Ticketed => {
                self.give_back(self.supplier(&kept.supplier)?, kept.state, &order.id, name).await
            }
            State::Released | State::Refused => Ok(()),
            State::Asked | State::Confirming | State::Unknown => Err(DeskError::NotFound),
        }
    }

    /// What comes back for an order that is ticketed.
    pub async fn quote_cancel(&self, name: &OrderName) -> Result<CancelQuote, DeskError> {
        let (kept, order) = self.kept(name).await?;
        if kept.state != State::Ticketed {
            return Err(DeskError::NotFound);
        }
        let quote = self.supplier(&kept.supplier)?.quote_cancel(&order.id).await?;
        if quote.refund.currency != kept.total.currency {
            return Err(SupplierError::Unclear("what comes back is of another currency").into());
        }
        Ok(quote)
    }

    /// Has a ticketed order cancelled as it was quoted, under a key of that cancellation. Asked again it tells what became of
    /// it. Our books follow with the booking.
    pub async fn cancel_as_quoted(
        &self,
        name: &OrderName,
        quote: &str,
        key: &str,
    ) -> Result<GivenBack, DeskError> {
        let (kept, order) = self.kept(name).await?;
        match kept.state {
            State::Ticketed => {}
            State::Released => return Ok(GivenBack::Yes),
            _ => return Err(DeskError::NotFound),
        }
        let supplier = self.supplier(&kept.supplier)?;
        let refusal = match supplier.cancel_quoted(quote, key).await {
            Ok(()) => return Ok(GivenBack::Yes),
            Err(SupplierError::Refused { message, .. }) => Some(message),
            Err(SupplierError::Away | SupplierError::Busy { .. } | SupplierError::Unclear(_)) => None,
        };
        // It may be the answer to our own second asking: how the order stands is what counts.
        Ok(match (supplier.status(&order.id).await, refusal) {
            (Ok(Order { state: OrderState::Cancelled, .. }), _) => GivenBack::Yes,
            (Ok(_), Some(message)) => GivenBack::No(message),
            _ => GivenBack::Unclear,
        })
    }

    /// Finds out what became of orders for which nobody waits any more; how many are clear now.
    pub async fn find_out(&self) -> Result<usize, DeskError> {
        let mut clear = 0;
        for id in self.postgres.lease_unclear_supplier_orders(AT_ONCE, self.lease).await? {
            match self.find_out_one(&OrderName(id)).await {
                Ok(true) => clear += 1,
                Ok(false) => {}
                Err(error) => {
                    tracing::warn!(order = %id, %error, "what became of an order is found out later");
                }
            }
        }
        Ok(clear)
    }

    async fn find_out_one(&self, name: &OrderName) -> Result<bool, DeskError> {
        let Some(kept) = self.postgres.supplier_order(name.0).await? else { return Ok(true) };
        let supplier = self.supplier(&kept.supplier)?;
        match kept.state {
            State::Asked => return self.find_asked(supplier, &kept, name).await,
            // The bookings of these were given up: what is there goes back.
            State::Held | State::Ticketed if kept.unwanted => {
                let order = there(&kept).ok_or(DeskError::NotFound)?;
                self.give_back(supplier, kept.state, &order.id, name).await?;
                return Ok(true);
            }
            State::Held | State::Ticketed | State::Refused | State::Released => return Ok(true),
            State::Confirming | State::Unknown => {}
        }
        let order = there(&kept).ok_or(DeskError::NotFound)?;
        let confirmed = selling::find_out(supplier, &order, name).await;
        self.conclude(supplier, name, &order, &confirmed).await?;
        Ok(confirmed != Confirmed::Unclear)
    }

    /// An order of which it is not known whether it was made: kept for who may pay for it yet, and else given back.
    async fn find_asked(
        &self,
        supplier: &dyn Supplier,
        kept: &SupplierOrder,
        name: &OrderName,
    ) -> Result<bool, DeskError> {
        let is_wanted = kept.is_awaited && !kept.unwanted;
        match supplier.find(name).await? {
            Some(order) if is_wanted && order.total == kept.total && order.state.is_held() => {
                self.postgres.supplier_order_held(name.0, &order.id, &order.locator).await?;
            }
            Some(order) => self.give_back(supplier, State::Asked, &order.id, name).await?,
            // It may be asked for once more.
            None if is_wanted => return Ok(false),
            None => {
                self.go(name, State::Asked, State::Released).await?;
            }
        }
        Ok(true)
    }

    async fn conclude(
        &self,
        supplier: &dyn Supplier,
        name: &OrderName,
        order: &Order,
        confirmed: &Confirmed,
    ) -> Result<(), DeskError> {
        let to = match confirmed {
            Confirmed::Yes(_) => State::Ticketed,
            Confirmed::No(_) => {
                // Nothing of it may be left there, where it would keep a place from others.
                supplier.cancel(&order.id, name).await?;
                State::Refused
            }
            Confirmed::Unclear => State::Unknown,
        };
        // From whichever of the two it is in.
        for from in [State::Confirming, State::Unknown] {
            if from != to && self.go(name, from, to).await? {
                break;
            }
        }
        Ok(())
    }

    async fn give_back(
        &self,
        supplier: &dyn Supplier,
        from: State,
        order: &str,
        name: &OrderName,
    ) -> Result<(), DeskError> {
        supplier.cancel(order, name).await?;
        self.go(name, from, State::Released).await?;
        Ok(())
    }

    async fn go(&self, name: &OrderName, from: State, to: State) -> Result<bool, StoreError> {
        self.postgres.move_supplier_order(name.0, from, to, self.lease).await
    }

    async fn kept(&self, name: &OrderName) -> Result<(SupplierOrder, Order), DeskError> {
        let kept = self.postgres.supplier_order(name.0).await?.ok_or(DeskError::NotFound)?;
        let order = there(&kept).ok_or(DeskError::NotFound)?;
        Ok((kept, order))
    }

    fn supplier(&self, name: &str) -> Result<&dyn Supplier, DeskError> {
        let supplier = self.suppliers.iter().find(|supplier| supplier.name().0 == name);
        supplier.map(|supplier| &**supplier).ok_or(DeskError::NotFound)
    }
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Desk")
    }
}

/// The order at the supplier that our books tell of; none before it is held.
fn there(kept: &SupplierOrder) -> Option<Order> {
    let (id, locator) = kept.there.clone()?;
    Some(Order { id, locator, total: kept.total, state: OrderState::Held { until: None } })
}
