use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::body::Bytes;
use domain::{
    departure::DepartureId,
    live::{Digest, Frame, SeatChange, SeatPicture},
};
use tokio::sync::broadcast;

use super::relay::Relay;

/// Frames that a slow viewer may lag behind before it gets a snapshot instead.
const BACKLOG: usize = 256;

/// The departures watched on this server, each with its picture and its viewers.
#[derive(Default)]
pub(super) struct Hub {
    watched: Mutex<HashMap<DepartureId, Watched>>,
    slow: AtomicBool,
}

struct Watched {
    frames: broadcast::Sender<Bytes>,
    viewers: usize,
    picture: SeatPicture,
    /// Whether the picture was read from Postgres since it is watched.
    loaded: bool,
}

impl Hub {
    /// A place among the viewers of a departure; tells whether it is the first.
    pub fn join(
        self: &Arc<Self>,
        departure: DepartureId,
        relay: Relay,
    ) -> (Seat, broadcast::Receiver<Bytes>, bool) {
        let mut watched = self.lock();
        let entry = watched.entry(departure).or_insert_with(|| Watched {
            frames: broadcast::Sender::new(BACKLOG),
            viewers: 0,
            picture: SeatPicture::default(),
            loaded: false,
        });
        entry.viewers += 1;
        let seat = Seat { hub: self.clone(), relay, departure };
        (seat, entry.frames.subscribe(), entry.viewers == 1)
    }

    pub fn is_loaded(&self, departure: DepartureId) -> bool {
        self.lock().get(&departure).is_some_and(|w| w.loaded)
    }

    /// What Postgres has: newer seats are taken over, and all viewers get the whole picture.
    pub fn load(&self, departure: DepartureId, touched: &[SeatChange]) {
        if let Some(entry) = self.lock().get_mut(&departure) {
            entry.loaded = true;
            if entry.picture.apply_snapshot(touched) {
                entry.send(&Frame::Snapshot(entry.picture.snapshot()));
            }
        }
    }

    /// Seats that changed: what is news here goes to the viewers.
    pub fn apply(&self, departure: DepartureId, changes: &[SeatChange]) {
        if let Some(entry) = self.lock().get_mut(&departure) {
            let news: Vec<SeatChange> = changes.iter().filter(|c| entry.picture.apply(c)).copied().collect();
            if !news.is_empty() {
                entry.send(&Frame::Changes(news));
            }
        }
    }

    pub fn snapshot(&self, departure: DepartureId) -> Bytes {
        let changes = self.lock().get(&departure).map(|w| w.picture.snapshot()).unwrap_or_default();
        Frame::Snapshot(changes).encode().into()
    }

    pub fn digests(&self) -> Vec<(DepartureId, Digest)> {
        self.lock().iter().map(|(departure, w)| (*departure, w.picture.digest())).collect()
    }

    /// The heartbeat: every viewer compares it with what it has.
    pub fn beat(&self) {
        for entry in self.lock().values() {
            entry.send(&Frame::Digest(entry.picture.digest()));
        }
    }

    pub fn is_slow(&self) -> bool {
        self.slow.load(Ordering::Relaxed)
    }

    /// Tells the viewers when the pace of others' changes turns.
    pub fn set_slow(&self, slow: bool) {
        if self.slow.swap(slow, Ordering::Relaxed) != slow {
            for entry in self.lock().values() {
                entry.send(&Frame::Pace { slow });
            }
        }
    }

    pub fn watched(&self) -> Vec<DepartureId> {
        self.lock().keys().copied().collect()
    }

    fn leave(&self, departure: DepartureId) -> bool {
        let mut watched = self.lock();
        let Some(entry) = watched.get_mut(&departure) else { return false };
        entry.viewers -= 1;
        let last = entry.viewers == 0;
        if last {
            watched.remove(&departure);
        }
        last
    }

    // A panic in another viewer's task leaves a picture that the next digest mends: going on is right.
    fn lock(&self) -> MutexGuard<'_, HashMap<DepartureId, Watched>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watched {
    fn send(&self, frame: &Frame) {
        // No receiver is no fault: the last viewer has just left.
        let _ = self.frames.send(frame.encode().into());
    }
}

/// One viewer's place; dropping it leaves, and the last one out ends the subscription.
pub(super) struct Seat {
    hub: Arc<Hub>,
    relay: Relay,
    departure: DepartureId,
}

impl Drop for Seat {
    fn drop(&mut self) {
        if self.hub.leave(self.departure) {
            self.relay.unsubscribe(self.departure);
        }
    }
}
