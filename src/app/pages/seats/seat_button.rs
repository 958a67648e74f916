use domain::cabin::{Features, Seat};
use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::{
    calls::SeatAsSeen,
    choosing::Choosing,
    face::{Face, Look},
};

/// One seat of the map: a button that takes it for the current traveller. Those that cannot be taken stay in the way of the
/// keyboard, so that focus is never lost, and say why; ours say whose they are.
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
    let face = Memo::new(move |_| choosing.face(seat, own_cabin));
    let is_stop = Memo::new(move |_| choosing.focus.get() == Some(number));
    // One seat is a stop of the tab key, and arrow keys lead on. Without scripts every free one is.
    let tab_index = move || match (choosing.alive.get(), own_cabin) {
        (true, true) if is_stop.get() => Some("0"),
        (true, _) => Some("-1"),
        (false, _) => None,
    };
    view! { class = class,
        <span class="cell" role="gridcell">
            {move || {
                let face = face.get();
                let posts = matches!(face.look, Look::Free | Look::Refused(_));
                let ours = matches!(face.look, Look::Ours(_));
                let sign = if ours { "✓".to_owned() } else { number.letter().to_string() };
                view! { class = class,
                    <button
                        id=format!("seat-{number}")
                        class="seat"
                        type=if posts { "submit" } else { "button" }
                        name="seat"
                        value=SeatAsSeen { seat: number, version: face.version }.to_string()
                        data-look=face.look.key()
                        data-roomy=roomy.then_some("")
                        data-just=face.just.then_some("")
                        aria-label=name(seat, face, choosing)
                        aria-disabled=(face.look != Look::Free).then_some("true")
                        tabindex=tab_index
                    >
                        {sign}
                    </button>
                }
            }}
        </span>
    }
}

/// As it is read out: "12A, window, exit row, extra legroom, included, free".
fn name(seat: Seat, face: Face, choosing: Choosing) -> String {
    let what = seat.describe();
    match face.look {
        Look::Ours(ordinal) => {
            format!("{what}, {}, yours: {}", choosing.price(seat).in_short(), choosing.name_of(ordinal))
        }
        Look::Free => format!("{what}, {}, {}", choosing.price(seat).in_short(), face.look.name()),
        look => format!("{what}, {}", look.name()),
    }
}
