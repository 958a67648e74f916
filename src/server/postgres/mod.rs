//! All SQL, one file per noun. Postgres is the truth: what a rule needs to hold under load stands in its constraints.

mod authorisations;
mod availability;
mod balances;
mod bookings;
mod called_off;
mod cancellation_view;
mod cancellations;
mod cases;
mod disputes;
mod events;
mod giving_back;
mod hold_view;
mod holds;
mod idempotency;
mod ledger;
mod letters;
mod lines;
mod money;
mod order_view;
mod orders;
mod outbox;
mod outside;
mod outside_cancelling;
mod paying_otherwise;
mod payments;
mod pool;
mod promotions;
mod purchases;
mod realm;
mod reconciling;
mod refunds;
mod retaking;
mod sales;
mod schedules;
mod seat_charges;
mod seat_needs;
mod seats;
mod supplier_orders;
mod takes;
mod taking_classes;
mod timeline;
mod tokens;
mod travellers;
mod trips;
mod twins;
mod unwinding;
mod webhooks;

use std::{str::FromStr, sync::Arc};

use sqlx::{
    Connection as _, PgConnection, PgPool,
    error::DatabaseError,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use tokio::sync::Semaphore;

use crate::{jobs::Wakeups, patience, terms::Terms};
use lines::Lines;
use pool::{Pool, Tx};

pub use bookings::TicketOutcome;
pub use cancellation_view::CancellationRecord;
pub use cancellations::{CancelRefusal, Confirmed};
pub use cases::{CaseKind, CaseRow};
pub use events::OpenEvent;
pub use hold_view::{HoldRecord, TravellerRecord};
pub use holds::{Account, Claim, EndAs, TakeRefusal};
pub use idempotency::{ANSWERED, Kept, Once};
pub use letters::{LetterRecord, LetterTicket};
pub use order_view::{OrderCancellationRow, OrderFilter, OrderRecord};
pub use orders::{KnownOrder, OrderRefusal, PlacedOrder};
pub use outbox::{Errand, Kind, Letter, ParkedErrand, Step};
pub use outside::{Confirming, OFFER_USED, WAITS_FOR_ANSWER};
pub use outside_cancelling::OutsideTrip;
pub use paying_otherwise::{NotPaid, OtherWay};
pub use payments::{PaymentRow, StartRefusal};
pub use reconciling::{OwnDifference, PaymentBooks};
pub use refunds::RefundRow;
pub use schedules::{ImportRefusal, Into};
pub use seat_charges::{SeatCharges, SeatsGiven, charges_of};
pub use seat_needs::{LapSeat, Laps};
pub use seats::{Pick, PickAnswer};
pub use supplier_orders::SupplierOrder;
pub use takes::{TakeAnswer, Taking};
pub use timeline::Moment;
pub use tokens::{TokenLine, TokenRow};
pub use travellers::NamedTraveller;
pub use trips::{CouponRecord, Opening, TicketRecord, TripRecord};
pub use webhooks::{DeliveryRow, EndpointRow, Telling};

/// The store. Every wait in it is bounded, as `patience` says: for a connection, for a lock, for an answer.
#[derive(Clone, Debug)]
pub struct Postgres {
    pool: Pool,
    /// A few connections apart, so that errands and requests never wait for each other's.
    jobs_pool: Pool,
    /// Those of the batchers. They wait shortly for a lock: whoever holds it must not keep a whole batch waiting.
    batches: Arc<Lines>,
    /// Turns of those who sit down with an infant.
    laps: Arc<Semaphore>,
    terms: Terms,
    wakeups: Arc<Wakeups>,
}

/// Postgres did not answer, or not as it should. Nothing is known to have been done.
#[derive(Debug, thiserror::Error)]
#[error("postgres: {0}")]
pub struct StoreError(#[from] pub sqlx::Error);

impl StoreError {
    /// The named constraint that refused the statement, if one did.
    pub fn constraint(&self) -> Option<&str> {
        self.0.as_database_error().and_then(|e| e.constraint())
    }

    /// Whether it is certain that nothing was done: the statement was refused, or never sent. A server that was told to
    /// stop (class 57P) may have committed before it said so.
    pub fn is_undone(&self) -> bool {
        match &self.0 {
            sqlx::Error::Database(error) => !error.code().is_some_and(|code| code.starts_with("57P")),
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => true,
            _ => false,
        }
    }

    /// Whether the statement lost a deadlock: a fault of ours, but safe to run again.
    pub fn is_deadlock(&self) -> bool {
        self.0.as_database_error().and_then(DatabaseError::code).is_some_and(|code| code == "40P01")
    }
}

const CONNECTIONS: u32 = 32;
const JOB_CONNECTIONS: u32 = 8;
/// Each keeps a connection while it waits for its turn and picks by another one.
const LAPS_AT_ONCE: usize = 4;
const DEADLOCK_TRIES: u32 = 3;

impl Postgres {
    /// Connects and brings the schema up to date; servers that start at once wait for each other under the migrator's lock.
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        let options = PgConnectOptions::from_str(url)?;
        // Migrations may take longer than any request, so their connection is not bounded.
        let mut migrating = PgConnection::connect_with(&options).await?;
        let migrated = sqlx::migrate!("../../migrations").run(&mut migrating).await;
        migrated.map_err(|e| sqlx::Error::Migrate(Box::new(e)))?;
        #[cfg(feature = "plant")]
        crate::plants::plant(&mut migrating).await?;
        migrating.close().await?;
        let pool = Self::pool(CONNECTIONS).connect_with(Self::bounded(options.clone())).await?;
        let jobs_pool = Self::pool(JOB_CONNECTIONS).connect_with(Self::bounded(options.clone())).await?;
        Ok(Self { jobs_pool: Pool::new(jobs_pool), ..Self::over(pool) })
    }

    /// Over a pool that someone else made and migrated, as tests do.
    pub fn over(pool: PgPool) -> Self {
        let batches = Lines::new(Self::bounded(PgConnectOptions::clone(&pool.connect_options())));
        let pool = Pool::new(pool);
        Self {
            jobs_pool: pool.clone(),
            batches: Arc::new(batches),
            laps: Arc::new(Semaphore::new(LAPS_AT_ONCE)),
            pool,
            terms: Terms::default(),
            wakeups: Arc::default(),
        }
    }

    #[must_use]
    pub fn with_terms(self, terms: Terms) -> Self {
        Self { terms, ..self }
    }

    /// The same store over the connections that are the jobs' own.
    #[must_use]
    pub fn for_jobs(&self) -> Self {
        Self { pool: self.jobs_pool.clone(), ..self.clone() }
    }

    pub(crate) fn terms(&self) -> Terms {
        self.terms
    }

    /// Tells this server's workers that an errand was committed, so that it does not wait for the next look.
    pub fn wake_workers(&self) {
        self.wakeups.wake();
    }

    pub(crate) fn wakeups(&self) -> Arc<Wakeups> {
        self.wakeups.clone()
    }

    /// How connections are kept; for tests that want more of them than a server.
    pub fn pool(connections: u32) -> PgPoolOptions {
        pool::options(connections)
    }

    /// Options whose sessions give up instead of waiting without end.
    pub fn bounded(options: PgConnectOptions) -> PgConnectOptions {
        options.application_name("skyconnect").options([
            ("statement_timeout", patience::STATEMENT.as_millis()),
            ("lock_timeout", patience::LOCK.as_millis()),
            ("idle_in_transaction_session_timeout", patience::IDLE_TRANSACTION.as_millis()),
        ])
    }

    pub async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query_scalar!(r#"select 1 as "one!""#).fetch_one(&self.pool).await?;
        Ok(())
    }

    pub async fn close(&self) {
        self.pool.close().await;
        self.jobs_pool.close().await;
        self.batches.close();
    }
}

/// Runs a transaction again that lost a deadlock: a few times, and each is reported, since our lock order forbids them.
async fn again_after_deadlock<T, E, F>(mut transaction: impl FnMut() -> F) -> Result<T, E>
where
    F: Future<Output = Result<T, E>>,
    E: AsStoreError,
{
    for _ in 1..DEADLOCK_TRIES {
        match transaction().await {
            Err(error) if error.as_store_error().is_some_and(StoreError::is_deadlock) => {
                tracing::error!("a transaction lost a deadlock and runs again");
            }
            done => return done,
        }
    }
    transaction().await
}

trait AsStoreError {
    fn as_store_error(&self) -> Option<&StoreError>;
}

impl AsStoreError for StoreError {
    fn as_store_error(&self) -> Option<&StoreError> {
        Some(self)
    }
}
