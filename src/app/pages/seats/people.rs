use domain::{cabin::SeatWish, traveller::TravellerKind};
use leptos::{ev::SubmitEvent, prelude::*, server_fn::ServerFn};
use stylers_macro::style_sheet;

use super::start::Passenger;
use super::{
    calls::{AskAccessible, SeatTogether},
    choosing::Choosing,
    picking::{ask_for_accessible, seat_everyone_together},
};
use crate::components::form_key::{FormKey, new_key};

/// Who sits where on this leg; a press makes someone the one who gets the next seat.
#[component]
pub fn People(
    travellers: Vec<Passenger>,
    choosing: Choosing,
    /// Whether the cabin is shown as a list.
    listed: bool,
) -> impl IntoView {
    let class = style_sheet!("style/people.css");
    let Choosing { hold, leg, .. } = choosing;
    let people: Vec<_> = travellers
        .into_iter()
        .map(|traveller| match traveller.kind {
            TravellerKind::Inf => view! { class = class,
                <li class="person">
                    <span class="who">{traveller.label}</span>
                    <span class="muted small">"on a lap"</span>
                </li>
            }
            .into_any(),
            _ => view! { <Person traveller choosing listed /> }.into_any(),
        })
        .collect();
    let key = StoredValue::new(new_key());
    let wish = RwSignal::new(String::new());
    let together = move |event: SubmitEvent| {
        event.prevent_default();
        seat_everyone_together(choosing, wish.get_untracked(), key);
    };
    let wishes = SeatWish::ALL.map(|wish| view! { <option value=wish.as_str()>{wish.name()}</option> });
    let view_name = if listed { "list" } else { "" };
    let alone = move || {
        let names = choosing.children_alone();
        (!names.is_empty()).then(|| {
            let sit = if names.len() == 1 { "sits" } else { "sit" };
            let names = names.join(" and ");
            view! { class = class,
                <p class="note alone">{format!("{names} {sit} with no adult of yours beside. “Seat us together” mends that where it can be.")}</p>
            }
        })
    };
    view! { class = class,
        <ul class="people" aria-label="Travellers and their seats">{people}</ul>
        <div class="said" role="status">{alone}</div>
        <form class="together" method="post" action=SeatTogether::url() on:submit=together>
            <input type="hidden" name="hold" value=hold.to_string() />
            <input type="hidden" name="leg" value=leg.to_string() />
            <FormKey<SeatTogether> />
            <input type="hidden" name="view" value=view_name />
            <label class="field">
                <span>"If it can be had"</span>
                <select name="wish" on:change:target=move |event| wish.set(event.target().value())>
                    <option value="">"no wish"</option>
                    {wishes}
                </select>
            </label>
            <button class="button wide" type="submit">"Seat us together"</button>
        </form>
        <Accessible choosing listed />
    }
}

/// The way to accessible seats, for as long as they are kept for those who need them.
#[component]
fn Accessible(choosing: Choosing, listed: bool) -> impl IntoView {
    let class = style_sheet!("style/accessible.css");
    let ask = move |event: SubmitEvent| {
        event.prevent_default();
        ask_for_accessible(choosing);
    };
    let kept = move || choosing.rules.with(|rules| rules.keeps_accessible);
    view! { class = class,
        <Show when=kept>
            <form class="accessible" method="post" action=AskAccessible::url() on:submit=ask>
                <input type="hidden" name="hold" value=choosing.hold.to_string() />
                <input type="hidden" name="leg" value=choosing.leg.to_string() />
                <input type="hidden" name="view" value=if listed { "list" } else { "" } />
                <button class="ask" type="submit">"One of us has a disability and needs an accessible seat"</button>
            </form>
        </Show>
    }
}

#[component]
fn Person(traveller: Passenger, choosing: Choosing, listed: bool) -> impl IntoView {
    let class = style_sheet!("style/person.css");
    let ordinal = traveller.ordinal;
    let current = Memo::new(move |_| choosing.current.get() == ordinal);
    let seat = Memo::new(move |_| choosing.seat_of(ordinal));
    let price = move || {
        let seat = seat.get().and_then(|number| choosing.seat(number));
        seat.map(|seat| choosing.price(seat).in_short())
    };
    let view = if listed { "&view=list" } else { "" };
    let href = format!("/book/{}/seats?leg={}&traveller={ordinal}{view}", choosing.hold, choosing.leg);
    let turn = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        choosing.current.set(ordinal);
    };
    view! { class = class,
        <li>
            <a class="person" href=href aria-current=move || current.get().then_some("true") on:click=turn>
                <span class="who">
                    {traveller.label}
                    <small class="muted now">{move || if current.get() { "choosing now" } else { "" }}</small>
                </span>
                <span class="place">
                    <b class="seat">{move || seat.get().map_or_else(|| "–".to_owned(), |seat| seat.to_string())}</b>
                    <small class="muted price">{price}</small>
                </span>
            </a>
        </li>
    }
}
