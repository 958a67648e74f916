//! Whoever sells flights beside us: one port, behind which each supplier speaks its own language.
//!
//! A search asks all suppliers at once and shows what has come by its deadline ([`fan_out`]). Each is asked no more often
//! than it allows, is left alone while it fails ([`Guarded`]), and what it says is read with distrust: what cannot be
//! right of it is left out, and never spoils the rest.
//!
//! A sale is a held order, confirmed by its reference once the money is certain. An answer to a confirmation that was
//! lost is found by asking how the order stands, never by confirming under another reference ([`selling`]); and each
//! order is written down before it is asked for, so that who dies in between leaves it to be found out ([`desk`]).

mod all;
mod breaker;
mod error;
mod flown;
mod guarded;
mod offer;
mod order;

pub mod desk;
pub mod duffel;
pub mod fan_out;
pub mod selling;

use async_trait::async_trait;

pub use all::Suppliers;
pub use error::SupplierError;
pub use guarded::{Guarded, Limits};
pub use offer::{Flight, Offered, OfferedTraveller, SupplierName, Trip};
pub use order::{Buyer, CancelQuote, Order, OrderName, OrderState, Passenger};

/// Searching for what somebody sells, and buying it there. A change is asked for under a key: asked again under the same
/// one it is done once.
#[async_trait]
pub trait Supplier: Send + Sync {
    fn name(&self) -> &SupplierName;

    /// What is offered for a trip, in no order.
    async fn search(&self, trip: &Trip) -> Result<Vec<Offered>, SupplierError>;
    /// The offer as it is now: at another price perhaps.
    async fn reprice(&self, offer: &str) -> Result<Offered, SupplierError>;
    /// Orders an offer, to be paid later. `name` is ours, by which the order is found again.
    async fn hold(&self, offer: &Offered, buyer: &Buyer, name: &OrderName) -> Result<Order, SupplierError>;
    /// Pays a held order; it is ticketed then.
    async fn confirm(&self, order: &Order, name: &OrderName) -> Result<(), SupplierError>;
    /// How an order stands, by the supplier's id.
    async fn status(&self, id: &str) -> Result<Order, SupplierError>;
    /// An order under our name; none where none was made.
    async fn find(&self, name: &OrderName) -> Result<Option<Order>, SupplierError>;
    /// Gives an order back, paid or not. Giving back what was given back is fine.
    async fn cancel(&self, id: &str, name: &OrderName) -> Result<(), SupplierError>;
    /// What comes back for an order that is paid; nothing is cancelled yet.
    async fn quote_cancel(&self, id: &str) -> Result<CancelQuote, SupplierError>;
    /// Cancels as it was quoted; `key` is ours, the same whenever this cancellation is asked for.
    async fn cancel_quoted(&self, quote: &str, key: &str) -> Result<(), SupplierError>;
}
