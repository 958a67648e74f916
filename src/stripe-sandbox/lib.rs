//! Stripe's API as far as `SkyConnect` uses it, so that without a secret key the very same code pays here.
//!
//! No card is charged and no money moves. What the sandbox keeps to is Stripe's public contract: `PaymentIntents`
//! with manual capture, refunds, events by signed webhook, test cards, and idempotency keys whose first answer is
//! replayed for 24 hours, a 500 included. What it leaves out: customers, disputes, payouts and fees. Without a
//! state file everything is forgotten at the end, and webhooks still to be delivered are forgotten even with one:
//! the caller polls for them.
//!
//! - `config`: flags and environment
//! - `form`, `error`: what comes in, and how it is refused
//! - `card`, `intent`, `charge`, `refund`, `event`: Stripe's objects and their JSON
//! - `books` with `opening`, `paying` and `refunding`: all of them together, and what may happen to them
//! - `idempotency`, `faults`, `webhook`: how calls and events go wrong, and how they may not
//! - `api`, `routes`, `script`: the HTTP side, and our stand-in for stripe.js
//! - `cardholder`: paying from a test in the same process

#![cfg_attr(test, allow(clippy::unwrap_used))]

use std::future::Future;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};

mod api;
mod books;
mod card;
mod cardholder;
mod charge;
pub mod config;
mod error;
mod event;
mod faults;
mod form;
mod idempotency;
mod intent;
mod opening;
mod paying;
mod refund;
mod refunding;
mod routes;
mod script;
pub mod webhook;

pub use config::Config;
pub use faults::Faults;

use books::Books;
use event::Event;

/// One sandbox: its books, its faults and the webhooks on their way. Clones share them.
#[derive(Clone, Debug)]
pub struct Sandbox(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    config: Config,
    books: Mutex<Books>,
    faults: watch::Sender<Faults>,
    outgoing: mpsc::UnboundedSender<Event>,
    // Taken by the first call of `serve`, the only reader.
    queue: Mutex<Option<mpsc::UnboundedReceiver<Event>>>,
}

impl Sandbox {
    /// A sandbox with the books of the configured state file, or empty ones.
    ///
    /// # Errors
    /// The state file exists and cannot be read.
    pub fn new(config: Config) -> io::Result<Self> {
        let books = config.state.as_deref().map(Books::load).transpose()?.unwrap_or_default();
        let (outgoing, queue) = mpsc::unbounded_channel();
        Ok(Self(Arc::new(Inner {
            config,
            books: Mutex::new(books),
            faults: watch::Sender::new(Faults::default()),
            outgoing,
            queue: Mutex::new(Some(queue)),
        })))
    }

    /// Stripe's routes, `/v3` with the script, and `/sandbox/…` for tests. Webhooks go out only under [`Sandbox::serve`].
    pub fn router(&self) -> Router {
        api::router(self.clone())
    }

    /// Answers on `listener` and delivers webhooks until `shutdown` resolves.
    ///
    /// # Errors
    /// The listener fails.
    pub async fn serve(
        self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        let queue = self.0.queue.lock().unwrap_or_else(PoisonError::into_inner).take();
        let delivery = queue.map(|queue| tokio::spawn(webhook::deliver(self.clone(), queue)));
        let served = axum::serve(listener, self.router()).with_graceful_shutdown(shutdown).await;
        if let Some(delivery) = delivery {
            delivery.abort();
        }
        served
    }

    /// The faults now planted; counters fall as they are used up.
    pub fn faults(&self) -> Faults {
        self.0.faults.borrow().clone()
    }

    /// Replaces the planted faults. Calls and webhooks that were held back go on if the new faults let them.
    pub fn set_faults(&self, faults: Faults) {
        self.0.faults.send_replace(faults);
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        // A panic in a handler must not take the sandbox down with it.
        self.0.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Serves a new sandbox on `listener` until `shutdown` resolves.
///
/// # Errors
/// The state file cannot be read, or the listener fails.
pub async fn run(
    listener: TcpListener,
    config: Config,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    Sandbox::new(config)?.serve(listener, shutdown).await
}
