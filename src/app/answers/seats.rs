use domain::{
    cabin::{SeatNumber, SeatRules},
    departure::DepartureId,
    hold::HoldId,
    live::SeatChange,
    seat::SeatVersion,
};
use serde::{Deserialize, Serialize};

use super::HoldView;

/// One leg's cabin and what is taken in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeatMapView {
    pub hold: HoldView,
    /// Index into the hold's legs.
    pub leg: usize,
    /// The seats ever touched; all others are free at version 0.
    pub touched: Vec<SeatChange>,
    /// What decides who of the party may sit where; its `with_infants` are those of others.
    pub rules: SeatRules,
    /// Whether the party has said that it needs an accessible seat.
    pub accessible_asked: bool,
}

/// What changes of it while a page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeatsNow {
    /// The party's own, by traveller ordinal.
    pub seats: Vec<Option<SeatNumber>>,
    /// By ordinal, seats that cost their traveller nothing, though others who choose them pay.
    pub given: Vec<(u8, SeatNumber)>,
    pub touched: Vec<SeatChange>,
    pub rules: SeatRules,
}

/// A traveller wants a seat whose version the client saw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PickRequest {
    pub hold: HoldId,
    pub departure: DepartureId,
    /// The traveller's ordinal.
    pub traveller: u8,
    pub seat: SeatNumber,
    pub version: SeatVersion,
}

/// The seat is the traveller's now; the changes are that seat and the one given back for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picked {
    pub changes: Vec<SeatChange>,
}
