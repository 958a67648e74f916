use std::{
    num::NonZeroU32,
    sync::Arc,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use governor::{
    DefaultDirectRateLimiter, Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
};
use tokio::time::{sleep, timeout};

use super::{
    Buyer, CancelQuote, Offered, Order, OrderName, Supplier, SupplierError, SupplierName, Trip,
    breaker::Breaker,
};

/// How long a sale waits for its turn.
const LONGEST_TURN: Duration = Duration::from_secs(3);

/// What a supplier is spared, and how long it is waited for.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How often it may be asked, on average and at once.
    pub asks_per_sec: NonZeroU32,
    /// For one question with all its tries.
    pub patience: Duration,
}

impl Limits {
    /// What no supplier minds.
    pub const USUAL: Self = Self {
        asks_per_sec: NonZeroU32::new(2).expect("two is not zero"),
        patience: Duration::from_secs(15),
    };
}

/// A supplier that is asked no more often than it allows, is not waited for beyond patience, and is left alone while it
/// fails. Looking how an order stands is always allowed: a sale hangs on it.
pub struct Guarded {
    supplier: Arc<dyn Supplier>,
    rate: DefaultDirectRateLimiter,
    breaker: Breaker,
    patience: Duration,
}

impl Guarded {
    pub fn new(supplier: Arc<dyn Supplier>, limits: Limits) -> Self {
        Self {
            supplier,
            rate: RateLimiter::direct(Quota::per_second(limits.asks_per_sec)),
            breaker: Breaker::default(),
            patience: limits.patience,
        }
    }

    /// Whether it is left alone now.
    pub fn is_resting(&self) -> bool {
        self.breaker.is_resting()
    }

    /// Asks where limit and breaker allow it.
    async fn ask<T>(
        &self,
        question: impl Future<Output = Result<T, SupplierError>> + Send,
    ) -> Result<T, SupplierError> {
        self.rate.check().map_err(|not_yet| SupplierError::Busy {
            retry_after: not_yet.wait_time_from(DefaultClock::default().now()),
        })?;
        self.ask_now(question).await
    }

    /// A sale waits for its turn, which searches may have taken: a traveller waits for the answer, and what was paid for
    /// must not look as if it were unclear.
    async fn ask_in_turn<T>(
        &self,
        question: impl Future<Output = Result<T, SupplierError>> + Send,
    ) -> Result<T, SupplierError> {
        let turn = async {
            while let Err(not_yet) = self.rate.check() {
                sleep(not_yet.wait_time_from(DefaultClock::default().now())).await;
            }
        };
        timeout(LONGEST_TURN, turn).await.map_err(|_| SupplierError::Busy { retry_after: LONGEST_TURN })?;
        self.ask_now(question).await
    }

    async fn ask_now<T>(
        &self,
        question: impl Future<Output = Result<T, SupplierError>> + Send,
    ) -> Result<T, SupplierError> {
        if !self.breaker.may_ask(Instant::now()) {
            return Err(SupplierError::Away);
        }
        self.wait_for(question).await
    }

    async fn wait_for<T>(
        &self,
        question: impl Future<Output = Result<T, SupplierError>> + Send,
    ) -> Result<T, SupplierError> {
        let mut asking = Asking { breaker: &self.breaker, has_ended: false };
        let answer =
            timeout(self.patience, question).await.unwrap_or(Err(SupplierError::Unclear("too late")));
        asking.has_ended = true;
        match &answer {
            Err(error) if error.is_failure() => {
                tracing::warn!(supplier = %self.name(), %error, "a supplier fails");
                self.breaker.failed(Instant::now());
            }
            _ => self.breaker.went_well(),
        }
        answer
    }
}

/// Tells the breaker of whoever does not wait for the end.
struct Asking<'a> {
    breaker: &'a Breaker,
    has_ended: bool,
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        if !self.has_ended {
            self.breaker.given_up();
        }
    }
}

impl std::fmt::Debug for Guarded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Guarded").field(self.name()).finish()
    }
}

#[async_trait]
impl Supplier for Guarded {
    fn name(&self) -> &SupplierName {
        self.supplier.name()
    }

    async fn search(&self, trip: &Trip) -> Result<Vec<Offered>, SupplierError> {
        self.ask(self.supplier.search(trip)).await
    }

    async fn reprice(&self, offer: &str) -> Result<Offered, SupplierError> {
        self.ask_in_turn(self.supplier.reprice(offer)).await
    }

    async fn hold(&self, offer: &Offered, buyer: &Buyer, name: &OrderName) -> Result<Order, SupplierError> {
        self.ask_in_turn(self.supplier.hold(offer, buyer, name)).await
    }

    async fn confirm(&self, order: &Order, name: &OrderName) -> Result<(), SupplierError> {
        self.ask_in_turn(self.supplier.confirm(order, name)).await
    }

    async fn status(&self, id: &str) -> Result<Order, SupplierError> {
        self.wait_for(self.supplier.status(id)).await
    }

    async fn find(&self, name: &OrderName) -> Result<Option<Order>, SupplierError> {
        self.wait_for(self.supplier.find(name)).await
    }

    async fn cancel(&self, id: &str, name: &OrderName) -> Result<(), SupplierError> {
        self.ask_in_turn(self.supplier.cancel(id, name)).await
    }

    async fn quote_cancel(&self, id: &str) -> Result<CancelQuote, SupplierError> {
        self.ask_in_turn(self.supplier.quote_cancel(id)).await
    }

    async fn cancel_quoted(&self, quote: &str, key: &str) -> Result<(), SupplierError> {
        self.ask_in_turn(self.supplier.cancel_quoted(quote, key)).await
    }
}
