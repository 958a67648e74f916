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
    /// The field's name in the form: `from` or `to`.
    name: &'static str,
    label: &'static str,
    /// What stands in it at first.
    value: String,
    /// Whether what stands in it was refused.
    wrong: bool,
) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let places = Resource::new(move || typed.get(), suggested);
    let list = format!("{name}-places");
    view! {
        <label class="field" class:wrong=wrong>
            <span>{label}</span>
            <input
                name=name
                value=value
                list=list.clone()
                placeholder="City or airport"
                autocomplete="off"
                required
                aria-invalid=wrong.then_some("true")
                on:input:target=move |event| typed.set(event.target().value())
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
