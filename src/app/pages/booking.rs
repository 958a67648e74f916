//! What the pages of a booking in progress have in common: the hold, and what stands there when it is over.

use domain::hold::HoldState;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use stylers_macro::style_sheet;

use crate::{AppError, answers::HoldView};

/// The hold that the page's address names, as its visitor sees it.
#[server(endpoint = "booking_hold")]
pub async fn booking_hold(id: String) -> Result<HoldView, AppError> {
    use crate::{
        call::{ports, refuse, visitor},
        ports::HoldError,
    };

    let visitor = visitor()?;
    let id = id.parse().map_err(|_| refuse(HoldError::NotFound))?;
    ports()?.seats.hold(visitor, id).await.map_err(refuse)
}

/// The hold's id as the address has it; parsed by the server function that uses it.
pub fn hold_in_address() -> Memo<String> {
    let params = use_params_map();
    Memo::new(move |_| params.read().get("id").unwrap_or_default())
}

/// Stands in place of a booking page that cannot be shown: why, and where to go from here.
#[component]
pub fn BookingRefused(
    /// What the hold could not be read for.
    error: AppError,
) -> impl IntoView {
    let class = style_sheet!("style/booking.css");
    let id = hold_in_address();
    let (href, onwards) = match error {
        // The payment page of a hold that was paid for leads on to its trip.
        AppError::AlreadyBooked => (format!("/book/{}/pay", id.get_untracked()), "Show my trip"),
        _ => ("/".to_owned(), "Search again"),
    };
    let title = match error {
        AppError::AlreadyBooked => "Your booking is complete",
        AppError::NotFound { .. } => "No booking here",
        AppError::HoldEnded { .. } => "This booking has ended",
        _ => "That did not work",
    };
    view! { class = class,
        <div class="narrow over">
            <h1>{title}</h1>
            <p>{error.to_string()}</p>
            <p><a class="button go" href=href>{onwards}</a></p>
        </div>
    }
}

/// Stands in place of a page on which nothing can be changed any more.
#[component]
pub fn BookingOver(
    /// A hold that is not active.
    hold: HoldView,
) -> impl IntoView {
    let class = style_sheet!("style/booking.css");
    let pay = format!("/book/{}/pay", hold.id);
    let (title, sentence) = match hold.state {
        HoldState::Active | HoldState::Reserved => (
            "Payment has started",
            "Travellers, seats and the total stand still now. Pay, or give the seats up on the payment page.",
        ),
        HoldState::Converted => ("Your booking is complete", "It is paid, and your tickets are made out."),
        HoldState::Released => {
            ("You gave these seats up", "Nothing was charged, and the seats are free for others.")
        }
        HoldState::Expired => (
            "Your time ran out",
            "Your places are free again, and nothing was charged. You may start anew at any time.",
        ),
    };
    let onwards = match hold.state {
        HoldState::Active | HoldState::Reserved => {
            view! { <a class="button go" href=pay>"Go to payment"</a> }
        }
        HoldState::Converted => view! { <a class="button go" href=pay>"Show my trip"</a> },
        HoldState::Released | HoldState::Expired => {
            view! { <a class="button go" href="/".to_owned()>"Search again"</a> }
        }
    };
    view! { class = class,
        <div class="narrow over">
            <h1>{title}</h1>
            <p>{sentence}</p>
            <p>{onwards}</p>
        </div>
    }
}

/// Whether a browser posted this form by itself, without JavaScript.
pub fn posted_by_a_plain_form() -> bool {
    use axum::http::{header::ACCEPT, request::Parts};

    use_context::<Parts>()
        .and_then(|parts| {
            parts
                .headers
                .get(ACCEPT)
                .and_then(|accepts| accepts.to_str().ok())
                .map(|a| a.contains("text/html"))
        })
        .unwrap_or(false)
}
