use leptos::prelude::*;
use stylers_macro::style_sheet;

use domain::hold::HoldId;

use crate::answers::HeldLeg;

/// Which leg this is, and the way to the others.
#[component]
pub fn Legs(
    legs: Vec<HeldLeg>,
    hold: HoldId,
    /// Index of the leg that is shown.
    current: usize,
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
    view! { class = class,
        <p class="muted leg">{sentence}</p>
        {tabs}
    }
}
