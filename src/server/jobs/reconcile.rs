use std::time::Duration;

use tokio::time::sleep;

use crate::{postgres::Postgres, reconciling::Reconciling, site::Site};

/// How often this server asks whether it is its turn.
const PAUSE: Duration = Duration::from_secs(20);

/// What is compared, how often, and how far back: of late often, all that Stripe may still change once in a while.
const ROUNDS: [(&str, Duration, Duration); 2] = [
    ("reconcile", Duration::from_mins(5), Duration::from_hours(2)),
    (ALL, Duration::from_hours(2), Duration::from_hours(24 * 30)),
];

/// The round that also looks for what webhooks did not tell of older payments.
const ALL: &str = "reconcile all";

/// Compares for ever, on one server at a time. Nothing bounds a round but its calls, each of which is bounded.
pub(super) async fn work(site: &Site) {
    let reconciling = Reconciling::new(site.postgres.clone(), site.paying.stripe.clone());
    loop {
        for (job, every, window) in ROUNDS {
            if is_due(&site.postgres, job, every).await {
                if job == ALL
                    && let Err(error) = reconciling.catch_up(window).await
                {
                    tracing::warn!(%error, "disputes and refunds were not all looked at; the next round tries again");
                }
                match reconciling.reconcile(window).await {
                    Ok(report) => tracing::info!(
                        payments = report.payments,
                        differences = report.differences.len(),
                        new = report.new,
                        "reconciled"
                    ),
                    Err(error) => tracing::warn!(%error, "not reconciled; the next round tries again"),
                }
            }
        }
        sleep(PAUSE).await;
    }
}

async fn is_due(postgres: &Postgres, job: &str, every: Duration) -> bool {
    postgres.take_turn(job, every.as_secs_f64()).await.unwrap_or_else(|error| {
        tracing::warn!(%error, "turns cannot be taken");
        false
    })
}
