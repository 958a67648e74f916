//! What the pages need done; the server implements it.

mod caller;
mod checkout;
mod search;
mod seats;
mod trips;

use std::sync::Arc;

pub use caller::{Caller, Key, KeyError, Visitor};
pub use checkout::{Agreed, Checkout, CheckoutError};
pub use search::{Search, SearchError};
pub use seats::{HoldError, PickError, Seats};
pub use trips::{CancelError, TripError, Trips};

/// Everything behind the pages, in each request's context.
#[derive(Clone)]
pub struct Ports {
    pub search: Arc<dyn Search>,
    pub seats: Arc<dyn Seats>,
    pub checkout: Arc<dyn Checkout>,
    pub trips: Arc<dyn Trips>,
}

impl std::fmt::Debug for Ports {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ports")
    }
}
