//! The map as it is, and maps that leave a rule out.

use std::collections::BTreeMap;

use domain::{
    cabin::SeatNumber,
    live::{Digest, SeatChange, SeatPicture},
};

/// What a server or a browser knows of a departure's seats.
pub trait Map: Clone + Default {
    /// Whether a browser asks for a snapshot when digests differ.
    const ASKS: bool = true;
    fn take(&mut self, changes: &[SeatChange]);
    fn digest(&self) -> Digest;
    fn all(&self) -> Vec<SeatChange>;
}

impl Map for SeatPicture {
    fn take(&mut self, changes: &[SeatChange]) {
        self.apply_snapshot(changes);
    }

    fn digest(&self) -> Digest {
        self.digest()
    }

    fn all(&self) -> Vec<SeatChange> {
        self.snapshot()
    }
}

/// Does not look at versions.
#[derive(Clone, Default)]
pub struct LastWins(BTreeMap<SeatNumber, SeatChange>);

impl Map for LastWins {
    fn take(&mut self, changes: &[SeatChange]) {
        self.0.extend(changes.iter().map(|change| (change.seat, *change)));
    }

    fn digest(&self) -> Digest {
        SeatPicture::from(self.all()).digest()
    }

    fn all(&self) -> Vec<SeatChange> {
        self.0.values().copied().collect()
    }
}

/// Compares how many seats were touched, and no versions.
#[derive(Clone, Default)]
pub struct CountsAlone(SeatPicture);

impl Map for CountsAlone {
    fn take(&mut self, changes: &[SeatChange]) {
        self.0.apply_snapshot(changes);
    }

    fn digest(&self) -> Digest {
        Digest { version_sum: 0, ..self.0.digest() }
    }

    fn all(&self) -> Vec<SeatChange> {
        self.0.snapshot()
    }
}

/// Hears digests and does nothing about them.
#[derive(Clone, Default)]
pub struct NeverAsks(SeatPicture);

impl Map for NeverAsks {
    const ASKS: bool = false;

    fn take(&mut self, changes: &[SeatChange]) {
        self.0.apply_snapshot(changes);
    }

    fn digest(&self) -> Digest {
        self.0.digest()
    }

    fn all(&self) -> Vec<SeatChange> {
        self.0.snapshot()
    }
}
