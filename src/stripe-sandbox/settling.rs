//! The banks that answer a refund later.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use crate::Sandbox;
use crate::api::now_unix;

const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Settles refunds as they fall due, for as long as it is polled.
pub(crate) async fn settle(sandbox: Sandbox) {
    let mut look = interval(LOOK_EVERY);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        look.tick().await;
        if sandbox.change(|books| books.settle_due_refunds(now_unix())) {
            sandbox.keep();
        }
    }
}
