//! Step two: who travels, and where we may write to.

mod entry;
mod form;

use domain::hold::HoldState;
use leptos::prelude::*;
use leptos_meta::Title;

use super::booking::{BookingOver, BookingRefused, booking_hold, hold_in_address};
use crate::{
    answers::HoldView,
    components::{
        give_up::GiveUp,
        steps::{Step, Steps},
        summary::Summary,
        timer::Timer,
        two_columns::TwoColumns,
    },
};
use form::TravellersForm;

/// Asks everyone's name and birth date and one address, beside what the trip costs.
#[component]
pub fn TravellersPage() -> impl IntoView {
    let id = hold_in_address();
    let hold = Resource::new_blocking(move || id.get(), booking_hold);
    view! {
        <Title text="Travellers · SkyConnect" />
        <div class="page">
            <Suspense>
                {move || Suspend::new(async move {
                    match hold.await {
                        Ok(hold) if hold.state == HoldState::Active => view! { <Travellers hold /> }.into_any(),
                        Ok(hold) => view! { <BookingOver hold /> }.into_any(),
                        Err(error) => view! { <BookingRefused error /> }.into_any(),
                    }
                })}
            </Suspense>
        </div>
    }
}

#[component]
fn Travellers(hold: HoldView) -> impl IntoView {
    let id = hold.id;
    let timer =
        view! { <Timer hold=id expires_in_ms=hold.expires_in_ms extension_left=hold.extension_left /> };
    let main = view! { <TravellersForm hold=hold.clone() /> };
    let seatless = hold.sold_by.is_some();
    let side = view! {
        <Summary hold />
        <GiveUp hold=id />
    };
    view! {
        <Steps current=Step::Travellers hold=id seatless />
        <h1>"Who travels?"</h1>
        <p class="muted">"Names as they stand in the passport or identity card shown at the airport."</p>
        <TwoColumns timer=timer.into_any() main=main.into_any() side=side.into_any() />
    }
}
