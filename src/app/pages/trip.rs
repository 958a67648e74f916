use domain::{booking::BookingState, payment::PaymentState};
use leptos::prelude::*;
use leptos_meta::{Meta, Title};
use leptos_router::hooks::use_params_map;
use stylers_macro::style_sheet;

#[cfg(feature = "ssr")]
use crate::call;
use crate::{
    AppError,
    answers::TripView,
    components::{price_lines::PriceLines, ticket::Ticket, trip_form::TripForm},
};

/// A booking after it was made, as its ticket; the reference alone opens nothing, so others are asked for a surname.
#[component]
pub fn TripPage() -> impl IntoView {
    let params = use_params_map();
    let pnr = Memo::new(move |_| params.read().get("pnr").unwrap_or_default());
    let trip = Resource::new(move || pnr.get(), read_trip);
    view! {
        <Meta name="robots" content="noindex" />
        <div class="page">
            <Transition fallback=|| view! { <p class="muted" role="status">"Opening your trip…"</p> }>
                {move || Suspend::new(async move {
                    match trip.await {
                        Ok(trip) => view! { <Trip trip /> }.into_any(),
                        Err(error) => view! { <Closed error pnr=pnr.get() /> }.into_any(),
                    }
                })}
            </Transition>
        </div>
    }
}

#[component]
fn Trip(trip: TripView) -> impl IntoView {
    let class = style_sheet!("style/trip.css");
    let quote = trip.quote.clone();
    let total = trip.total;
    view! { class = class,
        <Title text=format!("Trip {}", trip.pnr) />
        <h1>{headline(trip.state)}</h1>
        <p class="muted money">{money(&trip)}</p>
        <Ticket trip />
        <details class="card price">
            <summary><h2 class="title">"What the price is made of"</h2></summary>
            <PriceLines quote total />
        </details>
    }
}

/// Said when the trip is not open to this visitor, or cannot be read.
#[component]
fn Closed(error: AppError, pnr: String) -> impl IntoView {
    let class = style_sheet!("style/closed.css");
    let hint = match error {
        AppError::NotFound { .. } => {
            "This trip is not open in this browser yet. Open it with a traveller's surname.".to_owned()
        }
        error => error.to_string(),
    };
    view! { class = class,
        <Title text="Open your trip, SkyConnect" />
        <div class="ask">
            <h1>"Open your trip"</h1>
            <p class="note hint">{hint}</p>
            <TripForm pnr />
        </div>
    }
}

fn headline(state: BookingState) -> &'static str {
    match state {
        BookingState::Pending | BookingState::Confirming | BookingState::Unknown => {
            "Your booking is being made"
        }
        BookingState::AwaitingPayment => "Your places are kept until you pay",
        BookingState::Ticketed => "You are booked",
        BookingState::PartCancelled => "You are booked, with a part cancelled",
        BookingState::Failed | BookingState::Refused | BookingState::Lapsed => {
            "This booking did not come about"
        }
        BookingState::Unpaid => "We could not take the payment",
        BookingState::Cancelled => "This trip is cancelled",
    }
}

/// Where the money is, in a sentence or two.
fn money(trip: &TripView) -> String {
    let total = trip.total;
    let card = trip.card.as_deref().map(card_name);
    let after = |word: &str| card.as_ref().map(|card| format!(" {word} {card}")).unwrap_or_default();
    let (with, on, to) = (after("with"), after("on"), after("to"));
    match (trip.state, trip.payment) {
        (BookingState::Pending, _) => {
            format!(
                "{total} is not taken yet: your bank's answer is still on its way. Load this page again in a moment."
            )
        }
        (BookingState::Failed | BookingState::Refused | BookingState::Lapsed, _) => {
            "It was never paid: nothing was charged, and the seats were given back.".to_owned()
        }
        (BookingState::Unpaid, _) => {
            format!(
                "The bank withdrew the {total} that it had set aside{on}. These tickets are not paid, and are being cancelled."
            )
        }
        (_, PaymentState::Refunded) => format!("{total} went back{to}."),
        (_, PaymentState::PartRefunded) => format!("{total} was paid{with}, and a part of it went back."),
        (BookingState::Cancelled, PaymentState::Voided | PaymentState::Open) => {
            "Nothing was charged.".to_owned()
        }
        (_, PaymentState::Captured) => format!("{total} paid{with}."),
        _ => format!("{total} is set aside{on}, and is being taken now."),
    }
}

/// "visa 4242" → "the Visa card ending 4242".
fn card_name(card: &str) -> String {
    let (brand, digits) = card.rsplit_once(' ').unwrap_or(("", card));
    let mut letters = brand.chars();
    match letters.next() {
        Some(first) => format!("the {}{} card ending {digits}", first.to_uppercase(), letters.as_str()),
        None => format!("the card ending {digits}"),
    }
}

#[server(endpoint = "read_trip")]
pub async fn read_trip(pnr: String) -> Result<TripView, AppError> {
    use domain::pnr::Pnr;
    let visitor = call::visitor()?;
    // What is no reference at all opens nothing either, and answers alike.
    let pnr = Pnr::parse(&pnr).map_err(|_| call::refuse(crate::ports::TripError::NotFound))?;
    call::ports()?.trips.trip(visitor, pnr).await.map_err(call::refuse)
}

#[cfg(test)]
mod tests {
    use super::card_name;

    #[test]
    fn a_card_is_named_by_its_brand_where_that_is_known() {
        assert_eq!(card_name("visa 4242"), "the Visa card ending 4242");
        assert_eq!(card_name("4242"), "the card ending 4242");
    }
}
