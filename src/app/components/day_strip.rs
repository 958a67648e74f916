use jiff::civil::Date;
use leptos::prelude::*;
use stylers_macro::style_sheet;

use crate::{
    answers::DayPrice,
    search_url::{SearchUrl, TripKind},
    text,
};

/// Days before and after for which a phone has room.
const NEAR_DAYS: i32 = 2;

/// Letters of a price beside which a phone has room for the next.
const ROOMY_LETTERS: usize = 8;

/// The days around the one searched, with what the cheapest way costs on each; each leads to its own search.
#[component]
pub fn DayStrip(
    days: Vec<DayPrice>,
    /// The day that is shown.
    shown: Date,
    search: SearchUrl,
) -> impl IntoView {
    let class = style_sheet!("style/day_strip.css");
    let long =
        days.iter().filter_map(|day| day.cheapest).any(|price| price.to_string().len() > ROOMY_LETTERS);
    let bound = search.request.chosen.len();
    let has_month = bound == 0 && search.trip != TripKind::Multi;
    let month = has_month.then(|| search.month_href());
    let links = days
        .into_iter()
        .map(|DayPrice { date, cheapest }| {
            let is_shown = date == shown;
            let href = search.href_with(|s| s.fly_on(bound, date));
            let far = domain::departure::days_between(shown, date).abs() > NEAR_DAYS;
            let price = cheapest.map_or_else(|| "none".to_owned(), |price| price.to_string());
            view! { class = class,
                <li class="day" class:far=far>
                    <a class="link" href=href aria-current=is_shown.then_some("date")>
                        <span class="name">{text::day_of_week(date)}</span>
                        <span class="price">{price}</span>
                    </a>
                </li>
            }
        })
        .collect_view();
    view! { class = class,
        <nav class="strip" aria-label="Nearby days">
            <ol class="days" class:long=long>{links}</ol>
            {month.map(|href| view! { class = class, <a class="month small" href=href>"Prices of the whole month"</a> })}
        </nav>
    }
}
