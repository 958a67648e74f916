use async_trait::async_trait;
use domain::{
    cabin::{BookingClass, SeatNumber, SeatWish},
    hold::HoldId,
    hold::HoldState,
    money::Money,
};

use serde::{Deserialize, Serialize};

use super::{Caller, Visitor};
use crate::{
    AppError,
    answers::{Contact, HoldView, OfferView, PickRequest, Picked, SeatMapView, TravellerEntry},
};

/// Holding places and picking seats. Every call is of one visitor, and another's hold is as good as none.
#[async_trait]
pub trait Seats: Send + Sync {
    /// What a signed offer names and costs, to look over.
    async fn offered(&self, offer: &str) -> Result<OfferView, HoldError>;
    /// Takes the places of a signed offer on all its legs, or none; the ten minutes start.
    async fn choose(&self, caller: Caller, offer: &str) -> Result<HoldId, HoldError>;
    async fn hold(&self, visitor: Visitor, id: HoldId) -> Result<HoldView, HoldError>;
    /// Names everyone, by ordinal; all or nothing.
    async fn name_travellers(
        &self,
        caller: Caller,
        id: HoldId,
        travellers: Vec<TravellerEntry>,
        contact: Contact,
    ) -> Result<(), HoldError>;
    /// The cabin of one leg, by its index.
    async fn seat_map(&self, visitor: Visitor, id: HoldId, leg: usize) -> Result<SeatMapView, HoldError>;
    /// Moves a traveller to a seat. Picking what is already theirs answers yes.
    async fn pick(&self, visitor: Visitor, request: PickRequest) -> Result<Picked, PickError>;
    /// Seats everyone on that leg together, as far as the cabin allows.
    async fn seat_together(&self, caller: Caller, id: HoldId, leg: usize) -> Result<Picked, PickError>;
    /// The same, as they wish once they sit together. Who knows no wishes seats them without.
    async fn seat_by_wish(
        &self,
        caller: Caller,
        id: HoldId,
        leg: usize,
        _wish: Option<SeatWish>,
    ) -> Result<Picked, PickError> {
        self.seat_together(caller, id, leg).await
    }
    /// Writes down that somebody of them needs an accessible seat, which is then not refused; asking twice is fine. Who keeps
    /// no such seats has nothing to do.
    async fn ask_accessible(&self, _visitor: Visitor, _id: HoldId) -> Result<(), HoldError> {
        Ok(())
    }
    /// Ten more minutes: once, in the last two.
    async fn extend(&self, caller: Caller, id: HoldId) -> Result<(), HoldError>;
    /// Gives everything back; giving back twice is fine.
    async fn release(&self, caller: Caller, id: HoldId) -> Result<(), HoldError>;
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum HoldError {
    #[error("no such hold of this visitor")]
    NotFound,
    #[error("the offer's signature does not fit")]
    OfferForged,
    #[error("the offer has expired")]
    OfferExpired,
    /// The price is another one now. `offer` is signed like the first, at the new price: choosing it accepts that.
    #[error("the price is {now} now, not {was}")]
    PriceChanged { was: Money, now: Money, because: Option<String>, offer: String },
    /// What the offer names is not (any more) sold.
    #[error("{0}")]
    NotSold(String),
    #[error("only {left} places left on {flight}")]
    SoldOut { flight: String, left: u16 },
    /// There are places, but none that may be sold in the offer's class.
    #[error("{class} is closed on {flight}")]
    ClassClosed { flight: String, class: BookingClass },
    #[error("the visitor holds too many places")]
    TooManyPlaces,
    #[error("the hold is {}", .0.as_str())]
    Ended(HoldState),
    #[error("payment has started")]
    Locked,
    #[error("an extension is possible once, in the last two minutes")]
    NoExtension,
    #[error("{message}")]
    Invalid { field: String, message: String },
    #[error("the key was given to another request")]
    KeyReused,
    /// The supplier that sells it did not answer, or not clearly: asking again is right.
    #[error("{0} does not answer")]
    SupplierAway(String),
    /// The database did not answer in time or at all: asking again, under the same key, is right.
    #[error("inventory is away")]
    Unavailable,
    /// The answer was lost on the way: it may or may not have been done, and asking again tells.
    #[error("it may or may not have been done")]
    Unclear,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum PickError {
    #[error(transparent)]
    Hold(#[from] HoldError),
    #[error("{0} is not on this aircraft or not in this cabin")]
    NoSuchSeat(SeatNumber),
    #[error("{seat} is taken")]
    Taken { seat: SeatNumber, nearest: Vec<SeatNumber> },
    #[error("{reason}")]
    Refused { seat: SeatNumber, reason: String },
}

impl From<HoldError> for AppError {
    fn from(error: HoldError) -> Self {
        match error {
            HoldError::NotFound => Self::NotFound {
                message: "We cannot find this booking in progress. It may be in another browser, or long over.".into(),
            },
            HoldError::OfferForged => Self::OfferForged,
            HoldError::OfferExpired => Self::OfferExpired,
            HoldError::PriceChanged { was, now, because, offer } => {
                Self::PriceChanged { was, now, because: because.unwrap_or_default(), offer }
            }
            HoldError::NotSold(message) => Self::SoldOut { message },
            HoldError::SoldOut { flight, left: 0 } => {
                Self::SoldOut { message: format!("{flight} has just sold out. Choose another way to fly.") }
            }
            HoldError::SoldOut { flight, left } => Self::SoldOut {
                message: format!("Only {left} left on {flight}, fewer than you need. Choose another way to fly."),
            },
            HoldError::ClassClosed { flight, class } if class == BookingClass::top(class.cabin()) => Self::SoldOut {
                message: format!(
                    "No more places in {} are for sale on {flight} now. Choose another way to fly.",
                    class.cabin().name()
                ),
            },
            HoldError::ClassClosed { flight, .. } => Self::SoldOut {
                message: format!("This fare has just sold out on {flight}. Search again to see what is left."),
            },
            HoldError::TooManyPlaces => Self::Limited {
                message: "You are keeping as many places as one visitor may. Pay for them or give some up first.".into(),
            },
            HoldError::Ended(HoldState::Converted) => Self::AlreadyBooked,
            HoldError::Ended(HoldState::Released) => {
                Self::HoldEnded { message: "You gave these seats up. Search again to start a new booking.".into() }
            }
            HoldError::Ended(_) => Self::HoldEnded {
                message: "The time to choose ran out, and your places are free again. Nothing was charged. Search again to start anew.".into(),
            },
            HoldError::Locked => Self::HoldLocked,
            HoldError::NoExtension => Self::Invalid {
                field: None,
                message: "More time can be asked for once, in the last two minutes.".into(),
            },
            HoldError::Invalid { field, message } => Self::Invalid { field: Some(field), message },
            HoldError::KeyReused => Self::KeyReused,
            HoldError::SupplierAway(name) => Self::Unavailable {
                message: format!(
                    "{name}, who sells this trip, does not answer at the moment. Nothing was charged. Please try again shortly: nothing is booked twice."
                ),
                retry_after_secs: 5,
            },
            HoldError::Unavailable => Self::Unavailable {
                message: "We cannot reach our books for a moment. Please try again shortly: nothing is done twice.".into(),
                retry_after_secs: 5,
            },
            HoldError::Unclear => Self::Unknown {
                message: "We lost the answer on the way: this may or may not have been done. Please try again: nothing is done twice.".into(),
                retry_after_secs: 2,
                key: None,
            },
        }
    }
}

impl From<PickError> for AppError {
    fn from(error: PickError) -> Self {
        match error {
            PickError::Hold(error) => error.into(),
            PickError::NoSuchSeat(seat) => Self::Invalid {
                field: None,
                message: format!("There is no seat {seat} in this cabin. Choose one on the map."),
            },
            PickError::Taken { seat, nearest } => Self::SeatTaken {
                seat,
                nearest,
                message: format!("{seat} has just gone. Someone was faster by a moment."),
            },
            PickError::Refused { seat, reason } => Self::SeatRefused { seat, message: reason },
        }
    }
}
