use leptos::prelude::*;
use stylers_macro::style_sheet;

/// What this site is, at the foot of every page.
#[component]
pub fn Footer() -> impl IntoView {
    let class = style_sheet!("style/footer.css");
    view! { class = class,
        <footer class="foot">
            <p>"SkyConnect is a demonstration. Its schedule follows a real week of flights, with some made up; its tickets are not valid for travel."</p>
        </footer>
    }
}
