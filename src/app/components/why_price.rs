use domain::{fare::Why, money::Currency};
use leptos::prelude::*;
use stylers_macro::style_sheet;

/// Why a price is what it is, folded away until it is asked for: for each fare what it is filed at, which rules let it
/// apply, and which cheaper ones did not. Nothing where a price does not say.
#[component]
pub fn WhyPrice(
    whys: Vec<Why>,
    /// Of the price.
    currency: Currency,
) -> impl IntoView {
    let class = style_sheet!("style/why_price.css");
    let is_told = !whys.is_empty();
    let fares = whys
        .into_iter()
        .map(|why| {
            let sentences = why
                .sentences(currency)
                .into_iter()
                .map(|sentence| view! { class = class, <li class="reason">{sentence}</li> })
                .collect_view();
            view! { class = class,
                <section class="fare">
                    <p class="named">{why.title()}</p>
                    <ul class="reasons">{sentences}</ul>
                </section>
            }
        })
        .collect_view();
    is_told.then(|| {
        view! { class = class,
            <details class="why">
                <summary class="ask">"Why this price"</summary>
                {fares}
            </details>
        }
    })
}
