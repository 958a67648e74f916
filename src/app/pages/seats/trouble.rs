use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::{calls::SeatAsSeen, choosing::Choosing};
use crate::AppError;

/// Why the last wish was not met, with the nearest free seats to press instead.
#[component]
pub fn Trouble(choosing: Choosing) -> impl IntoView {
    let class = style_sheet!("style/trouble.css");
    let alternatives = move |error: &AppError| match error {
        AppError::SeatTaken { nearest, .. } if !nearest.is_empty() => {
            let buttons: Vec<_> = nearest
                .iter()
                .map(|seat| {
                    let seat = *seat;
                    let seen = move || {
                        SeatAsSeen { seat, version: choosing.picture.with(|picture| picture.version(seat)) }.to_string()
                    };
                    let costs = choosing.seat(seat).map(|seat| choosing.price(seat)).filter(|price| price.amount.minor > 0);
                    let costs = costs.map(|price| format!(", {}", price.in_short())).unwrap_or_default();
                    let label = format!("{seat} {}{costs}", choosing.position_of(seat));
                    view! { class = class,
                        <button class="button slim" type="submit" form="cabin" name="seat" value=seen>{label}</button>
                    }
                })
                .collect();
            Some(view! { class = class,
                <p class="small">"Nearest to it:"</p>
                <p class="nearest">{buttons}</p>
            })
        }
        _ => None,
    };
    let ended = |error: &AppError| {
        matches!(error, AppError::HoldEnded { .. } | AppError::NotFound { .. })
            .then(|| view! { <p><a class="button slim" href="/">"Search again"</a></p> })
    };
    view! { class = class,
        <div class="alert" role="alert">
            {move || choosing.trouble.get().map(|error| view! { class = class,
                <div class="note stop trouble">
                    <p><b>{error.to_string()}</b></p>
                    {alternatives(&error)}
                    {ended(&error)}
                </div>
            })}
        </div>
    }
}
