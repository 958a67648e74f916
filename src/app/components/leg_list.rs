use domain::{departure::Departure, search::Itinerary};
use leptos::prelude::*;
use stylers_macro::style_sheet;

use crate::{answers::LegLine, text};

/// The flights of an itinerary in words, with the waits between them.
#[component]
pub fn LegList(itinerary: Itinerary, lines: Vec<LegLine>) -> impl IntoView {
    let class = style_sheet!("style/leg_list.css");
    let mut waits = itinerary.layovers().into_iter();
    let legs = itinerary
        .legs()
        .iter()
        .zip(lines)
        .map(|(leg, line)| {
            let wait = waits.next().map(|wait| {
                let text = format!("{} in {}", text::duration(wait.duration_min), line.destination_name);
                view! { class = class, <li class="wait">{text}</li> }
            });
            view! { class = class,
                <li class="leg">
                    <p class="flight">
                        {leg.id.flight.spaced()} ", " {line.carrier_name} ", " {line.aircraft_name} ", "
                        {text::duration(leg.block_time_min())}
                    </p>
                    <p>{departs(leg, &line.origin_name)}</p>
                    <p>{arrives(leg, &line.destination_name)}</p>
                </li>
                {wait}
            }
        })
        .collect_view();
    view! { class = class, <ol class="legs">{legs}</ol> }
}

fn departs(leg: &Departure, name: &str) -> String {
    let time = text::clock_of(leg.departs);
    let date = text::short_date(leg.departs.date());
    format!("{time}, {date}, {name} {}{}", leg.origin, terminal(leg.origin_terminal.as_deref()))
}

fn arrives(leg: &Departure, name: &str) -> String {
    let time = text::clock_of(leg.arrives);
    let date = text::short_date(leg.arrives.date());
    format!("{time}, {date}, {name} {}{}", leg.destination, terminal(leg.destination_terminal.as_deref()))
}

fn terminal(terminal: Option<&str>) -> String {
    terminal.map(|terminal| format!(", terminal {terminal}")).unwrap_or_default()
}
