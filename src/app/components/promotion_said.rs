use leptos::prelude::*;

use crate::answers::PromotionNote;

/// What became of the promotion code that was typed.
#[component]
pub fn PromotionSaid(note: PromotionNote) -> impl IntoView {
    let PromotionNote { counts, words } = note;
    view! { <p class="note" class:go=counts class:stop=!counts role="status">{words}</p> }
}
