//! Stripe's API as far as `SkyConnect` uses it, so that without a secret key the very same code pays here.
//!
//! No card is charged and no money moves. What the sandbox keeps to is Stripe's public contract: `PaymentIntents`
//! with manual capture, refunds that banks take or send back later, disputes, events by signed webhook (repeated until
//! they are taken), test cards, and idempotency keys whose first answer is replayed for 24 hours, a 500 included. What
//! it leaves out: customers, evidence in disputes, payouts and fees. Without a state file everything is forgotten at
//! the end, and webhooks still to be delivered are forgotten even with one: the caller polls for them.
//!
//! What a payment comes to is chosen by the test card, of which [`Sandbox::pay_by_card`] has a table. What only banks can do
//! later has routes of our own, with the secret key: `POST /sandbox/payment_intents/{id}/expire` and `…/dispute`,
//! `POST /sandbox/disputes/{id}/close` (`outcome=won` or `lost`), `POST /sandbox/refunds/{id}/settle`
//! (`outcome=succeeded` or `failed`). `GET /sandbox/books` is a [`Statement`], and `/sandbox/faults` takes [`Faults`].
//!
//! - `config`: flags and environment
//! - `form`, `error`: what comes in, and how it is refused
//! - `card`, `intent`, `charge`, `refund`, `dispute`, `event`: Stripe's objects and their JSON
//! - `books` with `register`, `opening`, `paying`, `refunding` and `disputing`: all of them together, and what may
//!   happen to them
//! - `idempotency`, `faults`, `webhook`, `settling`: how calls and events go wrong, and how they may not; what comes later
//! - `api`, `routes`, `page`, `script`: the HTTP side, and our stand-in for stripe.js
//! - `cardholder`, `bank`, `statement`: paying, deciding and looking from a test in the same process

#![cfg_attr(test, allow(clippy::unwrap_used))]

use std::future::Future;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

mod api;
mod bank;
mod books;
mod card;
mod cardholder;
mod charge;
pub mod config;
mod dispute;
mod disputing;
mod error;
mod event;
mod faults;
mod form;
mod idempotency;
mod intent;
mod opening;
mod page;
mod paying;
mod refund;
mod refunding;
mod register;
mod routes;
mod script;
mod settling;
mod statement;
pub mod webhook;

pub use config::Config;
pub use disputing::Verdict;
pub use faults::{Chances, Faults, Struck};
pub use refund::RefundEnd;
pub use statement::{DisputeLine, IntentLine, RefundLine, Statement};

use books::Books;
use event::Event;
use faults::Dice;

/// One sandbox: its books, its faults and the webhooks on their way. Clones share them.
#[derive(Clone, Debug)]
pub struct Sandbox(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    config: Config,
    books: Mutex<Books>,
    faults: watch::Sender<Faults>,
    struck: Mutex<Struck>,
    dice: Dice,
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
        let mut books = config.state.as_deref().map(Books::load).transpose()?.unwrap_or_default();
        books.refunds_settle_secs = config.refund_secs;
        let (outgoing, queue) = mpsc::unbounded_channel();
        Ok(Self(Arc::new(Inner {
            struck: Mutex::default(),
            dice: Dice::new(config.seed),
            config,
            books: Mutex::new(books),
            faults: watch::Sender::new(Faults::default()),
            outgoing,
            queue: Mutex::new(Some(queue)),
        })))
    }

    /// Stripe's routes, `/v3` with the script, and `/sandbox/…` for tests. Webhooks go out, and banks answer later, only
    /// under [`Sandbox::serve`].
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
        // Dropped at the end, and with it what runs beside.
        let mut beside = JoinSet::new();
        if let Some(queue) = queue {
            beside.spawn(webhook::deliver(self.clone(), queue));
        }
        beside.spawn(settling::settle(self.clone()));
        axum::serve(listener, self.router()).with_graceful_shutdown(shutdown).await
    }

    /// The faults now planted; counters fall as they are used up.
    pub fn faults(&self) -> Faults {
        self.0.faults.borrow().clone()
    }

    /// Replaces the planted faults. Calls and webhooks that were held back go on if the new faults let them.
    pub fn set_faults(&self, faults: Faults) {
        self.0.faults.send_replace(faults);
    }

    /// How often each fault struck since the sandbox began.
    pub fn struck(&self) -> Struck {
        self.0.struck.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn count(&self, count: impl FnOnce(&mut Struck)) {
        count(&mut self.0.struck.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Does something to the books and hands the events of it to the webhook.
    fn change<T>(&self, act: impl FnOnce(&mut Books) -> T) -> T {
        let mut books = self.books();
        let result = act(&mut books);
        for event in books.untold.drain(..) {
            if self.0.config.webhook_url.is_some() {
                // Without a running `serve` there is nobody to deliver, and nothing to lose.
                let _ = self.0.outgoing.send(event);
            }
        }
        result
    }

    /// Writes the books to their file, if they have one.
    fn keep(&self) {
        if let Some(file) = &self.0.config.state
            && let Err(fault) = self.books().save(file)
        {
            tracing::error!(%fault, file = %file.display(), "the state file cannot be written");
        }
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
