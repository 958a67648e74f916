use domain::search::Itinerary;
use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::time_bar::TimeBar;
use crate::text;

/// The times of an itinerary with the bar between them, and what lies on the way.
#[component]
pub fn WayToFly(itinerary: Itinerary) -> impl IntoView {
    let class = style_sheet!("style/way_to_fly.css");
    let (departs, arrives) = (itinerary.first().departs, itinerary.last().arrives);
    let mark = text::day_mark(itinerary.day_change()).map(|mark| {
        let words = text::day_words(itinerary.day_change());
        view! { class = class,
            <sup class="mark" aria-hidden="true">{mark}</sup>
            <span class="unseen">{words}</span>
        }
    });
    view! { class = class,
        <div class="times">
            <p class="end">
                <span class="unseen">"Departs"</span>
                <time class="clock" datetime=departs.to_string()>{text::clock_of(departs)}</time>
                <span class="code">{itinerary.origin().to_string()}</span>
            </p>
            <div class="between">
                <p class="lasts">{text::duration(itinerary.duration_min())}</p>
                <TimeBar itinerary=itinerary.clone() />
                <p class="stops">{stops(&itinerary)}</p>
            </div>
            <p class="end">
                <span class="unseen">"arrives"</span>
                <span class="arrival">
                    <time class="clock" datetime=arrives.to_string()>{text::clock_of(arrives)}</time>
                    {mark}
                </span>
                <span class="code">{itinerary.destination().to_string()}</span>
            </p>
        </div>
    }
}

/// "direct", "1 stop: JFK, 55 min".
fn stops(itinerary: &Itinerary) -> String {
    let layovers: Vec<String> = itinerary
        .layovers()
        .into_iter()
        .map(|layover| format!("{}, {}", layover.airport, text::duration(layover.duration_min)))
        .collect();
    match layovers.len() {
        0 => "direct".to_owned(),
        count => format!("{}: {}", text::counted(count, "stop", "stops"), layovers.join("; ")),
    }
}
