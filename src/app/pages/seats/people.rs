use domain::traveller::TravellerKind;
use leptos::{ev::SubmitEvent, prelude::*, server_fn::ServerFn};
use stylers_macro::style_sheet;

use super::{calls::SeatTogether, choosing::Choosing, picking::seat_everyone_together};
use crate::{
    answers::HeldTraveller,
    components::form_key::{FormKey, new_key},
};

/// Who sits where on this leg; a press makes someone the one who gets the next seat.
#[component]
pub fn People(
    travellers: Vec<HeldTraveller>,
    choosing: Choosing,
    /// Whether the cabin is shown as a list.
    listed: Memo<bool>,
) -> impl IntoView {
    let class = style_sheet!("style/people.css");
    let Choosing { hold, leg, .. } = choosing;
    let people: Vec<_> = travellers
        .into_iter()
        .map(|traveller| match traveller.kind {
            TravellerKind::Inf => view! { class = class,
                <li class="person">
                    <span class="who">{traveller.label()}</span>
                    <span class="muted small">"on a lap"</span>
                </li>
            }
            .into_any(),
            _ => view! { <Person traveller choosing listed /> }.into_any(),
        })
        .collect();
    let key = StoredValue::new(new_key());
    let together = move |event: SubmitEvent| {
        event.prevent_default();
        seat_everyone_together(choosing, key);
    };
    view! { class = class,
        <ul class="people" aria-label="Travellers and their seats">{people}</ul>
        <form class="together" method="post" action=SeatTogether::url() on:submit=together>
            <input type="hidden" name="hold" value=hold.to_string() />
            <input type="hidden" name="leg" value=leg.to_string() />
            <FormKey<SeatTogether> />
            <input type="hidden" name="view" value=move || if listed.get() { "list" } else { "" } />
            <button class="button wide" type="submit">"Seat us together"</button>
        </form>
    }
}

#[component]
fn Person(traveller: HeldTraveller, choosing: Choosing, listed: Memo<bool>) -> impl IntoView {
    let class = style_sheet!("style/person.css");
    let ordinal = traveller.ordinal;
    let current = Memo::new(move |_| choosing.current.get() == ordinal);
    let seat = Memo::new(move |_| choosing.seat_of(ordinal));
    let href = move || {
        let view = if listed.get() { "&view=list" } else { "" };
        format!("/book/{}/seats?leg={}&traveller={ordinal}{view}", choosing.hold, choosing.leg)
    };
    let turn = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        choosing.current.set(ordinal);
    };
    view! { class = class,
        <li>
            <a class="person" href=href aria-current=move || current.get().then_some("true") on:click=turn>
                <span class="who">
                    {traveller.label()}
                    <small class="muted now">{move || if current.get() { "choosing now" } else { "" }}</small>
                </span>
                <b class="seat">{move || seat.get().map_or_else(|| "–".to_owned(), |seat| seat.to_string())}</b>
            </a>
        </li>
    }
}
