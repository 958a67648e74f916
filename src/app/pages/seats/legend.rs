use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::choosing::Choosing;

/// What the looks of seats mean: in sight where there is room, folded away on phones.
#[component]
pub fn Legend(
    choosing: Choosing,
    /// Whether it is the folded one; a page has both, and its width decides which is shown.
    #[prop(optional)]
    folded: bool,
) -> impl IntoView {
    let class = style_sheet!("style/legend.css");
    let legroom = format!("more legroom, {}", choosing.legroom());
    let looks = [
        ("free", "", "free"),
        ("ours", "✓", "yours"),
        ("choosing", "A", "being chosen"),
        ("taken", "", "taken"),
        ("blocked", "×", "not for sale"),
        ("refused", "–", "not for who chooses now"),
        ("kept", "i", "kept for people with a disability"),
        ("roomy", "", legroom.as_str()),
    ];
    let looks = looks.map(|(look, sign, name)| {
        view! { class = class,
            <li class="look">
                <span class="sample" data-look=look aria-hidden="true">{sign}</span>
                {name.to_owned()}
            </li>
        }
    });
    let looks = view! { class = class, <ul class="looks" aria-label="Legend">{looks}</ul> };
    if folded {
        view! { class = class,
            <details class="folded">
                <summary class="title">"Legend"</summary>
                {looks}
            </details>
        }
        .into_any()
    } else {
        view! { class = class, <div class="open">{looks}</div> }.into_any()
    }
}
