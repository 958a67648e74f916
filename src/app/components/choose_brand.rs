use domain::money::Money;
use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::form_key::FormKey;
use crate::{AppError, answers::BrandPrice};
use crate::{call, pages::posted_by_a_plain_form, ports::HoldError};

/// The brands with their prices: see [`ChooseFare`].
#[component]
pub fn ChooseBrand(
    prices: Vec<BrandPrice>,
    best: bool,
    /// Says which way to fly, for those who hear the buttons one by one.
    name: String,
) -> impl IntoView {
    let fare = |BrandPrice { brand, total, offer, .. }| Fare { name: brand.name().to_owned(), total, offer };
    let fares = prices.into_iter().map(fare).collect::<Vec<_>>();
    view! { <ChooseFare fares best name /> }
}

/// One thing to buy.
pub struct Fare {
    pub name: String,
    pub total: Money,
    /// The signed offer; none where it cannot be bought now.
    pub offer: Option<String>,
}

/// Fares with their prices: a button each, in a form that takes the places and starts the ten minutes. What cannot be
/// bought now is a button that cannot be pressed.
#[component]
pub fn ChooseFare(fares: Vec<Fare>, best: bool, name: String) -> impl IntoView {
    let class = style_sheet!("style/choose_brand.css");
    let cheapest = fares.iter().map(|fare| fare.total.minor).min();
    let buttons = fares
        .into_iter()
        .map(|fare| {
            let label = format!("{}, {}, {name}", fare.name, fare.total);
            let is_closed = fare.offer.is_none();
            let signal = best && !is_closed && Some(fare.total.minor) == cheapest;
            view! { class = class,
                <button class="fare" class:go=signal type="submit" name="offer" value=fare.offer disabled=is_closed aria-label=label>
                    <span class="brand">{fare.name}</span>
                    <span class="price">{fare.total.to_string()}</span>
                </button>
            }
        })
        .collect_view();
    view! { class = class,
        <form class="fares" method="post" action="/api/choose_offer">
            <FormKey<ChooseOffer> />
            {buttons}
        </form>
    }
}

/// Takes the places of a signed offer and leads on to the travellers; the ten minutes run from here.
#[server(endpoint = "choose_offer")]
pub async fn choose_offer(offer: String, #[server(default)] key: String) -> Result<(), AppError> {
    // A form offers several brands, each of which is an asking of its own: the end of an offer is its signature.
    let end = offer.get(offer.len().saturating_sub(43)..).unwrap_or_default();
    let caller = call::caller(&if key.is_empty() { key } else { format!("{key}.{end}") })?;
    let chosen = call::ports()?.seats.choose(caller.clone(), &offer).await;
    let hold = match chosen {
        // A page asks whether the new price is accepted; programs are told as of any refusal.
        Err(HoldError::PriceChanged { offer, .. }) if posted_by_a_plain_form() => {
            leptos_axum::redirect(&format!("/price?offer={offer}"));
            return Ok(());
        }
        chosen => chosen.map_err(call::refuse_change(&caller))?,
    };
    leptos_axum::redirect(&format!("/book/{hold}/travellers"));
    Ok(())
}
