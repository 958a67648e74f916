use std::sync::Arc;

use domain::{departure::DepartureId, live::Frame};
use tokio::sync::broadcast::{self, error::RecvError};

use super::{
    crowd::Place,
    hub::{Hub, Joined, Seat},
    told::Told,
};

/// One viewer of a departure, whichever way it is told. Dropping it leaves.
pub(super) struct Viewer {
    hub: Arc<Hub>,
    departure: DepartureId,
    frames: broadcast::Receiver<Arc<Told>>,
    _seat: Seat,
    _place: Place,
}

impl Viewer {
    pub fn new(hub: Arc<Hub>, departure: DepartureId, joined: Joined, place: Place) -> Self {
        Self { hub, departure, frames: joined.frames, _seat: joined.seat, _place: place }
    }

    /// What to begin with: the pace of others' changes, and the whole picture.
    pub fn beginning(&self) -> Vec<Arc<Told>> {
        let pace = Told::of(&Frame::Pace { slow: self.hub.is_slow() });
        [Some(pace), self.snapshot()].into_iter().flatten().collect()
    }

    /// What is told next; none when the server stops. Whoever is too slow for the changes one by one gets the whole
    /// picture in place of them. It may be given up and called again.
    pub async fn next(&mut self) -> Option<Arc<Told>> {
        match self.frames.recv().await {
            Ok(told) => Some(told),
            Err(RecvError::Lagged(_)) => {
                // First what comes from now on, then the picture: nothing falls between.
                self.frames = self.frames.resubscribe();
                self.snapshot()
            }
            Err(RecvError::Closed) => None,
        }
    }

    pub fn snapshot(&self) -> Option<Arc<Told>> {
        self.hub.snapshot(self.departure)
    }
}
