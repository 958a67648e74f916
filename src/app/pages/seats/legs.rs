use leptos::prelude::*;
use stylers_macro::style_sheet;

use domain::hold::HoldId;

use crate::answers::HeldLeg;

/// Which leg this is, the way to the others, and to the other way of showing the cabin.
#[component]
pub fn Legs(
    legs: Vec<HeldLeg>,
    hold: HoldId,
    /// Index of the leg that is shown.
    current: usize,
    /// Whether its cabin is shown as a list.
    listed: bool,
) -> impl IntoView {
    let class = style_sheet!("style/legs.css");
    let count = legs.len();
    let sentence = legs.get(current).map(|leg| {
        let flight = leg.departure.id.flight.spaced();
        let route = format!(" {} to {}, {}.", leg.origin_name, leg.destination_name, leg.aircraft_name);
        view! { class = class,
            {format!("Leg {} of {count}: ", current + 1)}
            <b>{flight}</b>
            {route}
        }
    });
    let tabs = (count > 1).then(|| {
        let tabs: Vec<_> = legs
            .iter()
            .enumerate()
            .map(|(i, leg)| {
                let label = format!("{} → {}", leg.departure.origin, leg.departure.destination);
                let here = (i == current).then_some("page");
                view! { class = class,
                    <a href=format!("/book/{hold}/seats?leg={i}") aria-current=here>{label}</a>
                }
            })
            .collect();
        view! { class = class, <nav class="segments tabs" aria-label="Legs">{tabs}</nav> }
    });
    let (view, other) = if listed { ("", "Show the map") } else { ("&view=list", "Show as a list") };
    let other_view = format!("/book/{hold}/seats?leg={current}{view}");
    view! { class = class,
        <p class="muted leg">
            {sentence}
            " "
            <a href=other_view>{other}</a>
        </p>
        {tabs}
    }
}
