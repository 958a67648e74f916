//! Live seats: what one visitor picks, every viewer of that departure sees.
//!
//! After a commit the changed seats are published to the viewers of this server at once and, over Redis, to those of
//! all others. Changes are idempotent and may come in any order; a digest of versions every few seconds repairs what was lost.
//! Viewers are told over a WebSocket, as server-sent events, or ask from time to time.

mod bounds;
mod checker;
mod crowd;
mod door;
mod geometry;
mod heart;
mod hub;
mod manners;
mod poll;
mod pulse;
mod relay;
mod shelf;
mod socket;
mod stream;
mod told;
mod viewer;
mod watched;

use std::{net::IpAddr, sync::Arc};

use domain::{
    departure::DepartureId,
    live::{Frame, SeatChange, SeatPicture},
};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::postgres::{Postgres, StoreError};
use crowd::{Crowd, Full, Place};
use hub::Hub;
use poll::Polls;
use relay::Relay;
use shelf::Shelf;
use viewer::Viewer;

pub use bounds::Bounds;
pub use geometry::geometry;
pub use poll::poll_seats;
pub use socket::watch_departure;
pub use stream::stream_departure;

/// The channel's server side; clones share one hub.
#[derive(Clone)]
pub struct Live {
    hub: Arc<Hub>,
    relay: Relay,
    shelf: Shelf,
    postgres: Postgres,
    crowd: Crowd,
    polls: Polls,
    bounds: Bounds,
}

impl std::fmt::Debug for Live {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Live")
    }
}

/// Why nobody can watch now.
#[derive(Debug, thiserror::Error)]
enum WatchError {
    #[error("the server stops")]
    Stopping,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Live {
    /// Starts the relay to other servers and the checker that repairs what was lost; both end with the `tasks`. `realm`
    /// tells this site's seats from those of others in the same Redis.
    pub fn start(
        postgres: Postgres,
        redis: redis::Client,
        realm: Uuid,
        bounds: Bounds,
        tasks: &mut JoinSet<()>,
    ) -> Self {
        let hub = Arc::new(Hub::default());
        let shelf = Shelf::new(redis.clone(), realm);
        let relay = Relay::start(hub.clone(), redis, realm, tasks);
        tasks.spawn(checker::run(hub.clone(), relay.clone(), postgres.clone(), shelf.clone()));
        tasks.spawn(pulse::run(hub.clone()));
        let polls = Polls::start(tasks);
        Self { hub, relay, shelf, postgres, crowd: Crowd::new(bounds), polls, bounds }
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

    /// Those who watch on this server.
    pub fn viewers(&self) -> usize {
        self.hub.viewers()
    }

    /// Sends all viewers to another server, since this one stops.
    pub fn close(&self) {
        self.hub.close();
    }

    fn enter(&self, visitor: Option<Uuid>, address: IpAddr) -> Result<Place, Full> {
        self.crowd.enter(visitor, address)
    }

    /// Begins to watch. Of all who come at once, one reads the picture.
    async fn watch(&self, departure: DepartureId, place: Place) -> Result<Viewer, WatchError> {
        let joined = self.hub.join(departure).ok_or(WatchError::Stopping)?;
        joined.loading.get_or_try_init(|| self.begin(departure)).await?;
        Ok(Viewer::new(self.hub.clone(), departure, joined, place))
    }

    /// First subscribed, then the picture is read, so that nothing falls between.
    async fn begin(&self, departure: DepartureId) -> Result<(), StoreError> {
        self.relay.subscribe(departure).await;
        if let Some(kept) = self.shelf.picture(departure).await {
            self.hub.load_unchecked(departure, &kept);
            return Ok(());
        }
        self.hub.load(departure, &self.postgres.touched(departure).await?);
        if let Some(snapshot) = self.hub.snapshot(departure) {
            self.shelf.keep(&[(departure, snapshot)]).await;
        }
        Ok(())
    }

    /// The picture for whoever only asks for it: as it is where it is watched here, some seconds old at most where others
    /// have kept it.
    async fn picture(&self, departure: DepartureId) -> Result<SeatPicture, StoreError> {
        if let Some(watched) = self.hub.picture(departure) {
            return Ok(watched);
        }
        if let Some(kept) = self.shelf.picture(departure).await {
            return Ok(kept.into());
        }
        let touched = self.postgres.touched(departure).await?;
        let snapshot = told::Told::of(&Frame::Snapshot(touched.clone()));
        self.shelf.keep(&[(departure, snapshot)]).await;
        Ok(touched.into())
    }
}
