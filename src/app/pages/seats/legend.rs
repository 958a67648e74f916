use leptos::prelude::*;
use stylers_macro::style_sheet;

/// What the looks of seats mean.
#[component]
pub fn Legend() -> impl IntoView {
    let class = style_sheet!("style/legend.css");
    let looks = [
        ("free", "", "free"),
        ("ours", "✓", "yours"),
        ("choosing", "", "being chosen"),
        ("taken", "", "taken"),
        ("blocked", "×", "not for sale"),
        ("roomy", "", "more legroom"),
    ];
    let looks = looks.map(|(look, sign, name)| {
        view! { class = class,
            <li class="look">
                <span class="sample" data-look=look aria-hidden="true">{sign}</span>
                {name}
            </li>
        }
    });
    view! { class = class, <ul class="legend" aria-label="Legend">{looks}</ul> }
}
