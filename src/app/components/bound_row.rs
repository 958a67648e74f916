use domain::search::form::{DEPART, FROM, TO};
use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::{place_field::PlaceField, search_form::iso};
use crate::answers::BoundEntry;

/// One flight of a multi-city trip after the first, as a row of the search form. Where it leaves from may be left empty: it
/// goes on from where the flight before it ends.
#[component]
pub fn BoundRow(
    /// From 1, for the second flight.
    place: usize,
    /// What stands in it at first.
    row: BoundEntry,
    /// Where the flight before it ends.
    before: String,
    /// The first and the last day that can be searched.
    first: Option<String>,
    last: Option<String>,
    /// The name of the field that was refused, if one was.
    wrong: Option<String>,
) -> impl IntoView {
    let class = style_sheet!("style/bound_row.css");
    let is_wrong = |field: &str| wrong.as_deref() == Some(field);
    let (from_wrong, to_wrong) = (is_wrong(FROM[place]), is_wrong(TO[place]));
    let day_wrong = is_wrong(DEPART[place]);
    let of = format!("of flight {}", place + 1);
    view! { class = class,
        <fieldset class="row">
            <legend class="number">{format!("Flight {}", place + 1)}</legend>
            <div class="places">
                <PlaceField
                    name=FROM[place]
                    label="From"
                    of=of.clone()
                    value=row.from
                    otherwise=(TO[place - 1], before)
                    wrong=from_wrong
                />
                <PlaceField name=TO[place] label="To" of=of.clone() value=row.to wrong=to_wrong />
                <label class="field" class:wrong=day_wrong>
                    <span>"Depart " <span class="unseen">{of}</span></span>
                    <input type="date" name=DEPART[place] value=iso(&row.depart) min=first max=last />
                </label>
            </div>
        </fieldset>
    }
}
