use leptos::prelude::*;
use leptos_router::components::A;
use stylers_macro::style_sheet;

/// The dark bar at the head of every page: home on the left, the traveller's trip on the right.
#[component]
pub fn Header() -> impl IntoView {
    let class = style_sheet!("style/header.css");
    view! { class = class,
        <header class="bar">
            <a class="brand" href="/">
                <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
                    <rect class="sign" width="32" height="32" rx="5" />
                    <path class="arrow" d="M10 22 22 10M13 10h9v9" />
                </svg>
                "SkyConnect"
            </a>
            <nav class="links" aria-label="Main">
                <A href="/trips">"My trip"</A>
            </nav>
        </header>
    }
}
