//! Live seats: what one visitor picks, every viewer of that departure sees.
//!
//! After a commit the changed seats are published to the viewers of this server at once and, over Redis, to those of
//! all others. Changes are idempotent and may come in any order; a digest of versions every few seconds repairs what was lost.

mod checker;
mod hub;
mod relay;
mod socket;

use std::sync::Arc;

use axum::body::Bytes;
use domain::{
    departure::DepartureId,
    live::{Frame, SeatChange},
};
use tokio::{sync::broadcast, task::JoinSet};

use crate::postgres::{Postgres, StoreError};
use hub::{Hub, Seat};
use relay::Relay;

pub use socket::watch_departure;

/// The channel's server side; clones share one hub.
#[derive(Clone)]
pub struct Live {
    hub: Arc<Hub>,
    relay: Relay,
    postgres: Postgres,
}

impl std::fmt::Debug for Live {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Live")
    }
}

impl Live {
    /// Starts the relay to other servers and the checker that repairs what was lost; both end with the `tasks`.
    pub fn start(postgres: Postgres, redis: redis::Client, tasks: &mut JoinSet<()>) -> Self {
        let hub = Arc::new(Hub::default());
        let relay = Relay::start(hub.clone(), redis, tasks);
        tasks.spawn(checker::run(hub.clone(), postgres.clone()));
        Self { hub, relay, postgres }
    }

    /// Tells everyone who watches that these seats changed. Call it after the commit; it never fails and never waits.
    pub fn publish(&self, changes: &[(DepartureId, SeatChange)]) {
        let mut rest = changes;
        while let Some((departure, _)) = rest.first() {
            let same = rest.iter().take_while(|(other, _)| other == departure).count();
            self.publish_of(*departure, rest[..same].iter().map(|(_, change)| *change).collect());
            rest = &rest[same..];
        }
    }

    /// The same for the seats of one departure.
    pub fn publish_of(&self, departure: DepartureId, seats: Vec<SeatChange>) {
        self.hub.apply(departure, &seats);
        self.relay.publish(departure, Frame::Changes(seats).encode());
    }

    /// Whether other servers' changes come late, because Redis is away.
    pub fn is_slow(&self) -> bool {
        self.hub.is_slow()
    }

    /// Begins to watch: first subscribed, then the picture is read, so that nothing falls between.
    async fn watch(&self, departure: DepartureId) -> Result<(Seat, broadcast::Receiver<Bytes>), StoreError> {
        let (seat, frames, is_new) = self.hub.join(departure, self.relay.clone());
        if is_new {
            self.relay.subscribe(departure).await;
        }
        if !self.hub.is_loaded(departure) {
            let touched = self.postgres.touched(departure).await?;
            self.hub.load(departure, &touched);
        }
        Ok((seat, frames))
    }

    fn snapshot(&self, departure: DepartureId) -> Bytes {
        self.hub.snapshot(departure)
    }
}
