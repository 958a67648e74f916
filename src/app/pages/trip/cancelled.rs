use domain::refund::RefundState;
use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::words::{refund_stands, who_cancelled};
use crate::{
    answers::{CancellationView, TripView},
    text::{listed, short_date},
};

/// What was given back of a trip, one card each, with where the money stands.
#[component]
pub fn Cancelled(trip: TripView) -> impl IntoView {
    trip.cancellations
        .iter()
        .map(|cancellation| view! { <GivenBack cancellation=cancellation.clone() trip=trip.clone() /> })
        .collect_view()
}

#[component]
fn GivenBack(cancellation: CancellationView, trip: TripView) -> impl IntoView {
    let class = style_sheet!("style/cancelled.css");
    let flights = (0..trip.legs.len())
        .filter_map(|leg| {
            let names = names_on(&cancellation, &trip, leg);
            let departure = &trip.legs[leg].departure;
            let date = short_date(departure.departs.date());
            (!names.is_empty()).then(|| {
                view! { class = class,
                    <li>
                        <b>{format!("{} → {}", departure.origin, departure.destination)}</b>
                        {format!(", {date}: {}", listed(&names))}
                    </li>
                }
            })
        })
        .collect_view();
    let kept = (cancellation.kept.minor > 0).then(|| {
        view! { class = class, <p class="muted small">{format!("{} is kept.", cancellation.kept)}</p> }
    });
    view! { class = class,
        <section class="card back">
            <h2>{who_cancelled(cancellation.cause)}</h2>
            <ul class="flights">{flights}</ul>
            <p class="stands">{refund_stands(&cancellation, &trip)}</p>
            {kept}
            {cancellation.refund_state.map(|state| view! { <Way state /> })}
        </section>
    }
}

/// How far the money has come, step by step.
#[component]
fn Way(state: RefundState) -> impl IntoView {
    let class = style_sheet!("style/refund_way.css");
    let (reached, steps) = match state {
        RefundState::Queued => (0, ["Queued", "On its way", "Paid back"]),
        RefundState::Pending => (1, ["Queued", "On its way", "Paid back"]),
        RefundState::Succeeded => (2, ["Queued", "On its way", "Paid back"]),
        RefundState::PaidOtherwise => (2, ["Queued", "Not taken by the bank", "Paid back another way"]),
        RefundState::Failed => (1, ["Queued", "Not taken by the bank", "Paid back"]),
        RefundState::Dropped => return ().into_any(),
    };
    let failed = state == RefundState::Failed;
    let steps = steps
        .into_iter()
        .enumerate()
        .map(|(index, name)| {
            let here = (index == reached).then_some("step");
            view! { class = class,
                <li class="stage" class:done={index <= reached} class:failed={failed && index == reached} aria-current=here>
                    {name}
                </li>
            }
        })
        .collect_view();
    view! { class = class, <ol class="way" aria-label="How far the money has come">{steps}</ol> }.into_any()
}

/// Whose flight on that leg was given back.
pub fn names_on(cancellation: &CancellationView, trip: &TripView, leg: usize) -> Vec<String> {
    let is_given_back = |ticket| {
        cancellation
            .shares
            .iter()
            .any(|share| share.key.ticket == ticket && usize::from(share.key.leg) == leg)
    };
    let people = trip.travellers.iter().filter(|traveller| is_given_back(traveller.ticket));
    people.map(|traveller| format!("{} {}", traveller.given_name, traveller.surname)).collect()
}
