use domain::{fare::Quote, money::Money};
use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::{price_lines::PriceLines, why_price::WhyPrice};

/// The whole price, line by line, in a card of its own.
#[component]
pub fn PriceCard(
    quote: Quote,
    /// What seats cost beside it, each as a line.
    #[prop(optional)]
    seats: Vec<(String, Money)>,
    total: Money,
) -> impl IntoView {
    let class = style_sheet!("style/price_card.css");
    view! { class = class,
        <section class="card price">
            <h2>"Price"</h2>
            <PriceLines quote=quote.clone() seats total />
            <WhyPrice whys=quote.whys currency=quote.currency />
        </section>
    }
}
