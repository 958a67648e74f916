use leptos::prelude::*;
use stylers_macro::style_sheet;

use crate::answers::BrandPrice;

/// Where choosing a way to fly leads while another flight of the trip is to be chosen after it, and in which words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Onward {
    pub href: String,
    /// What the price is of: "outbound from".
    pub price_of: String,
    /// "Choose a return".
    pub next: String,
}

/// What the flights up to this one cost by themselves, and the link to choose the next.
#[component]
pub fn ChooseNext(onward: Onward, prices: Vec<BrandPrice>, best: bool) -> impl IntoView {
    let class = style_sheet!("style/choose_next.css");
    let from = prices.iter().map(|price| price.total).min_by_key(|price| price.minor);
    let Onward { href, price_of, next } = onward;
    view! { class = class,
        <div class="onward">
            {from
                .map(|price| {
                    view! { class = class,
                        <p class="from">{price_of} " " <span class="price">{price.to_string()}</span></p>
                    }
                })}
            <a class="button" class:go=best href=href>{next}</a>
        </div>
    }
}
