use leptos::prelude::*;
use stylers_macro::style_sheet;

use crate::answers::{FliesAlready, HeldTraveller};

/// Who of them flies on one of the flights already, with the box to be ticked before they are booked once more.
#[component]
pub fn BookAgain(travellers: Vec<HeldTraveller>, twins: Vec<FliesAlready>) -> impl IntoView {
    let class = style_sheet!("style/book_again.css");
    let name = |ordinal: u8| {
        travellers.iter().find(|t| t.ordinal == ordinal).map(HeldTraveller::label).unwrap_or_default()
    };
    let lines = twins
        .iter()
        .map(|twin| {
            let flight = twin.departure.flight.spaced();
            let booking = twin.pnr.map(|pnr| {
                let trip = format!("/trips/{pnr}");
                view! { ", booking " <a href=trip>{pnr.to_string()}</a> }
            });
            view! { <li>{name(twin.ordinal)} " already flies on " {flight} {booking} "."</li> }
        })
        .collect_view();
    (!twins.is_empty()).then(|| {
        view! { class = class,
            <div class="note again">
                <ul>{lines}</ul>
                <label class="tick">
                    <input type="checkbox" name="again" value="true" required />
                    <span>"Book them once more"</span>
                </label>
            </div>
        }
    })
}
