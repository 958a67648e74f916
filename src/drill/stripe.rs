//! The Stripe sandbox in our own process: its faults are planted here, and its books are read at the end.

use std::{
    io,
    net::SocketAddr,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use stripe_sandbox::{Config, Faults, Sandbox, Statement, Struck};
use tokio::{net::TcpListener, task::JoinHandle};

pub const WEBHOOK_SECRET: &str = "whsec_drill";
const FIRST_REPETITION: Duration = Duration::from_millis(500);

/// Dropping it ends it.
#[derive(Debug)]
pub struct Stripe {
    pub address: SocketAddr,
    sandbox: Sandbox,
    faults: Mutex<()>,
    task: JoinHandle<()>,
}

impl Stripe {
    /// # Errors
    /// The address cannot be listened on.
    pub async fn start(address: SocketAddr, webhook_url: String) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let sandbox = Sandbox::new(Config {
            webhook_url: Some(webhook_url),
            webhook_secret: WEBHOOK_SECRET.into(),
            webhook_backoff: FIRST_REPETITION,
            ..Config::default()
        })?;
        let serving = sandbox.clone().serve(listener, std::future::pending());
        let task = tokio::spawn(async move {
            let _ = serving.await;
        });
        Ok(Self { address, sandbox, faults: Mutex::default(), task })
    }

    /// Changes the planted faults; others stay.
    pub fn plant(&self, change: impl FnOnce(&mut Faults)) {
        let _alone = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        let mut faults = self.sandbox.faults();
        change(&mut faults);
        self.sandbox.set_faults(faults);
    }

    pub fn faults(&self) -> Faults {
        self.sandbox.faults()
    }

    /// How often planted faults really met something.
    pub fn struck(&self) -> Struck {
        self.sandbox.struck()
    }

    /// Stripe's own books.
    pub fn statement(&self) -> Statement {
        self.sandbox.statement()
    }
}

impl Drop for Stripe {
    fn drop(&mut self) {
        self.task.abort();
    }
}
