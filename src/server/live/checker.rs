use std::{sync::Arc, time::Duration};

use tokio::time::{Instant, sleep_until};

use super::hub::Hub;
use crate::postgres::Postgres;

/// How often viewers compare digests and we compare with Postgres.
const BEAT: Duration = Duration::from_secs(5);
/// The same while Redis is away and this comparison alone brings other servers' changes.
const SLOW_BEAT: Duration = Duration::from_secs(2);

/// Compares count and sum of versions of everything watched with Postgres, in one query, and reads again what differs.
pub(super) async fn run(hub: Arc<Hub>, postgres: Postgres) {
    loop {
        let beat = if hub.is_slow() { SLOW_BEAT } else { BEAT };
        sleep_until(Instant::now() + beat).await;
        let ours = hub.digests();
        if ours.is_empty() {
            continue;
        }
        let departures: Vec<_> = ours.iter().map(|(departure, _)| *departure).collect();
        match postgres.digests(&departures).await {
            Ok(theirs) => {
                for (departure, digest) in ours {
                    if theirs.get(&departure).copied().unwrap_or_default() == digest {
                        continue;
                    }
                    match postgres.touched(departure).await {
                        Ok(touched) => hub.load(departure, &touched),
                        Err(error) => tracing::warn!(%departure, %error, "seats cannot be read again"),
                    }
                }
            }
            Err(error) => tracing::warn!(%error, "seats cannot be compared"),
        }
        hub.beat();
    }
}
