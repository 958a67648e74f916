//! What everyone in a drill shares.

use std::{sync::Arc, time::Duration};

use domain::{cabin::SeatNumber, departure::DepartureId, hold::HoldId, money::Money};
use tokio::sync::watch;

use crate::{history::History, notes::Notes, recovery::Recovery, tally::Tally, world::World};

#[derive(Debug)]
pub struct Ground {
    pub history: History,
    pub tally: Tally,
    pub recovery: Recovery,
    pub sold: Notes<Sale>,
    /// Holds of which was told that they have become a booking.
    pub complete: Notes<HoldId>,
    pub given_back: Notes<GivenBack>,
    /// Violations that travellers saw with their own eyes.
    pub trouble: Arc<Notes<String>>,
    /// Whether travellers still set out to book.
    pub open: watch::Sender<bool>,
    pub hold: Duration,
    pub temper: Temper,
    pub world: World,
}

/// How people behave, in hundredths.
#[derive(Clone, Copy, Debug)]
pub struct Temper {
    /// Give everything up in one tab while another still picks.
    pub two_tabs: u32,
    /// Pick two seats for one person at once.
    pub two_hands: u32,
    /// No percentage: everyone wants one of the first so many free seats.
    pub favourites: usize,
    /// Give up before paying.
    pub give_up: u32,
    /// Walk away, and let the time run out.
    pub walk_away: u32,
    /// Give up while the card is under way.
    pub second_thoughts: u32,
    /// Pay when the time is all but up, or a little later.
    pub last_moment: u32,
    /// Of those who have their tickets, cancel.
    pub cancel: u32,
}

impl Temper {
    pub const USUAL: Self = Self {
        two_tabs: 3,
        two_hands: 3,
        favourites: 10,
        give_up: 4,
        walk_away: 3,
        second_thoughts: 4,
        last_moment: 3,
        cancel: 25,
    };
    /// So that rare races happen often.
    pub const HASTY: Self = Self {
        two_tabs: 50,
        two_hands: 5,
        favourites: 2,
        give_up: 5,
        walk_away: 15,
        cancel: 60,
        ..Self::USUAL
    };
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
}

#[derive(Clone, Debug)]
pub struct SoldCoupon {
    pub ticket: String,
    /// Order of travel, from 0.
    pub leg: usize,
    pub departure: DepartureId,
    pub seat: Option<SeatNumber>,
}

/// Coupons that a traveller agreed to give back.
#[derive(Clone, Debug)]
pub struct GivenBack {
    pub hold: HoldId,
    /// As the last page that was agreed to was called.
    pub quote: String,
    /// Tickets, each with the order of travel of a leg.
    pub coupons: Vec<(String, usize)>,
    /// Whether the traveller was told that it is done. Else it may have been.
    pub is_done: bool,
}
