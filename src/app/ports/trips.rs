use async_trait::async_trait;
use domain::{
    booking::BookingState,
    cancelling::{CouponKey, Refusal},
    pnr::Pnr,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Caller, Visitor};
use crate::{
    AppError,
    answers::{CancellationView, TripView},
};

/// Bookings that are made.
#[async_trait]
pub trait Trips: Send + Sync {
    /// Opens a trip to this visitor who knows its PNR and a traveller's surname.
    async fn open(&self, caller: Caller, pnr: &str, surname: &str) -> Result<Pnr, TripError>;
    /// A trip that this visitor booked or opened.
    async fn trip(&self, visitor: Visitor, pnr: Pnr) -> Result<TripView, TripError>;
    /// Writes down what comes back for these coupons of a trip that this visitor may see; nothing is cancelled yet.
    async fn quote_cancellation(
        &self,
        caller: Caller,
        pnr: Pnr,
        coupons: &[CouponKey],
    ) -> Result<Uuid, CancelError>;
    /// A cancellation of a trip that this visitor may see, quoted or confirmed.
    async fn cancellation(&self, visitor: Visitor, id: Uuid) -> Result<(Pnr, CancellationView), TripError>;
    /// Cancels as quoted; the seats are free at once, the money is on its way. Keyed by the cancellation itself: confirming
    /// again changes nothing and answers the same.
    async fn confirm_cancellation(&self, caller: Caller, id: Uuid) -> Result<Pnr, CancelError>;
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum TripError {
    /// No such PNR, another surname, or not opened yet: which of them is not told.
    #[error("no such trip for this visitor")]
    NotFound,
    #[error("too many wrong tries")]
    TooManyTries,
    #[error("the key was given to another request")]
    KeyReused,
    #[error("bookings cannot be read")]
    Unavailable,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum CancelError {
    #[error(transparent)]
    Trip(#[from] TripError),
    /// The rules do not let these coupons be given back.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Nothing of a booking in this state is given back.
    #[error("the booking is {}", .0.as_str())]
    NotNow(BookingState),
    /// What was quoted is not true any more; nothing was cancelled, and this quote is true now.
    #[error("the quote was out of date")]
    Requoted(Uuid),
    /// Who sells the trip does not answer, or not clearly.
    #[error("{0} does not answer")]
    SupplierAway(String),
    /// Who sells the trip does not take it back.
    #[error("{0} does not take it back")]
    NotTakenBack(String),
}

impl From<CancelError> for AppError {
    fn from(error: CancelError) -> Self {
        let message = match error {
            CancelError::Trip(error) => return error.into(),
            CancelError::Refused(refusal) => refusal.to_string(),
            CancelError::NotNow(BookingState::Unpaid) => {
                "This booking is not paid and is being cancelled already. There is nothing for you to do."
                    .into()
            }
            CancelError::SupplierAway(name) => {
                return Self::Unavailable {
                    message: format!(
                        "{name}, who sells this trip, does not answer at the moment. Nothing was cancelled. Please try again shortly."
                    ),
                    retry_after_secs: 5,
                };
            }
            CancelError::NotTakenBack(name) => format!(
                "{name}, who sells this trip, does not take it back by itself. Nothing was cancelled. Ask {name}, with their reference, what can be done."
            ),
            CancelError::NotNow(_) => "This booking cannot be cancelled in the state in which it is.".into(),
            CancelError::Requoted(_) => {
                "What comes back has changed, and nothing was cancelled. Look at the new amounts first."
                    .into()
            }
        };
        Self::Invalid { field: None, message }
    }
}

impl From<TripError> for AppError {
    fn from(error: TripError) -> Self {
        match error {
            TripError::NotFound => Self::NotFound {
                message: "We find no booking with this reference and surname. Check both: they stand on your confirmation.".into(),
            },
            TripError::TooManyTries => {
                Self::Limited { message: "Too many wrong tries. Wait ten minutes and try again.".into() }
            }
            TripError::KeyReused => Self::KeyReused,
            TripError::Unavailable => Self::Unavailable {
                message: "We cannot look at bookings right now. Please try again shortly.".into(),
                retry_after_secs: 5,
            },
        }
    }
}
