//! Wishes of the traveller: painted at once, sent to the server, taken back where it refuses.

use domain::{cabin::SeatNumber, live::SeatPicture};
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};

#[cfg(feature = "hydrate")]
use super::wish::send;
use super::{
    calls::{SeatAsSeen, ask_accessible, look_again, seat_together},
    choosing::Choosing,
    keys,
};
use crate::{AppError, answers::Picked, components::form_key::new_key};

/// Takes over the posting of the seat form: the button that was pressed names the seat. What the rules refuse is told at once.
pub fn on_seat_chosen(choosing: Choosing) -> impl Fn(SubmitEvent) {
    move |event| {
        let Some(button) = event.submitter() else { return };
        let Some(Ok(seen)) = button.get_attribute("value").map(|value| SeatAsSeen::parse(&value)) else {
            return;
        };
        event.prevent_default();
        let seat = seen.seat;
        let refusal = choosing.seat(seat).and_then(|seat| untrack(|| choosing.refusal(seat)));
        match refusal {
            Some(refusal) => {
                choosing.trouble.set(Some(AppError::SeatRefused { seat, message: refusal.to_string() }));
            }
            None => pick(choosing, seen),
        }
        if button.id().is_empty() {
            // An alternative goes with the message that offers it; the seat that it named stays.
            keys::focus(seat);
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
    let Choosing { hold, leg, .. } = choosing;
    let departure = choosing.departure().parse().map_err(|_| AppError::Internal)?;
    super::calls::pick_seat(hold, departure, leg, String::new(), traveller, seen.to_string()).await
}

/// Lets the server seat everyone, then shows what it chose. Each press is an asking of its own, unless what became of
/// the last one is not known.
pub fn seat_everyone_together(choosing: Choosing, wish: String, key: StoredValue<String>) {
    choosing.trouble.set(None);
    spawn_local(async move {
        let Some(asking) = key.try_get_value() else { return };
        let together = seat_together(choosing.hold, choosing.leg, String::new(), wish, asking).await;
        if together.as_ref().err().is_none_or(AppError::is_definite) {
            key.try_set_value(new_key());
        }
        let now = match together {
            Ok(_) => look_again(choosing.hold, choosing.leg).await,
            Err(error) => Err(error),
        };
        match now {
            Ok(now) => {
                choosing.picture.try_update(|picture| picture.apply_snapshot(&now.touched));
                choosing.rules.try_set(now.rules);
                choosing.seat_as_told(now.seats, now.given);
            }
            Err(error) => _ = choosing.trouble.try_set(Some(error)),
        }
    });
}

/// Tells the server that somebody of us needs an accessible seat; then such seats can be chosen.
pub fn ask_for_accessible(choosing: Choosing) {
    choosing.trouble.set(None);
    spawn_local(async move {
        match ask_accessible(choosing.hold, choosing.leg, String::new()).await {
            Ok(()) => _ = choosing.rules.try_update(|rules| rules.keeps_accessible = false),
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
    let gone = matches!(error, AppError::SeatTaken { .. } | AppError::SeatRefused { .. });
    choosing.trouble.try_set(Some(error));
    if gone {
        // Where this fails, the live channel brings the cabin a little later.
        if let Ok(now) = look_again(choosing.hold, choosing.leg).await {
            choosing.picture.try_update(|picture| picture.apply_snapshot(&now.touched));
            choosing.rules.try_set(now.rules);
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
