//! Step four: what is paid for, the rules of the fare, and the card.

mod calls;
mod card;
mod review;
mod trip_lines;

use leptos::prelude::*;
use leptos_meta::Title;

use super::booking::{BookingOver, BookingRefused, hold_in_address};
use calls::{PayStep, payment_page};
use card::Card;
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
                        Ok(PayStep::Review(hold)) => view! { <Review hold /> }.into_any(),
                        Ok(PayStep::Card { hold, card }) => view! { <Card hold card /> }.into_any(),
                        Ok(PayStep::Ticketed { pnr }) => {
                            let trip = format!("/trips/{pnr}");
                            view! {
                                <h1>"Your booking is complete"</h1>
                                <p><a class="button go" href=trip>"Show my trip"</a></p>
                            }
                            .into_any()
                        }
                        Ok(PayStep::Over(hold)) => view! { <BookingOver hold /> }.into_any(),
                        Err(error) => view! { <BookingRefused error /> }.into_any(),
                    }
                })}
            </Suspense>
        </div>
    }
}
