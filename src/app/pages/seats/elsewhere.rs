use leptos::prelude::*;
use stylers_macro::style_sheet;

use crate::{
    answers::HoldView,
    components::{
        give_up::GiveUp,
        steps::{Step, Steps},
        summary::Summary,
        timer::{Clock, Timer},
        two_columns::TwoColumns,
    },
};

/// Stands in place of the map where somebody else sells the trip: seats are theirs to give.
#[component]
pub fn Elsewhere(hold: HoldView) -> impl IntoView {
    let supplier = hold.sold_by.as_ref().map_or_else(String::new, |sold_by| sold_by.supplier.clone());
    let id = hold.id;
    let timer = view! { <Timer clock=Clock::of(&hold) /> };
    let class = style_sheet!("style/sold_by.css");
    let main = view! { class = class,
        <section class="card sold">
            <p>{format!("{supplier} sells this trip and gives seats at check-in.")}</p>
            <p><a class="button go" href=format!("/book/{id}/pay")>"Go on to pay"</a></p>
        </section>
    };
    let side = view! {
        <Summary hold />
        <GiveUp hold=id />
    };
    view! {
        <Steps current=Step::Seats hold=id seatless=true />
        <h1>"Your seats"</h1>
        <TwoColumns timer=timer.into_any() main=main.into_any() side=side.into_any() />
    }
}
