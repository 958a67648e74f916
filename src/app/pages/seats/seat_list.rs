use domain::cabin::{Row, Seat};
use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::{calls::SeatAsSeen, choosing::Choosing, face::Look};

/// The booked cabin as a list by row, for those who would rather read than look.
#[component]
pub fn SeatList(choosing: Choosing) -> impl IntoView {
    let class = style_sheet!("style/seat_list.css");
    let rows: Vec<Row> = choosing.layout.with_value(|layout| {
        let own = layout.cabin_rows().filter(|(cabin, ..)| *cabin == choosing.cabin);
        own.map(|(.., row)| row.clone()).collect()
    });
    let rows: Vec<_> = rows
        .into_iter()
        .map(|row| {
            let title = if row.exit {
                format!("Row {}, exit row", row.number)
            } else {
                format!("Row {}", row.number)
            };
            let seats: Vec<_> =
                row.seats.into_iter().flatten().map(|seat| view! { <ListedSeat seat choosing /> }).collect();
            view! { class = class,
                <li class="row">
                    <h2 class="number">{title}</h2>
                    <ul class="seats">{seats}</ul>
                </li>
            }
        })
        .collect();
    view! { class = class, <ol class="rows">{rows}</ol> }
}

/// A seat in words. It stays a button when it is taken, so that whoever is on it does not lose their place.
#[component]
fn ListedSeat(seat: Seat, choosing: Choosing) -> impl IntoView {
    let class = style_sheet!("style/listed_seat.css");
    let face = Memo::new(move |_| choosing.face(seat, true));
    view! { class = class,
        <li class="listed">
            {move || {
                let face = face.get();
                let posts = matches!(face.look, Look::Free | Look::Refused(_));
                let state = match face.look {
                    Look::Ours(ordinal) => format!("yours: {}", choosing.name_of(ordinal)),
                    Look::BeingChosen => "being chosen".to_owned(),
                    Look::Free => format!("{}, free", choosing.price(seat).in_short()),
                    look => look.name().to_owned(),
                };
                view! { class = class,
                    <button
                        id=format!("seat-{}", seat.number)
                        class="choice"
                        type=if posts { "submit" } else { "button" }
                        name="seat"
                        value=SeatAsSeen { seat: seat.number, version: face.version }.to_string()
                        data-look=face.look.key()
                        aria-disabled=(face.look != Look::Free).then_some("true")
                    >
                        <span>{seat.describe()}</span>
                        <span class="state">{state}</span>
                    </button>
                }
            }}
        </li>
    }
}
