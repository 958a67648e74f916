use domain::{
    fare::{LineKind, Quote, QuoteLine},
    money::Money,
    traveller::TravellerKind,
};
use leptos::prelude::*;
use stylers_macro::style_sheet;

/// A price line by line: for each kind of traveller the fares, then the taxes, then the total of all.
#[component]
pub fn PriceLines(
    quote: Quote,
    /// What seats cost beside it, each as a line.
    seats: Vec<(String, Money)>,
    /// What is paid: the quote's total and the seats.
    total: Money,
    /// What that is called.
    #[prop(default = "Total")]
    called: &'static str,
) -> impl IntoView {
    let class = style_sheet!("style/price_lines.css");
    let currency = quote.currency;
    let kinds = quote
        .per_traveller
        .iter()
        .map(|(kind, each_minor)| {
            let lines: Vec<QuoteLine> =
                quote.lines.iter().filter(|line| line.traveller_kind == *kind).cloned().collect();
            let quantity = lines.first().map_or(0, |line| line.quantity);
            let each = Money::new(*each_minor, currency);
            let rows = lines
                .into_iter()
                .map(|line| {
                    let code = match (&line.kind, line.fare) {
                        (LineKind::Tax(code), _) => format!(" ({code})"),
                        (LineKind::Fare, Some(fare)) => format!(" ({}, class {})", fare.basis, fare.class),
                        (LineKind::Fare, None) => String::new(),
                    };
                    view! { class = class,
                        <dt>{line.label} {code}</dt>
                        <dd>{Money::new(line.amount_minor, currency).to_string()}</dd>
                    }
                })
                .collect_view();
            view! { class = class,
                <section class="kind">
                    <h3 class="who">{who(*kind, quantity)}</h3>
                    <dl class="sums">
                        {rows} <dt class="total">"Each"</dt>
                        <dd class="total">{each.to_string()}</dd>
                        {(quantity > 1).then(|| product(quantity, each))}
                    </dl>
                </section>
            }
        })
        .collect_view();
    let seats = (!seats.is_empty()).then(|| {
        let rows = seats
            .into_iter()
            .map(|(label, amount)| view! { class = class, <dt>{label}</dt> <dd>{amount.to_string()}</dd> })
            .collect_view();
        view! { class = class,
            <section class="kind">
                <h3 class="who">"Seats"</h3>
                <dl class="sums">{rows}</dl>
            </section>
        }
    });
    view! { class = class,
        <div class="lines">
            {kinds} {seats}
            <p class="all">
                <span>{called}</span>
                <span>{total.to_string()}</span>
            </p>
        </div>
    }
}

/// "2 × $278.70" and what that makes.
fn product(quantity: u8, each: Money) -> impl IntoView {
    let all = Money::new(each.minor * i64::from(quantity), each.currency);
    view! {
        <dt>{format!("{quantity} × {each}")}</dt>
        <dd>{all.to_string()}</dd>
    }
}

/// "Adult", "2 × Adult".
fn who(kind: TravellerKind, quantity: u8) -> String {
    if quantity > 1 { format!("{quantity} × {}", kind.name()) } else { kind.name().to_owned() }
}
