use leptos::{prelude::*, server_fn::ServerFn};

use super::{book_again::BookAgain, calls::StartPayment, trip_lines::TripLines};
use crate::{
    answers::{FliesAlready, HoldView},
    components::{
        fare_rules::FareRules,
        form_key::FormKey,
        give_up::GiveUp,
        posted_error::PostedError,
        price_card::PriceCard,
        sold_by::SoldBy,
        steps::{Step, Steps},
        timer::{Clock, Timer},
        two_columns::TwoColumns,
    },
};

/// The whole trip before any card is asked for; the form works without JavaScript.
#[component]
pub fn Review(
    hold: HoldView,
    /// Who of them flies on one of the flights already.
    twins: Vec<FliesAlready>,
) -> impl IntoView {
    let id = hold.id;
    let known = hold.travellers_known();
    let travellers = format!("/book/{id}/travellers");
    let onwards = if known {
        view! {
            <form method="post" action=StartPayment::url()>
                <input type="hidden" name="hold" value=id.to_string() />
                <input type="hidden" name="total_minor" value=hold.total.minor.to_string() />
                <FormKey<StartPayment> />
                <BookAgain travellers=hold.travellers.clone() twins />
                <button class="button go wide" type="submit">"Continue to card"</button>
            </form>
            <p class="muted small">"After this, travellers, seats and the total stand still. Nothing is charged yet."</p>
        }
        .into_any()
    } else {
        view! {
            <div class="note stop">
                <p>"We need everyone's name and birth date and a mail address before you can pay."</p>
                <p><a class="button slim" href=travellers>"Name the travellers"</a></p>
            </div>
        }
        .into_any()
    };
    let timer = view! { <Timer clock=Clock::of(&hold) /> };
    let main = view! {
        <PostedError<StartPayment> />
        <TripLines hold=hold.clone() />
        {conditions(&hold)}
    };
    let seatless = hold.sold_by.is_some();
    let side = view! {
        <PriceCard seats=hold.seat_lines() quote=hold.quote total=hold.total />
        {onwards}
        <GiveUp hold=id />
    };
    view! {
        <Steps current=Step::Pay hold=id seatless />
        <h1>"Look it over"</h1>
        <TwoColumns timer=timer.into_any() main=main.into_any() side=side.into_any() />
    }
}

/// The rules of our fare, or who else sells it by theirs.
pub fn conditions(hold: &HoldView) -> AnyView {
    match hold.sold_by.clone() {
        Some(sold_by) => view! { <SoldBy sold_by /> }.into_any(),
        None => view! { <FareRules brand=hold.brand cabin=hold.cabin /> }.into_any(),
    }
}
