//! What the seat page asks of the server.

use std::fmt;

use domain::{
    cabin::{SeatNumber, SeatNumberError},
    departure::DepartureId,
    hold::HoldId,
    seat::SeatVersion,
};
use leptos::prelude::*;

use crate::{
    AppError,
    answers::{Picked, SeatMapView, SeatsNow},
};

/// A seat at the version in which it was shown, as a form posts it: `14C:3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeatAsSeen {
    pub seat: SeatNumber,
    pub version: SeatVersion,
}

impl SeatAsSeen {
    pub fn parse(text: &str) -> Result<Self, SeatNumberError> {
        let wrong = || SeatNumberError(text.to_owned());
        let (seat, version) = text.split_once(':').ok_or_else(wrong)?;
        Ok(Self { seat: SeatNumber::parse(seat)?, version: version.parse().map_err(|_| wrong())? })
    }
}

impl fmt::Display for SeatAsSeen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.seat, self.version)
    }
}

/// The cabin of one leg of a hold, by the leg's index.
#[server(endpoint = "seat_map")]
pub async fn seat_map(id: String, leg: usize) -> Result<SeatMapView, AppError> {
    use crate::{
        call::{ports, refuse, visitor},
        ports::HoldError,
    };

    let visitor = visitor()?;
    let id = id.parse().map_err(|_| refuse(HoldError::NotFound))?;
    ports()?.seats.seat_map(visitor, id, leg).await.map_err(refuse)
}

/// The same once more, without what does not change while the page is open.
#[server(endpoint = "look_again")]
pub async fn look_again(hold: HoldId, leg: usize) -> Result<SeatsNow, AppError> {
    use crate::call::{ports, refuse, visitor};

    let map = ports()?.seats.seat_map(visitor()?, hold, leg).await.map_err(refuse)?;
    let legs = map.hold.legs.into_iter();
    let (seats, given) = legs.skip(leg).map(|leg| (leg.seats, leg.given)).next().unwrap_or_default();
    Ok(SeatsNow { seats, given, touched: map.touched, rules: map.rules })
}

/// Moves a traveller to a seat. A form posted without JavaScript goes on to the next traveller, in the view it came from.
#[server(endpoint = "pick_seat")]
pub async fn pick_seat(
    hold: HoldId,
    departure: DepartureId,
    leg: usize,
    #[server(default)] view: String,
    traveller: u8,
    seat: String,
) -> Result<Picked, AppError> {
    use crate::{
        answers::PickRequest,
        call::{ports, refuse, visitor},
    };

    let SeatAsSeen { seat, version } =
        SeatAsSeen::parse(&seat).map_err(|wrong| refuse(AppError::invalid("seat", wrong)))?;
    let request = PickRequest { hold, departure, traveller, seat, version };
    let picked = ports()?.seats.pick(visitor()?, request).await.map_err(refuse)?;
    go_on(hold, leg, &view);
    Ok(picked)
}

/// Seats everyone on that leg together, as the party wishes where it can be had; an empty wish is none.
#[server(endpoint = "seat_together")]
pub async fn seat_together(
    hold: HoldId,
    leg: usize,
    #[server(default)] view: String,
    #[server(default)] wish: String,
    #[server(default)] key: String,
) -> Result<Picked, AppError> {
    use domain::cabin::SeatWish;

    use crate::call::{caller, ports, refuse_change};

    let caller = caller(&key)?;
    let wish = SeatWish::parse(&wish);
    let seated = ports()?.seats.seat_by_wish(caller.clone(), hold, leg, wish).await;
    let picked = seated.map_err(refuse_change(&caller))?;
    go_on(hold, leg, &view);
    Ok(picked)
}

/// Writes down that somebody of the party needs an accessible seat, so that none is refused any more.
#[server(endpoint = "ask_accessible")]
pub async fn ask_accessible(
    hold: HoldId,
    leg: usize,
    #[server(default)] view: String,
) -> Result<(), AppError> {
    use crate::call::{ports, refuse, visitor};

    ports()?.seats.ask_accessible(visitor()?, hold).await.map_err(refuse)?;
    go_on(hold, leg, &view);
    Ok(())
}

/// Sends a plain form on without naming a traveller, so that the page turns to the next without a seat. A page that is
/// alive has turned already, and a redirect would only add to its history.
#[cfg(feature = "ssr")]
fn go_on(hold: HoldId, leg: usize, view: &str) {
    if crate::pages::booking::posted_by_a_plain_form() {
        let view = if view == "list" { "&view=list" } else { "" };
        leptos_axum::redirect(&format!("/book/{hold}/seats?leg={leg}{view}"));
    }
}

#[cfg(test)]
mod tests {
    use super::SeatAsSeen;

    #[test]
    fn a_seat_is_posted_with_the_version_that_was_seen() {
        let seen = SeatAsSeen::parse("14C:3").unwrap();
        assert_eq!((seen.seat.row(), seen.seat.letter(), seen.version), (14, 'C', 3));
        assert_eq!(seen.to_string(), "14C:3");
        for text in ["14C", "14C:", ":3", "14C:-1", "14C:x", "14C:4294967296"] {
            assert!(SeatAsSeen::parse(text).is_err(), "{text}");
        }
    }
}
