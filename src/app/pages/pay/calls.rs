//! What the payment page asks of the server.

use domain::{hold::HoldId, pnr::Pnr};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    AppError,
    answers::{CardForm, FliesAlready, HoldView, Settled},
};

/// What the payment page shows, by where the hold is in its life.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum PayStep {
    /// Everything may still be changed.
    Review {
        hold: HoldView,
        twins: Vec<FliesAlready>,
    },
    /// Payment has started; `card` says why not where the provider is away.
    Card {
        hold: HoldView,
        card: Result<CardForm, AppError>,
    },
    Ticketed {
        pnr: Pnr,
    },
    /// The time ran out before the bank agreed; it is not decided yet whether the same seats can be had again.
    Late,
    /// The bank has agreed, and the supplier that sells the trip has yet to say yes or no.
    Confirming {
        supplier: String,
        unclear: bool,
    },
    /// The supplier said no.
    Failed {
        message: String,
    },
    /// The card was charged without tickets, and people look into it.
    LookedInto,
}

/// Reads the page of a hold; one that is paid leads on to its trip.
#[server(endpoint = "payment_page")]
pub async fn payment_page(id: String) -> Result<PayStep, AppError> {
    use crate::{
        call::{ports, refuse, visitor},
        ports::HoldError,
    };
    use domain::hold::HoldState;
    let (ports, visitor) = (ports()?, visitor()?);
    let id = id.parse().map_err(|_| refuse(HoldError::NotFound))?;
    let hold = match ports.seats.hold(visitor, id).await {
        // Its seller may be asked to confirm it by now.
        Ok(hold) if hold.sold_by.is_some() && hold.state == HoldState::Reserved => {
            match ports.checkout.settle(visitor, id).await {
                Ok(Settled::Ticketed { pnr }) => {
                    leptos_axum::redirect(&format!("/trips/{pnr}"));
                    return Ok(PayStep::Ticketed { pnr });
                }
                Ok(Settled::Confirming { supplier, unclear }) => {
                    return Ok(PayStep::Confirming { supplier, unclear });
                }
                Ok(Settled::Refused { message }) => return Ok(PayStep::Failed { message }),
                _ => hold,
            }
        }
        Ok(hold) => hold,
        Err(ended @ HoldError::Ended(_)) => {
            return match ports.checkout.settle(visitor, id).await {
                Ok(Settled::Ticketed { pnr }) => {
                    leptos_axum::redirect(&format!("/trips/{pnr}"));
                    Ok(PayStep::Ticketed { pnr })
                }
                Ok(Settled::Late) => Ok(PayStep::Late),
                Ok(Settled::LookedInto) => Ok(PayStep::LookedInto),
                Ok(Settled::Refused { message }) => Ok(PayStep::Failed { message }),
                _ => Err(refuse(ended)),
            };
        }
        Err(error) => return Err(refuse(error)),
    };
    Ok(if hold.state == HoldState::Reserved {
        // The page itself is fine where the provider is away, so the error is told in it.
        let card = ports.checkout.card(visitor, id).await.map_err(AppError::from);
        PayStep::Card { hold, card }
    } else {
        let twins = ports.checkout.fly_already(visitor, id).await.map_err(refuse)?;
        PayStep::Review { hold, twins }
    })
}

/// Starts to pay: from here on travellers, seats and the total stand still.
#[server(endpoint = "start_payment")]
pub async fn start_payment(
    hold: HoldId,
    /// Whether those who fly on one of the flights already shall be booked once more.
    #[server(default)]
    again: bool,
    /// What the page said it costs.
    #[server(default)]
    total_minor: Option<i64>,
    #[server(default)] key: String,
) -> Result<(), AppError> {
    use crate::{
        call::{caller, ports, refuse_change},
        ports::Agreed,
    };

    let caller = caller(&key)?;
    let agreed = Agreed { again, total_minor };
    let started = ports()?.checkout.start_agreed(caller.clone(), hold, agreed).await;
    started.map_err(refuse_change(&caller))?;
    leptos_axum::redirect(&format!("/book/{hold}/pay"));
    Ok(())
}

/// Where the payment stands now; `public/pay.js` asks after each try.
#[server(endpoint = "settle_payment")]
pub async fn settle_payment(hold: HoldId) -> Result<Settled, AppError> {
    use crate::call::{ports, refuse, visitor};

    ports()?.checkout.settle(visitor()?, hold).await.map_err(refuse)
}
