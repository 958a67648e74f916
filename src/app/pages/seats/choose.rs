use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{
    board::Board,
    calls::{AskAccessible, PickSeat, SeatTogether},
    legs::Legs,
    onwards::onwards,
    start::Start,
};
use crate::{
    AppError,
    answers::SeatMapView,
    components::{
        give_up::GiveUp,
        steps::{Step, Steps},
        summary::Summary,
        timer::Clock,
    },
    pages::booking::BookingRefused,
};

/// A leg whose seats travellers choose, as its address asks for it: `?traveller=1&view=list`.
#[component]
pub fn Choose(map: SeatMapView) -> impl IntoView {
    let query = use_query_map();
    let query = query.read_untracked();
    let asked = query.get_str("traveller").and_then(|ordinal| ordinal.parse().ok());
    let listed = query.get_str("view") == Some("list");
    // A form that was refused without JavaScript comes back with the reason in the address.
    let trouble = query.get_str("__err").and_then(|_| {
        let picked = ServerAction::<PickSeat>::new().value().get_untracked().and_then(Result::err);
        let together = ServerAction::<SeatTogether>::new().value().get_untracked().and_then(Result::err);
        let asked = ServerAction::<AskAccessible>::new().value().get_untracked().and_then(Result::err);
        picked.or(together).or(asked)
    });
    let Some(start) = Start::new(&map, asked, trouble) else {
        let error = AppError::NotFound { message: "This trip has no such leg.".into() };
        return view! { <BookingRefused error /> }.into_any();
    };
    let SeatMapView { hold, leg, .. } = map;
    view! {
        <Steps current=Step::Seats hold=hold.id />
        <h1 class="title">"Choose your seats"</h1>
        <Legs legs=hold.legs.clone() hold=hold.id current=leg />
        <Board
            start
            listed
            clock=Clock::of(&hold)
            onwards=onwards(&hold, leg)
        >
            <Summary hold=hold.clone() without_seats=true />
            <p class="muted small">"We seat you together if you choose none, and that costs nothing."</p>
            <GiveUp hold=hold.id />
        </Board>
    }
    .into_any()
}
