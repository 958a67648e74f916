//! Arrow keys in the seat map, and where the focus goes.

use domain::cabin::{SeatNumber, Step};
use leptos::{
    ev::{Event, KeyboardEvent},
    prelude::*,
    wasm_bindgen::JsCast as _,
    web_sys::{Element, HtmlElement},
};

use super::choosing::Choosing;

/// Arrows by row and letter, Home and End within a row, with Ctrl to the ends of the cabin.
pub fn on_key(choosing: Choosing) -> impl Fn(KeyboardEvent) {
    move |event| {
        let (Some(from), Some(step)) = (seat_of(&event), step(&event.key(), event.ctrl_key())) else {
            return;
        };
        event.prevent_default();
        let to = choosing.layout.with_value(|layout| layout.step(choosing.cabin, from, step));
        if let Some(to) = to {
            focus(to);
        }
    }
}

/// The seat under the pointer or with the focus is the one whose details are shown.
pub fn on_look(choosing: Choosing, is_focus: bool) -> impl Fn(Event) {
    move |event| {
        let Some(seat) = seat_of(&event) else { return };
        if choosing.looked_at.get_untracked() != Some(seat) {
            choosing.looked_at.set(Some(seat));
        }
        let own = choosing.layout.with_value(|layout| layout.cabin_of(seat) == Some(choosing.cabin));
        if is_focus && own && choosing.focus.get_untracked() != Some(seat) {
            choosing.focus.set(Some(seat));
        }
    }
}

/// Brings the focus to a seat, on the map or in the list.
pub fn focus(seat: SeatNumber) {
    let element = document().get_element_by_id(&format!("seat-{seat}"));
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        // An element that cannot be focused leaves the focus where it is.
        _ = element.focus();
    }
}

fn seat_of(event: &Event) -> Option<SeatNumber> {
    let element: Element = event.target()?.dyn_into().ok()?;
    SeatNumber::parse(element.id().strip_prefix("seat-")?).ok()
}

fn step(key: &str, ctrl: bool) -> Option<Step> {
    Some(match (key, ctrl) {
        ("ArrowLeft", false) => Step::Left,
        ("ArrowRight", false) => Step::Right,
        ("ArrowUp", false) => Step::Forward,
        ("ArrowDown", false) => Step::Backward,
        ("Home", false) => Step::StartOfRow,
        ("End", false) => Step::EndOfRow,
        ("Home", true) => Step::FirstSeat,
        ("End", true) => Step::LastSeat,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use domain::cabin::Step;

    use super::step;

    #[test]
    fn keys_are_steps_and_other_keys_are_left_to_the_browser() {
        assert_eq!(step("ArrowDown", false), Some(Step::Backward));
        assert_eq!(
            (step("Home", false), step("Home", true)),
            (Some(Step::StartOfRow), Some(Step::FirstSeat))
        );
        assert_eq!((step("Tab", false), step("ArrowDown", true), step("Enter", false)), (None, None, None));
    }
}
