use domain::{hold::HoldState, traveller::TravellerKind};
use leptos::prelude::*;
use leptos_meta::Title;

use super::form::{Asked, SaveTravellers, TravellersForm};
use crate::{
    answers::{Contact, HeldTraveller, HoldView, TravellerEntry},
    components::{
        give_up::GiveUp,
        posting::came_back,
        steps::{Step, Steps},
        summary::Summary,
        timer::{Clock, Timer},
        two_columns::TwoColumns,
    },
    pages::booking::{BookingOver, BookingRefused, booking_hold, hold_in_address},
    text::long_date,
};
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
    let timer = view! { <Timer clock=Clock::of(&hold) /> };
    let contact = hold.contact.clone().unwrap_or(Contact { email: String::new(), phone: String::new() });
    let refused = came_back::<SaveTravellers>();
    let main = view! { <TravellersForm hold=id travellers=asked(&hold) contact refused /> };
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

/// Everyone as the form asks for them. A traveller's kind is told by the date of the first departure.
fn asked(hold: &HoldView) -> Vec<Asked> {
    let day = hold.legs.first().map(|leg| leg.departure.departs.date());
    let asked = |traveller: &HeldTraveller| {
        let ages = match traveller.kind {
            TravellerKind::Adt => "twelve or older",
            TravellerKind::Chd => "two to eleven",
            TravellerKind::Inf => "under two, on an adult's lap",
        };
        Asked {
            ordinal: traveller.ordinal,
            kind: traveller.kind.name().to_owned(),
            ages: day.map_or_else(|| ages.to_owned(), |day| format!("{ages} on {}", long_date(day))),
            latest: day.map(|day| day.to_string()),
            saved: TravellerEntry {
                given_name: traveller.given_name.clone().unwrap_or_default(),
                surname: traveller.surname.clone().unwrap_or_default(),
                birth_date: traveller.birth_date.map(|date| date.to_string()).unwrap_or_default(),
            },
        }
    };
    hold.travellers.iter().map(asked).collect()
}
