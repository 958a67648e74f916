use domain::{
    cabin::Cabin,
    search::{MOST_BOUNDS, Sort},
    traveller::Party,
};
use jiff::civil::Date;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use stylers_macro::style_sheet;

use super::{bound_row::BoundRow, place_field::PlaceField};
use crate::{
    AppError,
    search_url::{SearchUrl, TripKind},
};

/// Rows of a multi-city trip after the first flight that are seen at once; the others lie one press away.
const USUAL_ROWS: usize = 2;

/// The form that asks where, when, who and in which cabin: a plain GET to `/search`, which works without JavaScript.
#[component]
pub fn SearchForm(
    /// What stands in it at first.
    search: SearchUrl,
    /// The days that can be searched; without them any day may be entered, and the answer tells.
    days: Option<SaleDays>,
    /// The name of the field that was refused, if one was.
    #[prop(optional_no_strip)]
    wrong: Option<String>,
) -> impl IntoView {
    let class = style_sheet!("style/search_form.css");
    let SearchUrl { request, trip, filters } = search;
    let refused = wrong.clone();
    let is_wrong = move |field: &str| wrong.as_deref() == Some(field);
    let first = days.map(|days| days.first.to_string());
    let last = days.map(|days| days.last.to_string());
    let adults =
        options(numbers(1..=Party::MOST), if request.adults.is_empty() { "1" } else { &request.adults });
    let children = options(numbers(0..=Party::MOST - 1), &request.children);
    let infants = options(numbers(0..=Party::MOST / 2), &request.infants);
    let cabins =
        Cabin::ALL.into_iter().rev().map(|cabin| (cabin.letter().to_string(), cabin.name().to_owned()));
    let cabins = options(cabins.collect(), &request.cabin);
    let has_code = !request.promo.is_empty();
    let mut before = request.to.clone();
    let mut rows: Vec<AnyView> = Vec::new();
    for place in 1..MOST_BOUNDS {
        let row = request.more.get(place - 1).cloned().unwrap_or_default();
        let (first, last, wrong) = (first.clone(), last.clone(), refused.clone());
        let to = row.to.clone();
        rows.push(view! { <BoundRow place row before first last wrong /> }.into_any());
        before = to;
    }
    let further = rows.split_off(USUAL_ROWS);
    let needs_further = request.more.len() > USUAL_ROWS;
    view! { class = class,
        <form method="get" action="/search">
            <div class="search">
                <fieldset class="segments" aria-label="Trip">
                    <label>
                        <input type="radio" name="trip" value="return" checked=trip == TripKind::Return />
                        "Return"
                    </label>
                    <label>
                        <input type="radio" name="trip" value="oneway" class="one-way" checked=trip == TripKind::OneWay />
                        "One way"
                    </label>
                    <label>
                        <input type="radio" name="trip" value="multi" class="multi" checked=trip == TripKind::Multi />
                        "Multi-city"
                    </label>
                </fieldset>
                <div class="fields">
                    <div class="place">
                        <PlaceField name="from" label="From" value=request.from required=true wrong=is_wrong("from") />
                    </div>
                    <div class="place">
                        <PlaceField name="to" label="To" value=request.to required=true wrong=is_wrong("to") />
                    </div>
                    <label class="field when" class:wrong=is_wrong("depart")>
                        <span>"Depart"</span>
                        <input type="date" name="depart" value=iso(&request.depart) min=first.clone() max=last.clone() required />
                    </label>
                    <label class="field when back" class:wrong=is_wrong("back")>
                        <span>"Return"</span>
                        <input type="date" name="back" value=iso(&request.back) min=first max=last />
                    </label>
                </div>
                <div class="rows">
                    <p class="small muted">
                        "What stands above is flight 1. A flight whose “From” is empty goes on from where the one before it ends; rows that you do not need stay empty."
                    </p>
                    {rows}
                    <details open=needs_further>
                        <summary>"More flights"</summary>
                        <div class="rest">{further}</div>
                    </details>
                </div>
                <div class="fields">
                    <label class="field" class:wrong=is_wrong("adults")>
                        <span>"Adults"</span>
                        <select name="adults">{adults}</select>
                    </label>
                    <label class="field" class:wrong=is_wrong("children")>
                        <span>"Children (2–11)"</span>
                        <select name="children">{children}</select>
                    </label>
                    <label class="field" class:wrong=is_wrong("infants")>
                        <span>"Infants on a lap"</span>
                        <select name="infants">{infants}</select>
                    </label>
                    <label class="field" class:wrong=is_wrong("cabin")>
                        <span>"Cabin"</span>
                        <select name="cabin">{cabins}</select>
                    </label>
                </div>
                <details class="promotion" open=has_code>
                    <summary>"Promotion code"</summary>
                    <label class="field">
                        <span>"Code"</span>
                        <input name="promo" value=request.promo maxlength="20" autocomplete="off" autocapitalize="characters" spellcheck="false" />
                    </label>
                </details>
                <div class="send">
                    <button class="button go" type="submit" name="sort" value=Sort::Best.as_str()>"Search flights"</button>
                    <label class="check">
                        <input type="checkbox" name="direct" value="1" checked=filters.most_stops == Some(0) />
                        "Direct only"
                    </label>
                </div>
            </div>
        </form>
    }
}

/// The first and the last day for which departures are sold, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaleDays {
    pub first: Date,
    pub last: Date,
}

/// The date as date fields take it; none for what is no date, of which browsers would complain.
pub(super) fn iso(text: &str) -> Option<String> {
    text.parse::<Date>().ok().map(|date| date.to_string())
}

/// A select's options by value and label, with one of them chosen.
fn options(options: Vec<(String, String)>, chosen: &str) -> AnyView {
    options
        .into_iter()
        .map(|(value, label)| {
            let selected = value == chosen;
            view! { <option value=value selected=selected>{label}</option> }
        })
        .collect_view()
        .into_any()
}

fn numbers(range: std::ops::RangeInclusive<u8>) -> Vec<(String, String)> {
    range.map(|n| (n.to_string(), n.to_string())).collect()
}

// A server function is asynchronous by its kind.
#[allow(clippy::unused_async)]
#[server(endpoint = "bookable_days")]
pub async fn bookable_days() -> Result<SaleDays, AppError> {
    use domain::search::HORIZON_DAYS;
    use jiff::{SignedDuration, Timestamp, ToSpan, tz::TimeZone};
    // The day begins last twelve hours behind UTC; each airport's own date decides in the search.
    let earliest = Timestamp::now() - SignedDuration::from_hours(12);
    let first = earliest.to_zoned(TimeZone::UTC).date();
    Ok(SaleDays { first, last: first.saturating_add(HORIZON_DAYS.days()) })
}
