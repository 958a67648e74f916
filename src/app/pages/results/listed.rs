use domain::{cabin::Cabin, search::Sort};
use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::{NothingFound, how_old, sorts, stage::Stage, stops};
use crate::{
    answers::{Checked, ItineraryCard, OutsideCard, OutsideResults},
    components::{
        brand_table::BrandTable, choose_next::Onward, filter_form::FilterForm, offer_card::OfferCard,
        outside_card::OutsideOfferCard,
    },
    filters::Choices,
    listing::{Way, listed},
    search_url::SearchUrl,
    text,
};

/// Our own ways to fly with what the list says around them.
#[derive(Clone)]
pub struct Ours {
    pub options: Vec<ItineraryCard>,
    pub search: SearchUrl,
    /// Which flight of the trip is chosen here, where others are chosen after it.
    pub stage_ahead: Option<Stage>,
    pub took_ms: u32,
    pub checked: Checked,
}

/// How what others sell stands while the list is shown.
#[derive(Clone)]
pub enum Others {
    Known(OutsideResults),
    /// Who is being asked still.
    Asked(Vec<String>),
}

/// The list in its order, with what chooses from it above.
#[component]
pub fn Listed(ours: Ours, others: Others) -> impl IntoView {
    let class = style_sheet!("style/results.css");
    let Ours { options, search, stage_ahead, took_ms, checked } = ours;
    let is_sold = stage_ahead.is_none();
    let sort = Sort::parse(&search.request.sort).unwrap_or_default();
    let is_asking = matches!(others, Others::Asked(_));
    let (cards, note) = match others {
        Others::Known(OutsideResults { cards, missing, old }) => {
            let cards = if checked == Checked::Paused { closed(cards) } else { cards };
            (cards, view! { <WhatIsMissing missing old search=search.clone() /> }.into_any())
        }
        Others::Asked(names) => {
            let words = format!("Asking {} what else flies there.", text::listed(&names));
            (Vec::new(), view! { <p class="small muted" role="status">{words}</p> }.into_any())
        }
    };
    let ways = listed(options, cards, is_sold, sort);
    let all = ways.len();
    let has_ours = ways.iter().any(|way| matches!(way, Way::Ours(_)));
    let choices = Choices::of(&ways);
    let shown: Vec<Way> = ways.into_iter().filter(|way| way.is_shown_by(&search.filters)).collect();
    let count = format!("{}, found in {took_ms} ms", text::counted(shown.len(), "way to fly", "ways to fly"));
    let recommends = sort == Sort::Best;
    let cabin = search.request.cabin.chars().next().and_then(Cabin::from_letter).unwrap_or(Cabin::Economy);
    let list = if shown.is_empty() {
        let is_nothing = all > 0 || !is_asking;
        is_nothing.then(|| view! { <NothingFound filtered=all search=search.clone() /> }).into_any()
    } else {
        let cards = shown.into_iter().enumerate().map(|(place, way)| {
            let best = recommends && place == 0;
            let card = match way {
                Way::Ours(card) => {
                    let onward = stage_ahead.map(|stage| Onward {
                        href: search.href_with(|s| s.request.chosen.push(card.key.clone())),
                        price_of: stage.price_of(),
                        next: stage.next(),
                    });
                    view! { <OfferCard best onward card /> }.into_any()
                }
                Way::Outside(card) => view! { <OutsideOfferCard best card /> }.into_any(),
            };
            view! { class = class, <li>{card}</li> }
        });
        view! { class = class, <ol class="list">{cards.collect_view()}</ol> }.into_any()
    };
    view! { class = class,
        <div class="tools">
            <nav class="segments" aria-label="Order">{sorts(&search)}</nav>
            <nav class="segments" aria-label="Stops">{stops(&search)}</nav>
            <p class="small muted" role="status">{count}</p>
        </div>
        {(all > 1).then(|| view! { <FilterForm choices search=search.clone() /> })}
        {how_old(checked)}
        {note}
        {(is_sold && has_ours).then(|| view! { <BrandTable cabin /> })}
        {list}
    }
}

/// Says whose flights may be missing, and what to do; and whose prices are being checked again.
#[component]
fn WhatIsMissing(missing: Vec<String>, old: Vec<(String, u32)>, search: SearchUrl) -> impl IntoView {
    let class = style_sheet!("style/results.css");
    let missing = (!missing.is_empty()).then(|| {
        let (has, their) = if missing.len() == 1 { ("has", "its") } else { ("have", "their") };
        let words =
            format!("{} {has} not answered: {their} flights may be missing. ", text::listed(&missing));
        view! { class = class,
            <p class="note missing" role="status">
                {words} <a href=search.href()>"Search again"</a>
                " in a moment to see them."
            </p>
        }
    });
    let old = old
        .into_iter()
        .map(|(name, secs)| {
            let words = format!(
                "What {name} sells was checked {} min ago, and is being checked again: look once more in a moment.",
                secs / 60
            );
            view! { class = class, <p class="small muted">{words}</p> }
        })
        .collect_view();
    view! { {missing} {old} }
}

/// Nothing of it can be bought now.
fn closed(mut cards: Vec<OutsideCard>) -> Vec<OutsideCard> {
    for price in cards.iter_mut().flat_map(|card| &mut card.prices) {
        price.offer = None;
    }
    cards
}
