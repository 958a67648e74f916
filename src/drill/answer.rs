//! What the servers answer, as far as a traveller reads it: the JSON of the web pages' own calls.

use domain::{
    cabin::SeatNumber,
    departure::{Departure, DepartureId},
    hold::{HoldId, HoldState},
    live::SeatChange,
    money::Money,
};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub struct Results {
    pub options: Vec<Way>,
}

/// One way to fly.
#[derive(Debug, Deserialize)]
pub struct Way {
    pub itinerary: Legs,
    pub prices: Vec<Price>,
}

#[derive(Debug, Deserialize)]
pub struct Legs {
    pub legs: Vec<LegId>,
}

#[derive(Debug, Deserialize)]
pub struct LegId {
    pub id: DepartureId,
}

#[derive(Debug, Deserialize)]
pub struct Price {
    pub total: Money,
    /// The signed offer to choose.
    pub offer: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Hold {
    pub id: HoldId,
    pub state: HoldState,
    /// When the server answered.
    pub expires_in_ms: u64,
    pub legs: Vec<HeldLeg>,
    /// The seats that cost something.
    pub seat_charges: Vec<SeatCharge>,
    pub total: Money,
}

#[derive(Clone, Debug, Deserialize)]
pub struct SeatCharge {
    pub amount: Money,
}

impl Hold {
    pub fn seats_minor(&self) -> i64 {
        self.seat_charges.iter().map(|charge| charge.amount.minor).sum()
    }
}

#[derive(Clone, Debug, Deserialize)]
pub struct HeldLeg {
    pub departure: Departure,
    /// By traveller.
    pub seats: Vec<Option<SeatNumber>>,
}

#[derive(Debug, Deserialize)]
pub struct SeatMap {
    pub hold: Hold,
    pub touched: Vec<SeatChange>,
}

#[derive(Debug, Deserialize)]
pub struct Picked {
    pub changes: Vec<SeatChange>,
}

#[derive(Debug, Deserialize)]
pub enum PayStep {
    Review {
        hold: Hold,
    },
    Card {
        hold: Hold,
        card: Result<CardForm, Refusal>,
    },
    Ticketed {
        pnr: String,
    },
    /// Authorised too late: the same seats may be taken again.
    Late,
}

#[derive(Debug, Deserialize)]
pub struct CardForm {
    pub client_secret: String,
    pub publishable_key: String,
    pub total: Money,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub enum Settled {
    Ticketed {
        pnr: String,
    },
    Open {},
    Declined {},
    /// Authorised too late: the same seats may be taken again.
    Late,
    Failed {},
}

#[derive(Debug, Deserialize)]
pub struct Trip {
    pub pnr: String,
    pub state: String,
    pub total: Money,
    pub legs: Vec<TripLeg>,
    pub travellers: Vec<TripTraveller>,
}

#[derive(Debug, Deserialize)]
pub struct TripLeg {
    pub departure: Departure,
}

#[derive(Debug, Deserialize)]
pub struct TripTraveller {
    pub ticket: String,
    pub coupons: Vec<TripCoupon>,
}

#[derive(Debug, Deserialize)]
pub struct TripCoupon {
    /// Index into the trip's legs.
    pub leg: usize,
    pub seat: Option<SeatNumber>,
}

/// Why something was not done.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Refusal {
    #[serde(default)]
    pub code: String,
    #[serde(default)]
    pub message: String,
    /// Seats that are free instead.
    #[serde(default)]
    pub nearest: Vec<SeatNumber>,
}
