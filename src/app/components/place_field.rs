use domain::airport::Place;
use leptos::prelude::*;

use crate::{AppError, call};

/// A box for a city or an airport. `public/places.js` fills its list while one types, and without JavaScript the name or code
/// is typed out.
#[component]
pub fn PlaceField(
    /// The field's name in the form, such as `from` or `to2`.
    name: &'static str,
    label: &'static str,
    /// Says of which flight it is, for those who hear the fields one by one.
    #[prop(optional, into)]
    of: String,
    /// What stands in it at first.
    value: String,
    /// Whether something must be typed before the form is sent.
    #[prop(optional)]
    required: bool,
    /// The field whose place it is taken for where it is left empty, with what stands there at first.
    #[prop(optional)]
    otherwise: Option<(&'static str, String)>,
    /// Whether what stands in it was refused.
    wrong: bool,
) -> impl IntoView {
    let list = format!("{name}-places");
    let (follows, place) = otherwise.unzip();
    let placeholder = place.filter(|place| !place.is_empty()).unwrap_or_else(|| "City or airport".to_owned());
    view! {
        <label class="field" class:wrong=wrong>
            <span>{label} <span class="unseen">{of}</span></span>
            <input
                name=name
                value=value
                list=list.clone()
                placeholder=placeholder
                autocomplete="off"
                required=required
                aria-invalid=wrong.then_some("true")
                data-follows=follows
            />
        </label>
        <datalist id=list></datalist>
    }
}

#[server(endpoint = "suggest_places")]
pub async fn suggest_places(text: String) -> Result<Vec<Place>, AppError> {
    Ok(call::ports()?.search.suggest(&text).await)
}
