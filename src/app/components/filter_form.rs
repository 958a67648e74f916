use leptos::prelude::*;
use stylers_macro::style_sheet;

use crate::{
    filters::{Choices, DAY_PARTS, Filters},
    search_url::SearchUrl,
    text,
};

/// Which ways to fly are shown: boxes to tick, in a plain GET form.
#[component]
pub fn FilterForm(choices: Choices, search: SearchUrl) -> impl IntoView {
    let class = style_sheet!("style/filter_form.css");
    let ticked = search.filters.boxes();
    let kept = search.asked().into_iter();
    let stops = search.filters.most_stops.map(|stops| ("stops", stops.to_string()));
    let hidden = kept
        .chain(stops)
        .map(|(name, value)| view! { <input type="hidden" name=name value=value /> })
        .collect_view();
    let parts = || DAY_PARTS.iter().map(|(name, label, _)| ((*name).to_owned(), (*label).to_owned()));
    let named = |choices: Vec<(String, String)>| {
        choices.into_iter().map(|(code, name)| (code.clone(), format!("{name} ({code})"))).collect::<Vec<_>>()
    };
    let boxes = |title: &'static str, name: &'static str, options: Vec<(String, String)>| {
        // A single one leaves nothing to choose, unless it was chosen where there were more.
        let is_ticked = |value: &str| ticked.iter().any(|(other, one)| *other == name && one == value);
        let is_worth_it = options.len() > 1 || options.iter().any(|(value, _)| is_ticked(value));
        is_worth_it.then(|| {
            let options = options
                .into_iter()
                .map(|(value, label)| {
                    let checked = is_ticked(&value);
                    view! { class = class,
                        <label class="tick">
                            <input type="checkbox" name=name value=value checked=checked />
                            {label}
                        </label>
                    }
                })
                .collect_view();
            view! { class = class,
                <fieldset class="group">
                    <legend class="title">{title}</legend>
                    {options}
                </fieldset>
            }
        })
    };
    let groups = (
        boxes("Airline", "airline", named(choices.airlines)),
        boxes("Leave", "leaves", parts().collect()),
        boxes("Arrive", "arrives", parts().collect()),
        boxes("Change in", "via", named(choices.via)),
    );
    let count = ticked.len();
    let summary = match count {
        0 => "Filter".to_owned(),
        count => format!("Filter: {} chosen", text::counted(count, "box", "boxes")),
    };
    let clear = search.href_with(|s| {
        s.filters = Filters { most_stops: s.filters.most_stops, ..Filters::default() };
    });
    view! { class = class,
        <details class="filters">
            <summary class="button slim">{summary}</summary>
            <form method="get" action="/search#ways">
                <div class="card groups">
                    {hidden} {groups}
                    <div class="send">
                        <button class="button go slim" type="submit">"Show these"</button>
                        {(count > 0).then(|| view! { <a href=clear>"Show all again"</a> })}
                    </div>
                </div>
            </form>
        </details>
    }
}
