use domain::{cabin::Cabin, fare::FareBrand};
use leptos::prelude::*;
use stylers_macro::style_sheet;

/// What the chosen brand includes, and what it does not.
#[component]
pub fn FareRules(brand: FareBrand, cabin: Cabin) -> impl IntoView {
    let class = style_sheet!("style/fare_rules.css");
    let rules = brand
        .lines(cabin)
        .map(|(speaks_for, text)| {
            let sign = if speaks_for { "✓" } else { "–" };
            view! { class = class,
                <li class="rule" class:yes=speaks_for>
                    <span class="sign" aria-hidden="true">{sign}</span>
                    {text}
                </li>
            }
        })
        .collect_view();
    view! { class = class,
        <section class="card rules">
            <h2 class="title">{format!("What {} includes", brand.name())}</h2>
            <ul class="list">{rules}</ul>
        </section>
    }
}
