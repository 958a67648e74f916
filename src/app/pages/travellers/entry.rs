use leptos::prelude::*;
use stylers_macro::style_sheet;

use crate::AppError;

/// A labelled field that says below itself what was wrong with it.
#[component]
pub fn Entry(
    label: &'static str,
    /// As the form posts it and refusals name it.
    name: String,
    #[prop(default = "text")] kind: &'static str,
    autocomplete: String,
    /// What was saved before.
    value: String,
    /// Signs that fit.
    #[prop(default = 60)]
    most: u16,
    /// The last ISO date that may be chosen.
    #[prop(optional_no_strip)]
    latest: Option<String>,
    #[prop(optional)] optional: bool,
    /// Why the form was refused, if it was.
    refused: RwSignal<Option<AppError>>,
) -> impl IntoView {
    let class = style_sheet!("style/entry.css");
    let id = name.replace(['[', ']'], "-");
    let hint = format!("{id}wrong");
    let field = name.clone();
    let wrong = Memo::new(move |_| match refused.get() {
        Some(AppError::Invalid { field: Some(refused), message }) if refused == field => Some(message),
        _ => None,
    });
    let described_by = hint.clone();
    view! { class = class,
        <div class="entry">
            <label class="field" class:wrong=move || wrong.get().is_some()>
                <span>{label}</span>
                <input
                    id=id
                    type=kind
                    name=name
                    value=value
                    autocomplete=autocomplete
                    maxlength=(kind != "date").then_some(most)
                    min=(kind == "date").then_some("1900-01-01")
                    max=latest
                    required=!optional
                    aria-invalid=move || wrong.get().is_some().then_some("true")
                    aria-describedby=move || wrong.get().is_some().then(|| described_by.clone())
                />
            </label>
            {move || wrong.get().map(|sentence| view! { class = class, <p class="small sentence" id=hint.clone()>{sentence}</p> })}
        </div>
    }
}
