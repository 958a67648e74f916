//! Wishes of the traveller: painted at once, sent to the server, taken back where it refuses.

use domain::{cabin::SeatNumber, live::SeatPicture};
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};

#[cfg(feature = "hydrate")]
use super::wish::send;
use super::{
    calls::{SeatAsSeen, seat_map, seat_together},
    choosing::Choosing,
};
use crate::{AppError, answers::Picked, components::form_key::new_key};

/// Takes over the posting of the seat form: the button that was pressed names the seat.
pub fn on_seat_chosen(choosing: Choosing) -> impl Fn(SubmitEvent) {
    move |event| {
        let pressed = event.submitter().and_then(|button| button.get_attribute("value"));
        if let Some(Ok(seen)) = pressed.map(|value| SeatAsSeen::parse(&value)) {
            event.prevent_default();
            pick(choosing, seen);
        }
    }
}

fn pick(choosing: Choosing, seen: SeatAsSeen) {
    let Choosing { current, ours, trouble, .. } = choosing;
    let traveller = current.get_untracked();
    let before = move_to(ours, traveller, Some(seen.seat));
    trouble.set(None);
    choosing.turn_to_next();
    spawn_local(async move {
        match send(choosing, traveller, seen).await {
            Ok(picked) => learn(choosing.picture, &picked),
            Err(error) => take_back(choosing, traveller, seen.seat, before, error).await,
        }
    });
}

/// A page that the server writes is not alive, so its form is what would be posted.
#[cfg(not(feature = "hydrate"))]
async fn send(choosing: Choosing, traveller: u8, seen: SeatAsSeen) -> Result<Picked, AppError> {
    let Choosing { hold, departure, leg, .. } = choosing;
    super::calls::pick_seat(hold, departure, leg, String::new(), traveller, seen.to_string()).await
}

/// Lets the server seat everyone, then shows what it chose. Each press is an asking of its own, unless what became of
/// the last one is not known.
pub fn seat_everyone_together(choosing: Choosing, key: StoredValue<String>) {
    choosing.trouble.set(None);
    spawn_local(async move {
        let Some(asking) = key.try_get_value() else { return };
        let together = seat_together(choosing.hold, choosing.leg, String::new(), asking).await;
        if together.as_ref().err().is_none_or(AppError::is_definite) {
            key.try_set_value(new_key());
        }
        let map = match together {
            Ok(_) => seat_map(choosing.hold.to_string(), choosing.leg).await,
            Err(error) => Err(error),
        };
        match map {
            Ok(map) => {
                choosing.picture.try_update(|picture| picture.apply_snapshot(&map.touched));
                let seats = map.hold.legs.into_iter().nth(choosing.leg).map(|leg| leg.seats);
                choosing.ours.try_set(seats.unwrap_or_default());
            }
            Err(error) => _ = choosing.trouble.try_set(Some(error)),
        }
    });
}

/// The page may have been left while the server thought: from here on, signals may be gone.
fn learn(picture: RwSignal<SeatPicture>, picked: &Picked) {
    picture.try_update(|picture| picture.apply_snapshot(&picked.changes));
}

/// Gives the traveller the former seat back, unless another was wished for meanwhile, says why, and looks again at what is free.
async fn take_back(
    choosing: Choosing,
    traveller: u8,
    seat: SeatNumber,
    before: Option<SeatNumber>,
    error: AppError,
) {
    choosing.ours.try_update(|ours| {
        if let Some(slot) = ours.get_mut(usize::from(traveller)).filter(|slot| **slot == Some(seat)) {
            *slot = before;
        }
    });
    choosing.current.try_set(traveller);
    let gone = matches!(error, AppError::SeatTaken { .. });
    choosing.trouble.try_set(Some(error));
    if gone {
        // Where this fails, the live channel brings the cabin a little later.
        if let Ok(map) = seat_map(choosing.hold.to_string(), choosing.leg).await {
            choosing.picture.try_update(|picture| picture.apply_snapshot(&map.touched));
        }
    }
}

/// Moves a traveller on the page alone, and says from where.
fn move_to(
    ours: RwSignal<Vec<Option<SeatNumber>>>,
    traveller: u8,
    seat: Option<SeatNumber>,
) -> Option<SeatNumber> {
    ours.try_update(|ours| {
        ours.get_mut(usize::from(traveller)).and_then(|slot| std::mem::replace(slot, seat))
    })
    .flatten()
}
