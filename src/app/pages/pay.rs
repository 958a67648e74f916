//! Step four: what is paid for, the rules of the fare, and the card.

mod book_again;
mod calls;
mod card;
mod confirming;
mod review;
mod trip_lines;

use leptos::prelude::*;
use leptos_meta::Title;

use super::booking::{BookingRefused, hold_in_address};
use calls::{PayStep, payment_page};
use card::Card;
use confirming::{Confirming, Failed};
use review::Review;

/// First the whole trip to look over, then, once payment has started, the card form. It is always loaded whole, since its
/// script runs once.
#[component]
pub fn PayPage() -> impl IntoView {
    let id = hold_in_address();
    let page = Resource::new_blocking(move || id.get(), payment_page);
    view! {
        <Title text="Pay · SkyConnect" />
        <div class="page">
            <Suspense>
                {move || Suspend::new(async move {
                    match page.await {
                        Ok(PayStep::Review { hold, twins }) => view! { <Review hold twins /> }.into_any(),
                        Ok(PayStep::Card { hold, card }) => view! { <Card hold card /> }.into_any(),
                        Ok(PayStep::Ticketed { pnr }) => {
                            let trip = format!("/trips/{pnr}");
                            view! {
                                <h1>"Your booking is complete"</h1>
                                <p><a class="button go" href=trip>"Show my trip"</a></p>
                            }
                            .into_any()
                        }
                        Ok(PayStep::Late) => view! { <Late /> }.into_any(),
                        Ok(PayStep::Confirming { supplier, unclear }) => {
                            view! { <Confirming supplier unclear /> }.into_any()
                        }
                        Ok(PayStep::Failed { message }) => view! { <Failed message /> }.into_any(),
                        Ok(PayStep::LookedInto) => view! { <LookedInto /> }.into_any(),
                        Err(error) => view! { <BookingRefused error /> }.into_any(),
                    }
                })}
            </Suspense>
        </div>
    }
}

/// Said while it is not decided what becomes of a payment whose time ran out: the bank may have agreed, or may yet.
#[component]
fn Late() -> impl IntoView {
    view! {
        <div class="narrow">
            <h1>"Your time ran out before your bank agreed"</h1>
            <p role="status">
                "We are looking whether it has agreed by now. If it has, and the same seats are still free, your tickets are made out in "
                "a moment; if not, nothing is charged, and what your bank keeps aside is given back."
            </p>
            <p><a class="button go" href="">"Look again"</a></p>
        </div>
    }
}

/// Said where the card was charged and no tickets were made out.
#[component]
fn LookedInto() -> impl IntoView {
    view! {
        <div class="narrow">
            <h1>"Your payment is being looked into"</h1>
            <p role="status">
                "Your card was charged, but no tickets were made out for it. Our staff are looking into it. "
                "Please do not pay again."
            </p>
            <p><a class="button go" href="">"Look again"</a></p>
        </div>
    }
}
