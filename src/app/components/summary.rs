use domain::{fare::Quote, money::Money};
use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::price_lines::PriceLines;
use crate::{answers::HoldView, text::short_date};

/// The trip and its price beside a step of the booking: the sums at a glance, each fare and tax one press away.
#[component]
pub fn Summary(
    hold: HoldView,
    /// Whether it stands beside a sum that has the seats in it.
    #[prop(optional)]
    without_seats: bool,
) -> impl IntoView {
    let class = style_sheet!("style/summary.css");
    let legs = hold
        .legs
        .iter()
        .map(|leg| {
            let departure = &leg.departure;
            let route = format!("{} → {}", departure.origin, departure.destination);
            let flight = format!("{}, {}", departure.id.flight.spaced(), short_date(departure.departs.date()));
            view! { class = class, <li class="leg"><b>{route}</b> <span class="muted small">{flight}</span></li> }
        })
        .collect_view();
    let brand = hold.brand.name();
    let kinds = sums(&hold.quote)
        .into_iter()
        .map(|(who, sum)| view! { class = class, <dt>{format!("{who}, {brand}")}</dt> <dd>{sum.to_string()}</dd> })
        .collect_view();
    let taxes = Money::new(hold.quote.tax_minor(), hold.quote.currency);
    let called = if without_seats { "Without seats" } else { "Total" };
    let seat_lines = if without_seats { Vec::new() } else { hold.seat_lines() };
    let total = if without_seats { hold.quote.total } else { hold.total };
    let seats_minor: i64 = seat_lines.iter().map(|(_, amount)| amount.minor).sum();
    let seats = (seats_minor > 0).then(|| {
        let sum = Money::new(seats_minor, total.currency);
        view! { class = class, <dt>"Seats"</dt> <dd>{sum.to_string()}</dd> }
    });
    view! { class = class,
        <section class="card summary">
            <h2 class="title">"Your trip"</h2>
            <ul class="legs">{legs}</ul>
            <dl class="sums">
                {kinds}
                <dt class="muted small">"of this, taxes and fees"</dt>
                <dd class="muted small">{taxes.to_string()}</dd>
                {seats}
                <dt class="total">{called}</dt>
                <dd class="total">{total.to_string()}</dd>
            </dl>
            <details class="details">
                <summary>"Each fare and tax"</summary>
                <PriceLines quote=hold.quote seats=seat_lines total called />
            </details>
        </section>
    }
}

/// "2 × Adult" with what all of them pay.
fn sums(quote: &Quote) -> Vec<(String, Money)> {
    let of_kind = |(kind, each_minor): &(_, i64)| {
        let quantity =
            quote.lines.iter().find(|line| line.traveller_kind == *kind).map_or(0, |line| line.quantity);
        (
            format!("{quantity} × {}", kind.name()),
            Money::new(each_minor * i64::from(quantity), quote.currency),
        )
    };
    quote.per_traveller.iter().map(of_kind).collect()
}
