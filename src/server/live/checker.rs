use std::{sync::Arc, time::Duration};

use domain::{departure::DepartureId, live::Digest};
use tokio::time::{Instant, sleep, timeout_at};

use super::{hub::Hub, relay::Relay, shelf::Shelf};
use crate::postgres::Postgres;

/// How often viewers compare digests and we compare with Postgres.
pub(super) const BEAT: Duration = Duration::from_secs(5);
/// The same while Redis is away and this comparison alone brings other servers' changes.
const SLOW_BEAT: Duration = Duration::from_secs(2);
/// What begins to be watched within this time is compared with one query.
const GATHERING: Duration = Duration::from_millis(20);

/// Compares count and sum of versions of everything watched with Postgres, in one query, and reads again what differs:
/// at every beat, and at once where there is reason to doubt. Ends the subscriptions that nobody needs any more.
pub(super) async fn run(hub: Arc<Hub>, relay: Relay, postgres: Postgres, shelf: Shelf) {
    let mut last_beat = Instant::now();
    loop {
        let beat = if hub.is_slow() { SLOW_BEAT } else { BEAT };
        if timeout_at(last_beat + beat, hub.doubt()).await.is_ok() {
            sleep(GATHERING).await;
            compare(&hub, &postgres, hub.doubted()).await;
            continue;
        }
        last_beat = Instant::now();
        for departure in hub.forget_deserted() {
            relay.unsubscribe(departure);
        }
        compare(&hub, &postgres, hub.digests()).await;
        shelf.keep(&hub.snapshots()).await;
    }
}

async fn compare(hub: &Hub, postgres: &Postgres, ours: Vec<(DepartureId, Digest)>) {
    if ours.is_empty() {
        return;
    }
    let departures: Vec<_> = ours.iter().map(|(departure, _)| *departure).collect();
    match postgres.digests(&departures).await {
        Ok(theirs) => {
            for (departure, digest) in ours {
                if theirs.get(&departure).copied().unwrap_or_default() == digest {
                    hub.believe(departure);
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
}
