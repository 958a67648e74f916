use async_trait::async_trait;
use domain::{hold::HoldId, money::Money};

use serde::{Deserialize, Serialize};

use super::{Caller, HoldError, Visitor};
use crate::{
    AppError,
    answers::{CardForm, FliesAlready, Settled},
};

/// From reserved seats to tickets.
#[async_trait]
pub trait Checkout: Send + Sync {
    /// Starts to pay: seats still open are assigned, everything stands still, a payment is opened. Starting twice is
    /// starting once.
    ///
    /// Where someone of them flies on one of the flights already, that is asked first: `FliesAlready`. Where it costs
    /// something else than was agreed to, nothing is started: `OtherTotal`.
    async fn start_agreed(&self, caller: Caller, id: HoldId, agreed: Agreed) -> Result<(), CheckoutError>;
    /// As `start_agreed`, at whatever it costs, for people who do not fly yet.
    async fn start(&self, caller: Caller, id: HoldId) -> Result<(), CheckoutError> {
        self.start_agreed(caller, id, Agreed::default()).await
    }
    /// Who of an active hold flies on one of its flights already.
    async fn fly_already(&self, visitor: Visitor, id: HoldId) -> Result<Vec<FliesAlready>, CheckoutError>;
    /// The card form of a payment that was started.
    async fn card(&self, visitor: Visitor, id: HoldId) -> Result<CardForm, CheckoutError>;
    /// Asks Stripe where the payment stands and goes on from there; safe to call at any time, any number of times.
    async fn settle(&self, visitor: Visitor, id: HoldId) -> Result<Settled, CheckoutError>;
}

/// What travellers have agreed to before they pay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Agreed {
    /// Those who fly on one of the flights already shall be booked once more.
    pub again: bool,
    /// The total that they saw; none where they saw none.
    pub total_minor: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum CheckoutError {
    #[error(transparent)]
    Hold(#[from] HoldError),
    #[error("travellers or contact are missing")]
    TravellersMissing,
    #[error("someone of them flies there already")]
    FliesAlready(Vec<FliesAlready>),
    #[error("it costs {0} now")]
    OtherTotal(Money),
    /// Stripe is away or its answer is unclear; nothing is lost, asking again is right.
    #[error("the payment provider is away")]
    ProviderAway,
    #[error("the payment was refused: {0}")]
    Refused(String),
}

impl From<CheckoutError> for AppError {
    fn from(error: CheckoutError) -> Self {
        match error {
            CheckoutError::Hold(error) => error.into(),
            CheckoutError::TravellersMissing => Self::Invalid {
                field: None,
                message: "We need everyone's name and birth date and a mail address before you can pay."
                    .into(),
            },
            CheckoutError::FliesAlready(twins) => {
                let mut flights: Vec<_> = twins.iter().map(|twin| twin.departure.flight.spaced()).collect();
                flights.dedup();
                Self::FliesAlready {
                    message: format!(
                        "Someone of this booking is booked on {} already. Nothing was started: confirm that you want to book again, or give these seats up.",
                        flights.join(" and ")
                    ),
                }
            }
            CheckoutError::OtherTotal(now) => Self::Invalid {
                field: None,
                message: format!(
                    "Your seats have changed since you looked: it costs {now} now. Look it over again."
                ),
            },
            CheckoutError::ProviderAway => Self::Unavailable {
                message:
                    "Paying is not possible right now. Your seats are kept; please try again in a moment."
                        .into(),
                retry_after_secs: 5,
            },
            CheckoutError::Refused(message) => Self::Payment { message },
        }
    }
}
