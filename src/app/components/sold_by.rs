use leptos::prelude::*;
use stylers_macro::style_sheet;

use crate::answers;

/// Who sells a trip that is not ours, in place of our fare's rules.
#[component]
pub fn SoldBy(sold_by: answers::SoldBy) -> impl IntoView {
    let class = style_sheet!("style/sold_by.css");
    let answers::SoldBy { supplier, brand, locator, is_cancelling } = sold_by;
    let asked = is_cancelling.then(|| {
        view! {
            <p role="status">
                {format!("{supplier} is asked to cancel this trip. What they said comes back is sent to you once they have; we write to you then.")}
            </p>
        }
    });
    let fare = brand.map(|brand| view! { <p>{format!("Fare: {brand}, by {supplier}'s conditions.")}</p> });
    let reference = locator.map(|locator| {
        view! {
            <p>
                {format!("{supplier}'s reference: ")} <b>{locator}</b>
                ". Give this one at the airline's counter."
            </p>
        }
    });
    view! { class = class,
        <section class="card sold" aria-label="Who sells it">
            <h2>{format!("Sold by {supplier}")}</h2>
            {asked}
            {reference}
            {fare}
            <p class="muted small">{format!("{supplier} gives seats at check-in.")}</p>
        </section>
    }
}
