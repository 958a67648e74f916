use leptos::prelude::*;
use leptos_meta::Title;

/// What stands where there is no page; the answer's status says so too.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(axum::http::StatusCode::NOT_FOUND);
    }
    view! {
        <Title text="Not found, SkyConnect" />
        <div class="page narrow">
            <h1>"There is no page here"</h1>
            <p>
                "The address may be mistyped, or the page has moved. "
                <a href="/">"Search flights"</a>
                " or "
                <a href="/trips">"open your trip"</a>
                "."
            </p>
        </div>
    }
}
