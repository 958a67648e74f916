use domain::{cabin::Cabin, fare::Why, search::Itinerary};
use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::{
    choose_brand::ChooseBrand,
    choose_next::{ChooseNext, Onward},
    leg_list::LegList,
    way_to_fly::WayToFly,
    why_price::WhyPrice,
};
use crate::{
    answers::{ItineraryCard, LegLine},
    text,
};

/// Places left from which on a card tells how many.
const FEW_PLACES: u16 = 9;

/// One way to fly: its times to scale, what it costs in each brand, and its flights one by one.
#[component]
pub fn OfferCard(
    card: ItineraryCard,
    /// Whether it is the one that the list recommends.
    best: bool,
    /// Where choosing it leads while another flight is to be chosen next; none where choosing keeps the places.
    #[prop(optional_no_strip)]
    onward: Option<Onward>,
) -> impl IntoView {
    let class = style_sheet!("style/offer_card.css");
    let few = card.places_left.filter(|left| *left <= FEW_PLACES);
    let few = few.map(|left| text::counted(left.into(), "place left", "places left"));
    let (flights, carriers) = (flights(&card.itinerary), carriers(&card.legs));
    let told = card.prices.iter().find(|price| !price.whys.is_empty());
    let why = told.map(|price| {
        let (whys, currency) = (price.whys.clone(), price.total.currency);
        view! { <WhyPrice whys currency /> }
    });
    let fares = told.map(|price| fares(&price.whys)).filter(|fares| !fares.is_empty());
    let choose = match onward {
        Some(onward) => view! { <ChooseNext onward prices=card.prices best /> }.into_any(),
        None => view! { <ChooseBrand prices=card.prices best name=spoken(&card.itinerary) /> }.into_any(),
    };
    view! { class = class,
        <article class="card offer" class:best=best>
            <div class="way">
                <WayToFly itinerary=card.itinerary.clone() />
                <p class="about">
                    <span class="flights">{flights}</span>
                    <span class="carrier">{carriers}</span>
                    {card.mark.map(|mark| view! { <span class="chip">{mark}</span> })}
                    {fares.map(|fares| view! { <span class="carrier">{fares}</span> })}
                    {few.map(|few| view! { <span class="chip">{few}</span> })}
                    {(card.cabin != Cabin::Economy).then(|| view! { <span class="chip">{card.cabin.name()}</span> })}
                </p>
            </div>
            {choose}
            <details class="more">
                <summary>"Flight details"</summary>
                <LegList itinerary=card.itinerary lines=card.legs />
            </details>
            {why}
        </article>
    }
}

/// "B6 417 and B6 523".
pub fn flights(itinerary: &Itinerary) -> String {
    text::listed(&itinerary.legs().iter().map(|leg| leg.id.flight.spaced()).collect::<Vec<_>>())
}

/// "Class K (K14B)", of the lowest brand.
fn fares(whys: &[Why]) -> String {
    let mut named: Vec<String> = whys.iter().map(|why| format!("{} ({})", why.class, why.basis)).collect();
    named.dedup();
    format!("Class {}", text::listed(&named))
}

/// "Delta Air Lines", each carrier once.
pub fn carriers(lines: &[LegLine]) -> String {
    let mut names: Vec<String> = lines.iter().map(|line| line.carrier_name.clone()).collect();
    names.dedup();
    text::listed(&names)
}

/// "leaving 07:00, B6 417 and B6 523".
pub fn spoken(itinerary: &Itinerary) -> String {
    format!("leaving {}, {}", text::clock_of(itinerary.first().departs), flights(itinerary))
}
