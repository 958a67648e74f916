//! A booking after it was made, and giving it back.

mod calls;
pub mod cancel;
mod cancelled;
pub mod quoted;
mod words;

use leptos::prelude::*;
use leptos_meta::{Meta, Title};
use leptos_router::hooks::use_params_map;
use stylers_macro::style_sheet;

use crate::{
    AppError,
    answers::TripView,
    components::{price_lines::PriceLines, sold_by::SoldBy, ticket::Ticket, trip_form::TripForm},
};
use calls::read_trip;
use cancelled::Cancelled;
use words::{headline, money};

/// A booking as its ticket; the reference alone opens nothing, so others are asked for a surname.
#[component]
pub fn TripPage() -> impl IntoView {
    let pnr = reference_in_address();
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

/// The booking reference as the address has it; parsed by the server function that uses it.
fn reference_in_address() -> Memo<String> {
    let params = use_params_map();
    Memo::new(move |_| params.read().get("pnr").unwrap_or_default())
}

#[component]
fn Trip(trip: TripView) -> impl IntoView {
    let class = style_sheet!("style/trip.css");
    let quote = trip.quote.clone();
    let (total, seats) = (trip.total, trip.seat_lines());
    let cancel = trip.may_cancel().then(|| {
        let cancel = format!("/trips/{}/cancel", trip.pnr);
        view! { class = class, <p class="ways"><a class="button" href=cancel>"Cancel…"</a></p> }
    });
    let sold_by = trip.sold_by.clone().map(|sold_by| {
        view! { class = class, <div class="seller"><SoldBy sold_by /></div> }
    });
    view! { class = class,
        <Title text=format!("Trip {}", trip.pnr) />
        <h1>{headline(trip.state)}</h1>
        <p class="muted money">{money(&trip)}</p>
        <Cancelled trip=trip.clone() />
        <Ticket trip />
        <details class="card price">
            <summary><h2 class="title">"What the price is made of"</h2></summary>
            <PriceLines quote seats total />
        </details>
        {sold_by}
        {cancel}
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
