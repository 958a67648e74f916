use domain::{cabin::Cabin, fare::FareBrand};
use leptos::prelude::*;
use stylers_macro::style_sheet;

/// What each brand includes, folded away until it is asked for.
#[component]
pub fn BrandTable(cabin: Cabin) -> impl IntoView {
    let class = style_sheet!("style/brand_table.css");
    let names: Vec<&str> = FareBrand::ALL.into_iter().map(FareBrand::name).collect();
    let summary = format!("What {} include", crate::text::listed(&names));
    let brands = FareBrand::ALL
        .into_iter()
        .map(|brand| {
            let lines = brand
                .lines(cabin)
                .into_iter()
                .map(|(good, text)| view! { class = class, <li class="term" class:good=good>{text}</li> })
                .collect_view();
            view! { class = class,
                <section class="brand">
                    <h2 class="name">{brand.name()}</h2>
                    <ul>{lines}</ul>
                </section>
            }
        })
        .collect_view();
    view! { class = class,
        <details class="brands">
            <summary class="title">{summary}</summary>
            <div class="card columns">{brands}</div>
        </details>
    }
}
