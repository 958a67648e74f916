use domain::{cabin::SeatNumber, selling::SellingMode, traveller::TravellerKind};
use leptos::prelude::*;
use stylers_macro::style_sheet;

use crate::{
    answers::{HeldLeg, HeldTraveller, HoldView},
    text::{clock_of, day_mark, day_words, medium_date},
};

/// The flights of a hold with who sits where, in one card.
#[component]
pub fn TripLines(hold: HoldView) -> impl IntoView {
    let class = style_sheet!("style/trip_lines.css");
    let is_outside = hold.sold_by.is_some();
    let cabin = match hold.sold_by {
        Some(sold_by) => format!("sold by {}, {}", sold_by.supplier, hold.cabin.name()),
        None => format!("{}, {}", hold.brand.name(), hold.cabin.name()),
    };
    let travellers = hold.travellers;
    let legs = hold
        .legs
        .into_iter()
        .map(|leg| view! { <LegLines travellers=travellers.clone() leg is_outside /> })
        .collect_view();
    view! { class = class,
        <section class="card trip">
            <h2 class="title">"Your trip" <span class="muted small brand">{cabin}</span></h2>
            {legs}
        </section>
    }
}

#[component]
fn LegLines(
    leg: HeldLeg,
    travellers: Vec<HeldTraveller>,
    /// Whether somebody else sells it, and gives its seats.
    is_outside: bool,
) -> impl IntoView {
    let class = style_sheet!("style/leg_lines.css");
    let HeldLeg { departure, origin_name, destination_name, aircraft_name, seats, mode, .. } = leg;
    let mut flight = departure.id.flight.spaced();
    if !aircraft_name.is_empty() {
        flight = format!("{flight}, {aircraft_name}");
    }
    let route =
        format!("{origin_name} ({}) to {destination_name} ({})", departure.origin, departure.destination);
    let times = format!("{} – {}", clock_of(departure.departs), clock_of(departure.arrives));
    let days = departure.day_change();
    let later = day_mark(days).map(|mark| {
        view! { class = class,
            <sup aria-hidden="true">{mark}</sup>
            <span class="unseen">", " {day_words(days)}</span>
        }
    });
    let people = travellers
        .into_iter()
        .map(|traveller| {
            let seat = seats.get(usize::from(traveller.ordinal)).copied().flatten();
            let place = if is_outside && traveller.kind.takes_seat() {
                "seat at check-in".to_owned()
            } else {
                place(traveller.kind, seat, mode)
            };
            view! { class = class,
                <li class="person">
                    <span>{traveller.label()}</span>
                    <span class="seat">{place}</span>
                </li>
            }
        })
        .collect_view();
    view! { class = class,
        <div class="leg">
            <p class="times"><b>{times}</b> {later} " " <span class="muted">{medium_date(departure.departs.date())}</span></p>
            <p>{route}</p>
            <p class="muted small">{flight}</p>
            <ul class="people">{people}</ul>
        </div>
    }
}

fn place(kind: TravellerKind, seat: Option<SeatNumber>, mode: SellingMode) -> String {
    match seat {
        Some(seat) => format!("seat {seat}"),
        None if kind.takes_seat() && mode == SellingMode::Open => "sit where you like".into(),
        None if kind.takes_seat() => "we seat you together".into(),
        None => "on a lap".into(),
    }
}
