use domain::{booking::BookingState, coupon::CouponState, selling::SellingMode};
use leptos::prelude::*;
use stylers_macro::style_sheet;

use crate::{
    answers::{TripLeg, TripTraveller, TripView},
    text,
};

/// A trip as a boarding-pass-like ticket: the flights, and on the stub who flies.
#[component]
pub fn Ticket(trip: TripView) -> impl IntoView {
    let class = style_sheet!("style/ticket.css");
    let TripView { pnr, state, legs, travellers, brand, cabin, email, sold_by, .. } = trip;
    let fare = match sold_by {
        Some(sold_by) => sold_by.brand.unwrap_or_else(|| format!("of {}", sold_by.supplier)),
        None => brand.name().to_owned(),
    };
    let name = match state {
        BookingState::Ticketed | BookingState::PartCancelled => "Electronic ticket",
        BookingState::Cancelled => "Cancelled ticket",
        _ => "Booking without valid tickets",
    };
    let stubs = travellers
        .iter()
        .map(|traveller| view! { <Stub traveller=traveller.clone() legs=legs.clone() /> })
        .collect_view();
    let flights = legs
        .into_iter()
        .enumerate()
        .map(|(index, leg)| {
            let cancelled = is_cancelled(&travellers, index);
            view! { <Flight seats=seats(&travellers, index, leg.mode) leg cancelled /> }
        })
        .collect_view();
    view! { class = class,
        <article class="card ticket" aria-label=name>
            <header class="head">
                <strong>{name}</strong>
                <span class="demo">"demo carrier, not valid for travel"</span>
                <span class="reference">
                    <span class="unseen">"Booking reference "</span>
                    <span class="pnr">{pnr.to_string()}</span>
                </span>
            </header>
            <div class="main">{flights}</div>
            <div class="stub">
                <ul class="people">{stubs}</ul>
                <dl class="about">
                    <dt>"Fare"</dt>
                    <dd>{fare} ", " {cabin.name()}</dd>
                    <dt>"Contact"</dt>
                    <dd>{email}</dd>
                </dl>
            </div>
        </article>
    }
}

/// One flight of the ticket: from where to where in large, the rest below.
#[component]
fn Flight(
    leg: TripLeg,
    /// The travellers' seats on it, such as `14A 14B`.
    seats: String,
    /// Whether nobody flies it any more.
    cancelled: bool,
) -> impl IntoView {
    let class = style_sheet!("style/ticket_flight.css");
    let chip =
        cancelled.then(|| view! { class = class, <p class="over"><span class="chip">"Cancelled"</span></p> });
    let departure = leg.departure;
    let mark = text::day_mark(departure.day_change()).map(|mark| {
        let words = text::day_words(departure.day_change());
        view! { class = class,
            <sup class="mark" aria-hidden="true">{mark}</sup>
            <span class="unseen">" " {words}</span>
        }
    });
    let terminal =
        departure.origin_terminal.map(|terminal| view! { <div><dt>"Terminal"</dt><dd>{terminal}</dd></div> });
    let (origin, destination) = (departure.origin.to_string(), departure.destination.to_string());
    let date = departure.departs.date();
    let name = format!("{} to {}", leg.origin_name, leg.destination_name);
    view! { class = class,
        <section class="flight" class:gone=cancelled aria-label=name>
            {chip}
            <div class="route">
                <span class="code">{origin}</span>
                <span class="line" aria-hidden="true"></span>
                <span class="code">{destination}</span>
                <span class="city">{leg.origin_name}</span>
                <span class="date">
                    <span class="long">{text::long_date(date)}</span>
                    <span class="brief">{text::medium_date(date)}</span>
                </span>
                <span class="city there">{leg.destination_name}</span>
            </div>
            <dl class="facts">
                <div><dt>"Flight"</dt><dd>{departure.id.flight.spaced()}</dd></div>
                <div><dt>"Departs"</dt><dd>{text::clock_of(departure.departs)}</dd></div>
                <div><dt>"Arrives"</dt><dd>{text::clock_of(departure.arrives)} {mark}</dd></div>
                {terminal}
                <div><dt>"Seats"</dt><dd>{seats}</dd></div>
                <div><dt>"Aircraft"</dt><dd>{leg.aircraft_name}</dd></div>
            </dl>
        </section>
    }
}

/// A traveller on the stub: name as tickets have it, ticket number, and a seat for each flight.
#[component]
fn Stub(traveller: TripTraveller, legs: Vec<TripLeg>) -> impl IntoView {
    let class = style_sheet!("style/ticket_stub.css");
    let seats = traveller
        .coupons
        .iter()
        .filter_map(|coupon| {
            let TripLeg { departure, mode, .. } = legs.get(coupon.leg)?;
            let route = format!("{} to {}", departure.origin, departure.destination);
            let seat = match coupon.seat {
                Some(seat) => seat.to_string(),
                None if !traveller.kind.takes_seat() => "on a lap".to_owned(),
                None if *mode == SellingMode::Open => "sit where you like".to_owned(),
                None => "seat at check-in".to_owned(),
            };
            let line = if coupon.state == CouponState::Cancelled {
                view! { class = class, <li class="gone"><s>{route}</s> <b>"cancelled"</b></li> }.into_any()
            } else {
                view! { class = class, <li>{route} <b>{seat}</b></li> }.into_any()
            };
            Some(line)
        })
        .collect_view();
    view! { class = class,
        <li class="person">
            <p class="name">{traveller.surname} " / " {traveller.given_name}</p>
            <p class="number">
                <span class="unseen">"Ticket "</span>
                {traveller.ticket.grouped()}
            </p>
            <ul class="seats">{seats}</ul>
        </li>
    }
}

/// Whether everyone on a leg has given it back.
fn is_cancelled(travellers: &[TripTraveller], leg: usize) -> bool {
    let mut coupons = travellers.iter().flat_map(|t| &t.coupons).filter(|c| c.leg == leg);
    coupons.all(|coupon| coupon.state == CouponState::Cancelled)
}

/// The seats of everyone who flies on a leg, by its index; who has none yet gets it at check-in.
fn seats(travellers: &[TripTraveller], leg: usize, mode: SellingMode) -> String {
    let seats: Vec<String> = travellers
        .iter()
        .flat_map(|traveller| &traveller.coupons)
        .filter(|coupon| coupon.leg == leg && coupon.state != CouponState::Cancelled)
        .filter_map(|coupon| coupon.seat.map(|seat| seat.to_string()))
        .collect();
    match mode {
        _ if !seats.is_empty() => seats.join(" "),
        _ if is_cancelled(travellers, leg) => "given back".to_owned(),
        SellingMode::Open => "sit where you like".to_owned(),
        SellingMode::Choose | SellingMode::Best => "at check-in".to_owned(),
    }
}
