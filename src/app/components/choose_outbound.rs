use leptos::prelude::*;
use stylers_macro::style_sheet;

use crate::answers::BrandPrice;

/// What the outbound costs by itself, and the link to choose its return.
#[component]
pub fn ChooseOutbound(href: String, prices: Vec<BrandPrice>, best: bool) -> impl IntoView {
    let class = style_sheet!("style/choose_outbound.css");
    let from = prices.iter().map(|price| price.total).min_by_key(|price| price.minor);
    view! { class = class,
        <div class="onward">
            {from
                .map(|price| {
                    view! { class = class,
                        <p class="from">"outbound from " <span class="price">{price.to_string()}</span></p>
                    }
                })}
            <a class="button" class:go=best href=href>"Choose a return"</a>
        </div>
    }
}
