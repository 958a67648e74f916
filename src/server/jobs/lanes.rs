//! Errands: calls to the outside that must follow a commit. Errands of one booking and kind are a lane, done in their
//! order; several workers on several servers take them, each once.

use std::time::Duration;

use tokio::{sync::Notify, task::JoinSet, time::timeout};

use super::{cancel, capture, confirm, letters, refund, refusal::again_or_park, void, webhooks};
use crate::{
    postgres::{Errand, Kind, Step, StoreError},
    site::Site,
};

/// Letters have workers of their own: a mail server that hangs must not hold up captures; nor must partners' programs, nor
/// suppliers.
const WORKERS: [(Kind, usize); 3] = [(Kind::Money, 6), (Kind::Mail, 2), (Kind::Partner, 4)];

/// How long a worker sleeps when nothing is due and nobody wakes it: errands that other servers wrote, or that were put
/// off, are found by looking.
const PAUSE: Duration = Duration::from_millis(500);

/// Wakes this server's workers. A wake-up that finds nobody asleep is kept for the next who lies down.
#[derive(Debug, Default)]
pub struct Wakeups {
    money: Notify,
    mail: Notify,
    partner: Notify,
    events: Notify,
}

impl Wakeups {
    pub fn wake(&self) {
        self.money.notify_one();
        self.mail.notify_one();
        self.partner.notify_one();
    }

    /// A webhook event was stored.
    pub fn wake_events(&self) {
        self.events.notify_one();
    }

    pub(super) fn events(&self) -> &Notify {
        &self.events
    }

    fn of(&self, kind: Kind) -> &Notify {
        match kind {
            Kind::Money => &self.money,
            Kind::Mail => &self.mail,
            Kind::Partner => &self.partner,
        }
    }
}

/// Starts the workers; they end with the `tasks`.
pub(super) fn start(site: &Site, tasks: &mut JoinSet<()>) {
    for (kind, workers) in WORKERS {
        if kind == Kind::Mail && site.mail.is_none() {
            // Letters wait in the outbox until mail is set up.
            continue;
        }
        for _ in 0..workers {
            let site = site.clone();
            tasks.spawn(async move { work(&site, kind).await });
        }
        // One look for all of them: whoever finds something wakes the next.
        let wakeups = site.postgres.wakeups();
        tasks.spawn(async move {
            loop {
                tokio::time::sleep(PAUSE).await;
                wakeups.of(kind).notify_one();
            }
        });
    }
}

async fn work(site: &Site, kind: Kind) {
    let wakeups = site.postgres.wakeups();
    loop {
        match run_next(site, kind).await {
            Ok(true) => {}
            Ok(false) => wakeups.of(kind).notified().await,
            Err(error) => {
                tracing::warn!(%error, "errands cannot be read or closed");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// Leases one due errand of any kind and does it. Tells whether there was one.
pub async fn run_errand(site: &Site) -> Result<bool, StoreError> {
    for kind in [Kind::Money, Kind::Mail, Kind::Partner] {
        if run_next(site, kind).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Leases one due errand of that kind and does it. Tells whether there was one.
pub async fn run_next(site: &Site, kind: Kind) -> Result<bool, StoreError> {
    let Some(errand) = site.postgres.lease_errand(kind).await? else { return Ok(false) };
    // Where one is, there may be more.
    site.postgres.wakeups().of(kind).notify_one();
    // In a task of its own, so that a fault in one errand does not end the worker: it is tried again, and parked like
    // any other that keeps failing.
    let task = tokio::spawn({
        let (site, errand) = (site.clone(), errand.clone());
        async move { timeout(site.postgres.terms().lease, perform(&site, &errand)).await }
    });
    match task.await {
        Ok(Ok(done)) => done?,
        // Something outside is slow: it is waited for without end.
        Ok(Err(_)) => site.postgres.put_off(&errand, "it took longer than its lease", None).await?,
        Err(_) => put_off_fault(site, &errand, "the program failed").await?,
    }
    Ok(true)
}

/// Does an errand that was leased.
pub async fn perform(site: &Site, errand: &Errand) -> Result<(), StoreError> {
    match errand.step {
        Step::Capture => capture::capture(site, errand).await,
        Step::Void => void::void(site, errand).await,
        Step::Refund => refund::refund(site, errand).await,
        Step::Mail(letter) => letters::send(site, errand, letter).await,
        Step::Webhook => webhooks::tell(site, errand).await,
        Step::Confirm => confirm::confirm(site, errand).await,
        Step::Cancel => cancel::cancel(site, errand).await,
    }
}

async fn put_off_fault(site: &Site, errand: &Errand, why: &str) -> Result<(), StoreError> {
    tracing::error!(errand = errand.id, booking = %errand.booking, step = errand.step.as_str(), why, "an errand failed");
    again_or_park(site, errand, why).await
}
