//! Buying at a supplier so that, whatever answer is lost, nothing is bought twice and nothing that was bought is lost.

use super::{Buyer, Offered, Order, OrderName, OrderState, Supplier, SupplierError};

/// How a confirmation ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Confirmed {
    /// The order is paid and ticketed there.
    Yes(Order),
    /// It is not, and will not be: the order is gone, or the supplier would not have it.
    No(String),
    /// It cannot be told now: to be asked for again, and never to be confirmed under another name.
    Unclear,
}

/// Holds an offer under our name. Where the answer was lost, or may be one to our own second asking, the order is looked
/// for first.
///
/// # Errors
/// `Refused` means that nothing is held there under this name; `Away` and `Busy`, that this asking did nothing; `Unclear`,
/// that something may be held. Whoever asks again asks under the same name.
pub async fn hold(
    supplier: &dyn Supplier,
    offer: &Offered,
    buyer: &Buyer,
    name: &OrderName,
) -> Result<Order, SupplierError> {
    let error = match supplier.hold(offer, buyer, name).await {
        Err(error @ (SupplierError::Refused { .. } | SupplierError::Unclear(_))) => error,
        answer => return answer,
    };
    match supplier.find(name).await {
        Ok(Some(order)) => Ok(order),
        Ok(None) => Err(error),
        Err(_) => Err(SupplierError::Unclear("whether there is an order cannot be told")),
    }
}

/// Confirms an order that is held. Asked again, under the same name, it finds out what became of the confirmation before.
pub async fn confirm(supplier: &dyn Supplier, order: &Order, name: &OrderName) -> Confirmed {
    let refusal = match supplier.confirm(order, name).await {
        Ok(()) => return Confirmed::Yes(Order { state: OrderState::Confirmed, ..order.clone() }),
        // Not asked at all; what an earlier asking came to is told by the order.
        Err(SupplierError::Away | SupplierError::Busy { .. } | SupplierError::Unclear(_)) => None,
        // It may be the answer to our own second asking: how the order stands is what counts.
        Err(SupplierError::Refused { message, .. }) => Some(message),
    };
    match (stands(supplier, order).await, refusal) {
        // Refused, and not paid.
        (Standing::Held, Some(message)) => Confirmed::No(message),
        (Standing::Held | Standing::Unknown, _) => Confirmed::Unclear,
        (Standing::Cancelled, _) => Confirmed::No("it was cancelled there".into()),
        (Standing::Confirmed(order), _) => Confirmed::Yes(order),
    }
}

/// What became of a confirmation that was asked for before: first it is looked, and only what is held still is confirmed,
/// under the same name.
pub async fn find_out(supplier: &dyn Supplier, order: &Order, name: &OrderName) -> Confirmed {
    match stands(supplier, order).await {
        Standing::Held => confirm(supplier, order, name).await,
        Standing::Confirmed(order) => Confirmed::Yes(order),
        Standing::Cancelled => Confirmed::No("it was cancelled there".into()),
        Standing::Unknown => Confirmed::Unclear,
    }
}

enum Standing {
    Held,
    Confirmed(Order),
    Cancelled,
    Unknown,
}

async fn stands(supplier: &dyn Supplier, order: &Order) -> Standing {
    match supplier.status(&order.id).await {
        Ok(now) => match now.state {
            OrderState::Held { .. } => Standing::Held,
            OrderState::Confirmed => Standing::Confirmed(now),
            OrderState::Cancelled => Standing::Cancelled,
        },
        Err(error) => {
            tracing::warn!(supplier = %supplier.name(), %error, "how an order stands cannot be told");
            Standing::Unknown
        }
    }
}
