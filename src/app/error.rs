//! All that a browser may learn of a failure: a sentence for the person, a code for the program.

mod told;

use domain::{cabin::SeatNumber, money::Money};
use leptos::server_fn::{codec::JsonEncoding, error::FromServerFnError, error::ServerFnErrorErr};
use serde::{Deserialize, Serialize};

use told::Told;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case", from = "Told")]
pub enum AppError {
    /// Something typed cannot be right; `field` names the form's field where there is one.
    #[error("{message}")]
    Invalid { field: Option<String>, message: String },
    /// There is no such thing, or it belongs to someone else: the two look alike on purpose.
    #[error("{message}")]
    NotFound { message: String },
    /// The offer's signature does not fit its content.
    #[error("This offer was not made by us, or was changed on the way. Search again to see today's prices.")]
    OfferForged,
    #[error("This offer is more than a while old. Search again to see today's prices.")]
    OfferExpired,
    /// The price that was shown is not the price any more; `offer` is signed for the new one, and choosing it accepts it.
    #[error(
        "The price has changed since you saw it: it was {was}, and is {now} now. Nothing is held yet. {because}"
    )]
    PriceChanged {
        was: Money,
        now: Money,
        /// Which class has closed; empty where that is not why.
        #[serde(default)]
        because: String,
        offer: String,
    },
    #[error("{message}")]
    SoldOut { message: String },
    /// The hold is over; its seats and places are free again.
    #[error("{message}")]
    HoldEnded { message: String },
    /// The hold has become a booking.
    #[error("This booking is complete. You find it under My trip.")]
    AlreadyBooked,
    /// Someone of this booking already flies on one of its flights.
    #[error("{message}")]
    FliesAlready { message: String },
    /// Payment has started: travellers, seats and total stand still.
    #[error("Payment has started, so nothing can be changed now. Pay, or give the seats up and start again.")]
    HoldLocked,
    #[error("{message}")]
    SeatTaken { seat: SeatNumber, nearest: Vec<SeatNumber>, message: String },
    /// The rules do not let this person sit there.
    #[error("{message}")]
    SeatRefused { seat: SeatNumber, message: String },
    /// The caller's key belongs to another request.
    #[error(
        "This form was sent before with something else in it. Check what you see here, and send it again."
    )]
    KeyReused,
    #[error("{message}")]
    Limited { message: String },
    #[error("{message}")]
    Payment { message: String },
    /// A dependency is away; nothing was done, and trying again is right.
    #[error("{message}")]
    Unavailable { message: String, retry_after_secs: u16 },
    /// Whether the change was made is not known. Asking again under the same key makes it once.
    #[error("{message}")]
    Unknown { message: String, retry_after_secs: u16, key: Option<String> },
    #[error("Something went wrong on our side, and nothing was changed. Please try again.")]
    Internal,
}

impl AppError {
    /// The HTTP status that goes with it.
    pub fn status(&self) -> u16 {
        match self {
            Self::OfferForged => 400,
            Self::Payment { .. } => 402,
            Self::NotFound { .. } => 404,
            Self::SoldOut { .. }
            | Self::PriceChanged { .. }
            | Self::FliesAlready { .. }
            | Self::HoldLocked
            | Self::SeatTaken { .. }
            | Self::KeyReused => 409,
            Self::OfferExpired | Self::HoldEnded { .. } | Self::AlreadyBooked => 410,
            Self::Invalid { .. } | Self::SeatRefused { .. } => 422,
            Self::Limited { .. } => 429,
            Self::Internal => 500,
            Self::Unavailable { .. } | Self::Unknown { .. } => 503,
        }
    }

    /// Whether it is certain that nothing was done: what is tried anew then is another asking.
    pub fn is_definite(&self) -> bool {
        !matches!(self, Self::Unknown { .. } | Self::Unavailable { .. } | Self::Internal)
    }

    pub fn invalid(field: &str, message: impl ToString) -> Self {
        Self::Invalid { field: Some(field.to_owned()), message: message.to_string() }
    }

    fn of_call(error: &ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Args(_)
            | ServerFnErrorErr::MissingArg(_)
            | ServerFnErrorErr::Deserialization(_) => Self::Invalid {
                field: None,
                message: "The form was incomplete. Go back and fill it in again.".into(),
            },
            ServerFnErrorErr::Request(_) => Self::Unavailable {
                message: "We could not be reached. Check your connection and try again.".into(),
                retry_after_secs: 5,
            },
            _ => Self::Internal,
        }
    }
}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        let error = Self::of_call(&error);
        // Where a call is refused before our code runs, nobody else sets the status.
        #[cfg(feature = "ssr")]
        let error = crate::call::refuse(error);
        error
    }
}
