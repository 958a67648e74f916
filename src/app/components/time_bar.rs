use domain::search::Itinerary;
use leptos::prelude::*;
use stylers_macro::style_sheet;

/// An itinerary drawn to scale of its duration: a line for each flight, a gap for each wait, a dot for each airport.
///
/// The same is told in words beside it, so it is hidden from those who hear the page.
#[component]
pub fn TimeBar(itinerary: Itinerary) -> impl IntoView {
    let class = style_sheet!("style/time_bar.css");
    let start = itinerary.first().departs_at;
    let whole_min = itinerary.duration_min().max(1);
    let at = move |instant| percent(domain::departure::minutes_between(start, instant), whole_min);
    let flights: Vec<(String, String)> =
        itinerary.legs().iter().map(|leg| (at(leg.departs_at), at(leg.arrives_at))).collect();
    view! { class = class,
        <svg class="bar" width="100%" height="12" aria-hidden="true">
            <line class="wait" x1="0%" x2="100%" y1="6" y2="6" />
            {flights
                .into_iter()
                .map(|(from, to)| {
                    view! { class = class,
                        <line class="flight" x1=from.clone() x2=to.clone() y1="6" y2="6" />
                        <circle class="airport" cx=from cy="6" r="4" />
                        <circle class="airport" cx=to cy="6" r="4" />
                    }
                })
                .collect_view()}
        </svg>
    }
}

/// A share of the whole in percent, to a tenth; whole numbers alone, so that server and browser write the same.
fn percent(part: i32, whole: i32) -> String {
    let tenths = i64::from(part) * 1000 / i64::from(whole);
    format!("{}.{}%", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_written_to_a_tenth_of_a_percent() {
        assert_eq!(percent(0, 478), "0.0%");
        assert_eq!(percent(88, 478), "18.4%");
        assert_eq!(percent(478, 478), "100.0%");
    }
}
