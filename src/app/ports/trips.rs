use async_trait::async_trait;
use domain::pnr::Pnr;

use serde::{Deserialize, Serialize};

use super::{Caller, Visitor};
use crate::{AppError, answers::TripView};

/// Bookings that are made.
#[async_trait]
pub trait Trips: Send + Sync {
    /// Opens a trip to this visitor who knows its PNR and a traveller's surname.
    async fn open(&self, caller: Caller, pnr: &str, surname: &str) -> Result<Pnr, TripError>;
    /// A trip that this visitor booked or opened.
    async fn trip(&self, visitor: Visitor, pnr: Pnr) -> Result<TripView, TripError>;
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
