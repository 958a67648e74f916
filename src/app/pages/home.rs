use leptos::prelude::*;
use leptos_meta::{Meta, Title};
use stylers_macro::style_sheet;

use crate::{
    components::{
        departures_board::DeparturesBoard,
        search_form::{SearchForm, bookable_days},
    },
    search_url::SearchUrl,
};

/// The front page: where to, and what leaves today.
#[component]
pub fn HomePage() -> impl IntoView {
    let class = style_sheet!("style/home.css");
    let days = Resource::new(|| (), |()| bookable_days());
    view! { class = class,
        <Title text="SkyConnect: find a flight, choose your seats" />
        <Meta
            name="description"
            content="Search a real timetable, see the cabin as it fills, keep your seats for ten minutes and pay once."
        />
        <div class="hero">
            <div class="inner">
                <h1>"Where to?"</h1>
                <p class="promise">
                    "See the cabin as it fills, keep your seats for ten minutes, pay once. No seat is ever sold twice."
                </p>
            </div>
        </div>
        <div class="page front">
            <section class="card ask" aria-label="Search flights">
                <Transition>
                    {move || Suspend::new(async move {
                        let days = days.await.ok();
                        view! { <SearchForm search=SearchUrl::default() days /> }
                    })}
                </Transition>
            </section>
            <DeparturesBoard />
        </div>
    }
}
