use domain::cabin::Cabin;
use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::{
    choose_brand::{ChooseFare, Fare},
    leg_list::LegList,
    offer_card::{carriers, flights, spoken},
    way_to_fly::WayToFly,
};
use crate::{
    answers::{OutsideBound, OutsideCard, OutsidePrice},
    text,
};

/// A trip that somebody else sells: who, all its bounds to scale, and what they cost together.
#[component]
pub fn OutsideOfferCard(
    card: OutsideCard,
    /// Whether it is the one that the list recommends.
    best: bool,
) -> impl IntoView {
    let class = style_sheet!("style/offer_card.css");
    let OutsideCard { supplier, bounds, cabin, prices, mark, .. } = card;
    let count = bounds.len();
    let name = format!(
        "{}, sold by {supplier}",
        bounds.first().map(|bound| spoken(&bound.itinerary)).unwrap_or_default()
    );
    let fares = prices
        .into_iter()
        .map(|OutsidePrice { brand, total, offer }| Fare {
            name: brand.unwrap_or_else(|| "Fare".into()),
            total,
            offer,
        })
        .collect::<Vec<_>>();
    let ways = bounds.iter().cloned().map(|bound| way(bound, count)).collect_view();
    let details = bounds
        .into_iter()
        .map(|OutsideBound { itinerary, legs }| view! { <LegList itinerary lines=legs /> })
        .collect_view();
    let together = match count {
        1 => None,
        2 => Some("Both ways at one price"),
        _ => Some("All flights at one price"),
    };
    let whose = format!(
        "Sold by {supplier}. How it can be changed or cancelled is for {supplier} and the airline to say."
    );
    view! { class = class,
        <article class="card offer" class:best=best>
            <div class="way">
                {ways}
                <p class="about">
                    <span class="sold">"Sold by " <b>{supplier}</b></span>
                    {mark.map(|mark| view! { <span class="chip">{mark}</span> })}
                    {(cabin != Cabin::Economy).then(|| view! { <span class="chip">{cabin.name()}</span> })}
                </p>
            </div>
            <div class="price">
                {together.map(|together| view! { class = class, <p class="together">{together}</p> })}
                <ChooseFare fares best name />
            </div>
            <details class="more">
                <summary>"Flight details"</summary>
                {details}
                <p class="small muted">{whose}</p>
            </details>
        </article>
    }
}

/// One bound; of several each with its day.
fn way(bound: OutsideBound, count: usize) -> impl IntoView {
    let class = style_sheet!("style/offer_card.css");
    let OutsideBound { itinerary, legs } = bound;
    let (flights, carriers) = (flights(&itinerary), carriers(&legs));
    let day = (count > 1).then(|| {
        let day = text::medium_date(itinerary.first().departs.date());
        view! { class = class, <p class="day">{day}</p> }
    });
    view! { class = class,
        <div class="bound">
            {day}
            <WayToFly itinerary />
            <p class="about">
                <span class="flights">{flights}</span>
                <span class="carrier">{carriers}</span>
            </p>
        </div>
    }
}
