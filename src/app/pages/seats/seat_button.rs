use domain::{cabin::Features, cabin::Seat};
use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::{calls::SeatAsSeen, choosing::Choosing, face::Look};

/// One seat of the map: a button that takes it for the current traveller. Others' seats cannot be pressed, ours say whose they are.
#[component]
pub fn SeatButton(
    seat: Seat,
    /// Whether the seat is in the cabin that was booked.
    own_cabin: bool,
    choosing: Choosing,
) -> impl IntoView {
    let class = style_sheet!("style/seat_button.css");
    let Seat { number, features } = seat;
    let roomy = features.contains(Features::EXTRA_LEGROOM);
    let face = Memo::new(move |_| choosing.face(number, own_cabin));
    move || {
        let face = face.get();
        let free = face.look == Look::Free;
        let ours = matches!(face.look, Look::Ours(_));
        let name = match face.look {
            Look::Ours(ordinal) => format!("{}, yours: {}", seat.describe(), choosing.name_of(ordinal)),
            look => format!("{}, {}", seat.describe(), look.name()),
        };
        let sign = if ours { "✓".to_owned() } else { number.letter().to_string() };
        view! { class = class,
            <button
                class="seat"
                type=if free { "submit" } else { "button" }
                name="seat"
                value=SeatAsSeen { seat: number, version: face.version }.to_string()
                data-look=face.look.key()
                data-roomy=roomy.then_some("")
                data-just=face.just.then_some("")
                aria-label=name
                aria-disabled=ours.then_some("true")
                disabled=!free && !ours
            >
                {sign}
            </button>
        }
    }
}
