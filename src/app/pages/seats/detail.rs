use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::{choosing::Choosing, face::Look};

/// What there is to say of the seat that somebody looks at: where it is, what it costs and why, or why it cannot be had.
#[component]
pub fn Detail(choosing: Choosing) -> impl IntoView {
    let class = style_sheet!("style/detail.css");
    let shown = move || {
        let seat = choosing.seat(choosing.looked_at.get()?)?;
        let own_cabin =
            choosing.layout.with_value(|layout| layout.cabin_of(seat.number) == Some(choosing.cabin));
        let look = choosing.face(seat, own_cabin).look;
        let more = match look {
            Look::Refused(refusal) => refusal.to_string(),
            Look::Free | Look::Ours(_) => choosing.price(seat).because,
            look => {
                let name = look.name();
                format!("{}{}.", name[..1].to_ascii_uppercase(), &name[1..])
            }
        };
        Some(view! { class = class,
            <p class="detail" data-look=look.key()>
                <b>{seat.describe()}</b>
                <span class="more">{more}</span>
            </p>
        })
    };
    view! { class = class, <div class="details">{shown}</div> }
}
