use domain::{cabin::SeatNumber, selling::SellingMode, traveller::TravellerKind};
use leptos::prelude::*;

use super::onwards::onwards;
use crate::{
    answers::{HeldTraveller, HoldView},
    components::{
        give_up::GiveUp,
        steps::{Step, Steps},
        summary::Summary,
        timer::{Clock, Timer},
        two_columns::TwoColumns,
    },
};

/// Stands in place of the map where travellers do not choose: the seats that they were given, or that they sit where
/// they like.
#[component]
pub fn Given(
    hold: HoldView,
    /// Index into the hold's legs.
    leg: usize,
) -> impl IntoView {
    let id = hold.id;
    let timer = view! { <Timer clock=Clock::of(&hold) /> };
    let (href, label) = onwards(&hold, leg);
    let main = hold.legs.get(leg).map(|held| {
        let departure = &held.departure;
        let route =
            format!("{}, {} to {}", departure.id.flight.spaced(), held.origin_name, held.destination_name);
        let (mode, seats) = (held.mode, held.seats.clone());
        let people: Vec<_> = hold
            .travellers
            .iter()
            .map(|traveller| {
                let seat = seats.get(usize::from(traveller.ordinal)).copied().flatten();
                let place = place(mode, traveller, seat);
                view! { <li>{traveller.label()} ": " <b>{place}</b></li> }
            })
            .collect();
        view! {
            <section class="card">
                <h2>{route}</h2>
                <p>{mode.no_choice().unwrap_or_default()}</p>
                <ul>{people}</ul>
            </section>
        }
    });
    let side = view! {
        <Summary hold=hold.clone() />
        <div class="proceed"><a class="button go wide" href=href>{label}</a></div>
        <GiveUp hold=id />
    };
    view! {
        <Steps current=Step::Seats hold=id />
        <h1>"Your seats"</h1>
        <TwoColumns timer=timer.into_any() main=main.into_any() side=side.into_any() />
    }
}

fn place(mode: SellingMode, traveller: &HeldTraveller, seat: Option<SeatNumber>) -> String {
    match (mode, seat) {
        _ if traveller.kind == TravellerKind::Inf => "on a lap".into(),
        (SellingMode::Open, _) => "any free seat".into(),
        (_, Some(seat)) => format!("seat {seat}"),
        (_, None) => "given when you pay".into(),
    }
}
