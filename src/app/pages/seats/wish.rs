//! A seat that is wished for on a page that is alive. Thousands wish in the same second, so it is sent past the layers of
//! the pages' own calls; the form of a page without scripts is posted to `pick_seat`, which answers the same.

use domain::{cabin::SeatNumber, hold::HoldId, seat::SeatVersion};
use gloo_net::http::Request;
use serde::Serialize;

use super::{calls::SeatAsSeen, choosing::Choosing};
use crate::{
    AppError,
    answer::{lost, refusal},
    answers::Picked,
};

#[derive(Serialize)]
struct Wish {
    hold: HoldId,
    /// The traveller's ordinal.
    traveller: u8,
    seat: SeatNumber,
    version: SeatVersion,
}

/// Moves a traveller to a seat.
pub async fn send(choosing: Choosing, traveller: u8, seen: SeatAsSeen) -> Result<Picked, AppError> {
    let wish = Wish { hold: choosing.hold, traveller, seat: seen.seat, version: seen.version };
    let address = format!("/live/departures/{}/picks", choosing.departure());
    let response = Request::post(&address).json(&wish).map_err(lost)?.send().await.map_err(lost)?;
    if response.ok() {
        return response.json().await.map_err(lost);
    }
    Err(refusal(response).await)
}
