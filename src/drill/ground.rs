//! What everyone in a drill shares.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use domain::{cabin::SeatNumber, departure::DepartureId, hold::HoldId, money::Money};
use tokio::sync::watch;

use crate::{history::History, recovery::Recovery, tally::Tally, world::World};

#[derive(Debug)]
pub struct Ground {
    pub history: History,
    pub tally: Tally,
    pub recovery: Recovery,
    pub sold: Sold,
    pub trouble: Trouble,
    /// Whether travellers still set out to book.
    pub open: watch::Sender<bool>,
    pub hold: Duration,
    pub world: World,
}

/// What a traveller was told at the end of a booking.
#[derive(Clone, Debug)]
pub struct Sale {
    pub hold: HoldId,
    pub pnr: String,
    /// The price of the offer that was chosen.
    pub shown: Money,
    /// Tickets with their seats, as the trip's page showed them; none where it was not seen.
    pub coupons: Vec<SoldCoupon>,
    /// Whether its traveller asked to cancel it.
    pub cancelled: bool,
}

#[derive(Clone, Debug)]
pub struct SoldCoupon {
    pub ticket: String,
    pub departure: DepartureId,
    pub seat: Option<SeatNumber>,
}

#[derive(Debug, Default)]
pub struct Sold(Mutex<Vec<Sale>>);

impl Sold {
    pub fn note(&self, sale: Sale) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(sale);
    }

    pub fn all(&self) -> Vec<Sale> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Violations that a traveller saw with its own eyes.
#[derive(Debug, Default)]
pub struct Trouble(Mutex<Vec<String>>);

impl Trouble {
    pub fn note(&self, what: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(what);
    }

    pub fn all(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
