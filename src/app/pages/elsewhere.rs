use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::alive::is_alive;

/// Stands in the browser's code for every page that the server alone makes: it is loaded from there.
#[component]
pub fn Elsewhere() -> impl IntoView {
    let location = use_location();
    Effect::new(move |_| {
        let (path, query) = (location.pathname.get_untracked(), location.search.get_untracked());
        // What comes alive here is made here: to load it again would never end.
        if !is_alive(&path) {
            let href = if query.is_empty() { path } else { format!("{path}?{query}") };
            let _ = window().location().replace(&href);
        }
    });
}
