use leptos::prelude::*;
use stylers_macro::style_sheet;

/// A step of the booking beside its timer and price. On phones they follow one another, and the timer stays in sight.
#[component]
pub fn TwoColumns(
    timer: AnyView,
    /// What is to be done in this step.
    main: AnyView,
    /// The price, and the ways on and out.
    side: AnyView,
) -> impl IntoView {
    let class = style_sheet!("style/two_columns.css");
    view! { class = class,
        <div class="columns">
            <div class="clock card">{timer}</div>
            <div class="main">{main}</div>
            <aside class="side">{side}</aside>
        </div>
    }
}
