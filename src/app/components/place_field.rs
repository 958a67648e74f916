use domain::airport::Place;
use leptos::prelude::*;

use crate::AppError;
#[cfg(feature = "ssr")]
use crate::call;

/// Letters typed before places are suggested.
const LEAST_LETTERS: usize = 2;

/// A box for a city or an airport that suggests places while one types; without JavaScript the name or code is typed out.
#[component]
pub fn PlaceField(
    /// The field's name in the form, such as `from` or `to2`.
    name: &'static str,
    label: &'static str,
    /// Says of which flight it is, for those who hear the fields one by one.
    #[prop(optional, into)]
    of: String,
    /// What stands in it, at first and as it is typed.
    value: RwSignal<String>,
    /// Whether something must be typed before the form is sent.
    #[prop(optional)]
    required: bool,
    /// The place that it is taken for where it is left empty.
    #[prop(optional)]
    otherwise: Option<RwSignal<String>>,
    /// Whether what stands in it was refused.
    wrong: bool,
) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let first = value.get_untracked();
    let placeholder = move || match otherwise.map(|place| place.get()).unwrap_or_default() {
        place if place.is_empty() => "City or airport".to_owned(),
        place => place,
    };
    let places = Resource::new(move || typed.get(), suggested);
    let list = format!("{name}-places");
    view! {
        <label class="field" class:wrong=wrong>
            <span>{label} <span class="unseen">{of}</span></span>
            <input
                name=name
                value=first
                list=list.clone()
                placeholder=placeholder
                autocomplete="off"
                required=required
                aria-invalid=wrong.then_some("true")
                on:input:target=move |event| {
                    typed.set(event.target().value());
                    value.set(event.target().value());
                }
            />
        </label>
        <datalist id=list>
            <Transition>
                {move || Suspend::new(async move {
                    places
                        .await
                        .unwrap_or_default()
                        .into_iter()
                        .map(|place| {
                            let text = place.to_string();
                            view! { <option value=text>{place.detail}</option> }
                        })
                        .collect_view()
                })}
            </Transition>
        </datalist>
    }
}

/// Places for what is typed; none as long as that is too little to go by.
async fn suggested(typed: String) -> Result<Vec<Place>, AppError> {
    if typed.trim().chars().count() < LEAST_LETTERS { Ok(Vec::new()) } else { suggest_places(typed).await }
}

#[server(endpoint = "suggest_places")]
pub async fn suggest_places(text: String) -> Result<Vec<Place>, AppError> {
    Ok(call::ports()?.search.suggest(&text).await)
}
