use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use domain::{
    departure::DepartureId,
    live::{Digest, Frame, SeatChange, SeatPicture},
};
use tokio::sync::{Notify, OnceCell, broadcast};

use super::{heart::STEPS, told::Told, watched::Watched};

/// From one departure's step to that of the next: it comes to all steps, and first to far ones.
const STRIDE: u16 = 97;

/// The departures watched on this server, each with its picture and its viewers.
#[derive(Default)]
pub(super) struct Hub {
    departures: Mutex<Departures>,
    slow: AtomicBool,
    /// Wakes the checker before its beat.
    doubts: Notify,
}

#[derive(Default)]
struct Departures {
    watched: HashMap<DepartureId, Watched>,
    /// At which the last departure that came tells its digest.
    last_step: u16,
    /// The server stops: nobody comes in any more.
    closed: bool,
}

/// What somebody who joins gets.
pub(super) struct Joined {
    pub seat: Seat,
    pub frames: broadcast::Receiver<Arc<Told>>,
    pub loading: Arc<OnceCell<()>>,
}

impl Hub {
    /// A place among the viewers of a departure; none when the server stops.
    pub fn join(self: &Arc<Self>, departure: DepartureId) -> Option<Joined> {
        let mut departures = self.lock();
        if departures.closed {
            return None;
        }
        let Departures { watched, last_step, .. } = &mut *departures;
        let entry = watched.entry(departure).or_insert_with(|| {
            *last_step = (*last_step + STRIDE) % STEPS;
            Watched::new(*last_step)
        });
        entry.viewers += 1;
        entry.is_deserted = false;
        let seat = Seat { hub: self.clone(), departure };
        Some(Joined { seat, frames: entry.listen(), loading: entry.loading.clone() })
    }

    /// What Postgres has: newer seats are taken over, and all viewers get the whole picture.
    pub fn load(&self, departure: DepartureId, touched: &[SeatChange]) {
        if let Some(entry) = self.lock().watched.get_mut(&departure) {
            entry.load(touched);
            entry.is_checked = true;
        }
    }

    /// The same with a picture that may be old: it is compared with Postgres at once.
    pub fn load_unchecked(&self, departure: DepartureId, kept: &[SeatChange]) {
        if let Some(entry) = self.lock().watched.get_mut(&departure) {
            entry.load(kept);
            entry.is_checked = false;
        }
        self.doubts.notify_one();
    }

    /// Seats that changed: what is news here goes to the viewers.
    pub fn apply(&self, departure: DepartureId, changes: &[SeatChange]) {
        if let Some(entry) = self.lock().watched.get_mut(&departure) {
            entry.apply(changes);
        }
    }

    pub fn snapshot(&self, departure: DepartureId) -> Option<Arc<Told>> {
        self.lock().watched.get_mut(&departure).map(Watched::snapshot)
    }

    /// The picture of a departure that is watched here and was read.
    pub fn picture(&self, departure: DepartureId) -> Option<SeatPicture> {
        let departures = self.lock();
        departures.watched.get(&departure).filter(|w| w.is_loaded()).map(|w| w.picture().clone())
    }

    /// Of every picture that was read.
    pub fn digests(&self) -> Vec<(DepartureId, Digest)> {
        let departures = self.lock();
        let loaded = departures.watched.iter().filter(|(_, w)| w.is_loaded());
        loaded.map(|(departure, w)| (*departure, w.digest())).collect()
    }

    /// Only of those that were not compared with Postgres since there was reason to.
    pub fn doubted(&self) -> Vec<(DepartureId, Digest)> {
        let departures = self.lock();
        let doubted = departures.watched.iter().filter(|(_, w)| w.is_loaded() && !w.is_checked);
        doubted.map(|(departure, w)| (*departure, w.digest())).collect()
    }

    /// This departure was found to agree with Postgres, or made to.
    pub fn believe(&self, departure: DepartureId) {
        if let Some(entry) = self.lock().watched.get_mut(&departure) {
            entry.is_checked = true;
        }
    }

    /// The whole picture of everything watched, as it is kept for other servers.
    pub fn snapshots(&self) -> Vec<(DepartureId, Arc<Told>)> {
        let mut departures = self.lock();
        let loaded = departures.watched.iter_mut().filter(|(_, w)| w.is_loaded());
        loaded.map(|(departure, w)| (*departure, w.snapshot())).collect()
    }

    /// Returns once there is reason to compare with Postgres before the next beat.
    pub async fn doubt(&self) {
        self.doubts.notified().await;
    }

    /// One step of a beat: viewers compare the digest with what they have.
    pub fn beat(&self, step: u16) {
        for entry in self.lock().watched.values_mut() {
            entry.beat(step);
        }
    }

    pub fn is_slow(&self) -> bool {
        self.slow.load(Ordering::Relaxed)
    }

    /// Tells the viewers when the pace of others' changes turns. What was lost around it is looked for at once.
    pub fn set_slow(&self, slow: bool) {
        if self.slow.swap(slow, Ordering::Relaxed) != slow {
            for entry in self.lock().watched.values_mut() {
                entry.is_checked = false;
                entry.tell(&Frame::Pace { slow });
            }
            self.doubts.notify_one();
        }
    }

    pub fn watched(&self) -> Vec<DepartureId> {
        self.lock().watched.keys().copied().collect()
    }

    pub fn viewers(&self) -> usize {
        self.lock().watched.values().map(|w| w.viewers).sum()
    }

    /// Sends everyone to another server.
    pub fn close(&self) {
        let mut departures = self.lock();
        departures.closed = true;
        departures.watched.clear();
    }

    /// Forgets what nobody has watched since the last call, and names it. Whoever loads a page again, and everyone who was
    /// cut off together, finds the picture as it is.
    pub fn forget_deserted(&self) -> Vec<DepartureId> {
        let watched = &mut self.lock().watched;
        let deserted: Vec<_> =
            watched.iter().filter(|(_, w)| w.is_deserted).map(|(departure, _)| *departure).collect();
        watched.retain(|_, w| !w.is_deserted);
        for entry in watched.values_mut() {
            entry.is_deserted = entry.viewers == 0;
        }
        deserted
    }

    fn leave(&self, departure: DepartureId) {
        if let Some(entry) = self.lock().watched.get_mut(&departure) {
            entry.viewers -= 1;
        }
    }

    // A panic in another viewer's task leaves a picture that the next digest mends: going on is right.
    fn lock(&self) -> MutexGuard<'_, Departures> {
        self.departures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One viewer's place; dropping it leaves.
pub(super) struct Seat {
    hub: Arc<Hub>,
    departure: DepartureId,
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.hub.leave(self.departure);
    }
}
