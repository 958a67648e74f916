//! What happens without anyone asking: every server runs all of it, and the database keeps them apart.

mod lanes;

mod cancel;
mod capture;
mod confirm;
mod letters;
mod refund;
mod refusal;
mod void;
mod webhooks;

mod cancelled;
mod events;
mod keys;
mod outside;
mod reconcile;
mod sweeper;
mod watch;

pub use cancelled::go_on as go_on_cancelling;
pub use events::handle_events;
pub use lanes::{Wakeups, perform, run_errand, run_next};
pub use watch::ask_for_pending_refunds;
pub use webhooks::sign as sign_webhook;

use std::time::Duration;

use jiff::Timestamp;
use tokio::{
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{limits, patience, searching::WARM_EVERY, site::Site};

/// Starts every job; they end with the `tasks`.
pub fn start(site: &Site, tasks: &mut JoinSet<()>) {
    let site = &site.for_jobs();
    lanes::start(site, tasks);
    let jobs = site.clone();
    tasks.spawn(async move {
        every(Duration::from_secs(3), || sweeper::sweep(&jobs)).await;
    });
    let jobs = site.clone();
    tasks.spawn(async move {
        events::work(&jobs).await;
    });
    let jobs = site.clone();
    tasks.spawn(async move {
        every(Duration::from_secs(2), || cancelled::go_on(&jobs)).await;
    });
    let jobs = site.clone();
    tasks.spawn(async move {
        every(Duration::from_secs(5), || watch::ask_for_quiet_payments(&jobs)).await;
    });
    let jobs = site.clone();
    tasks.spawn(async move {
        every(Duration::from_secs(5), || watch::ask_for_pending_refunds(&jobs)).await;
    });
    let jobs = site.clone();
    tasks.spawn(async move {
        every(Duration::from_secs(5), || outside::find_out(&jobs)).await;
    });
    let jobs = site.clone();
    tasks.spawn(async move { reconcile::work(&jobs).await });
    let jobs = site.clone();
    tasks.spawn(async move {
        every(WARM_EVERY, || async { _ = jobs.searching.warm(Timestamp::now()).await }).await;
    });
    let limits = site.limits.clone();
    tasks.spawn(async move {
        // Addresses that have been quiet need no memory.
        every(Duration::from_mins(1), || async { limits::forget_idle(&limits) }).await;
    });
    let jobs = site.clone();
    tasks.spawn(async move {
        every(Duration::from_mins(1), || keys::forget(&jobs)).await;
    });
    let jobs = site.clone();
    tasks.spawn(async move {
        every(Duration::from_secs(5), || watch::renew_timetable(&jobs)).await;
    });
}

/// Runs a job for ever, with a pause after each run, so that runs never pile up.
async fn every<F: Future<Output = ()>>(pause: Duration, mut job: impl FnMut() -> F) {
    loop {
        if timeout(patience::JOB, job()).await.is_err() {
            tracing::error!("a job did not end in time and starts again");
        }
        sleep(pause).await;
    }
}
