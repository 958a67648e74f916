use leptos::prelude::*;
use leptos_meta::{Meta, Title};
use stylers_macro::style_sheet;

use crate::components::trip_form::TripForm;

/// Where a traveller opens a trip again, by its reference and a surname.
#[component]
pub fn TripsPage() -> impl IntoView {
    let class = style_sheet!("style/trips.css");
    view! { class = class,
        <Title text="My trip, SkyConnect" />
        <Meta name="robots" content="noindex" />
        <div class="page narrow">
            <h1>"Open your trip"</h1>
            <p class="muted lead">"With the booking reference on your confirmation, six letters and digits, and the surname of one traveller."</p>
            <TripForm />
        </div>
    }
}
