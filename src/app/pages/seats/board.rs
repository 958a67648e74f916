use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_query_map;
use stylers_macro::style_sheet;

use super::{
    cabin_map::CabinMap,
    calls::{AskAccessible, PickSeat, SeatTogether},
    choosing::Choosing,
    detail::Detail,
    legend::Legend,
    legs::Legs,
    people::People,
    picking::on_seat_chosen,
    seat_list::SeatList,
    status::Status,
    tidings::Tidings,
    trouble::Trouble,
    zoom::{Size, Zoom},
};
use crate::{
    AppError,
    answers::{HoldView, SeatMapView},
    components::{
        give_up::GiveUp,
        steps::{Step, Steps},
        summary::Summary,
        timer::Timer,
    },
    pages::booking::BookingRefused,
};

/// Everything on the seat page: who sits where, the cabin or its list, and what the trip costs.
#[component]
pub fn Board(map: SeatMapView) -> impl IntoView {
    let class = style_sheet!("style/seats.css");
    let query = use_query_map();
    let asked = query.read_untracked().get("traveller").and_then(|ordinal| ordinal.parse().ok());
    let Some(choosing) = Choosing::new(&map, asked) else {
        let error = AppError::NotFound { message: "This trip has no such leg.".into() };
        return view! { <BookingRefused error /> }.into_any();
    };
    // A form that was refused without JavaScript comes back with the reason in the address.
    if query.read_untracked().get("__err").is_some() {
        let picked = ServerAction::<PickSeat>::new().value().get_untracked().and_then(Result::err);
        let together = ServerAction::<SeatTogether>::new().value().get_untracked().and_then(Result::err);
        let asked = ServerAction::<AskAccessible>::new().value().get_untracked().and_then(Result::err);
        choosing.trouble.set(picked.or(together).or(asked));
    }
    follow(choosing);
    come_alive(choosing);

    let hold = map.hold;
    let listed = Memo::new(move |_| query.read().get("view").is_some_and(|view| view == "list"));
    let zoom = RwSignal::new(Size::default());
    let view_name = move || if listed.get() { "list" } else { "" };
    let legs = hold.legs.clone();
    let onwards = onwards(&hold, choosing.leg);
    let total = hold.total.to_string();
    let seats = move || {
        let chosen: Vec<_> =
            choosing.ours.with(|ours| ours.iter().flatten().map(ToString::to_string).collect());
        if chosen.is_empty() {
            "choosing seats is included".to_owned()
        } else {
            format!("with {}", chosen.join(", "))
        }
    };
    view! { class = class,
        <Steps current=Step::Seats hold=hold.id />
        <h1 class="title">"Choose your seats"</h1>
        <Legs legs choosing listed />
        <div class="columns">
            <div class="side">
                <div class="clock card">
                    <Timer hold=hold.id expires_in_ms=hold.expires_in_ms extension_left=hold.extension_left />
                </div>
                <div class="card people">
                    <People travellers=hold.travellers.clone() choosing listed />
                    <Legend />
                </div>
            </div>
            <section class="card cabin" aria-label="Seat map">
                <div class="head">
                    <Status choosing />
                    <Show when=move || !listed.get()>
                        <Zoom zoom alive=choosing.alive />
                    </Show>
                    <Legend folded=true />
                    <Tidings choosing />
                </div>
                <form id="cabin" method="post" action=PickSeat::url() on:submit=on_seat_chosen(choosing)>
                    <input type="hidden" name="hold" value=choosing.hold.to_string() />
                    <input type="hidden" name="departure" value=choosing.departure.to_string() />
                    <input type="hidden" name="leg" value=choosing.leg.to_string() />
                    <input type="hidden" name="view" value=view_name />
                    <input type="hidden" name="traveller" value=move || choosing.current.get().to_string() />
                    <Show when=move || listed.get() fallback=move || view! { <CabinMap choosing zoom /> }>
                        <SeatList choosing />
                    </Show>
                </form>
                <Detail choosing />
            </section>
            <aside class="side right">
                <Trouble choosing />
                <Summary hold=hold.clone() />
                <div class="proceed">
                    <p class="sum"><span class="muted small">"Total"</span> " " <b>{total}</b> <small class="muted seats">{seats}</small></p>
                    {onwards}
                </div>
                <p class="muted small aside-note">"We seat you together if you choose none. Choosing costs nothing."</p>
                <GiveUp hold=hold.id />
            </aside>
        </div>
    }
    .into_any()
}

/// The way to the next leg, or to payment after the last. Payment is a page of its own, since its script runs once.
pub(super) fn onwards(hold: &HoldView, leg: usize) -> AnyView {
    if let Some(next) = hold.legs.get(leg + 1) {
        let href = format!("/book/{}/seats?leg={}", hold.id, leg + 1);
        let label = format!("Next leg: {} to {}", next.departure.origin, next.departure.destination);
        view! { <a class="button go wide" href=href>{label}</a> }.into_any()
    } else {
        let href = format!("/book/{}/pay", hold.id);
        view! { <a class="button go wide" href=href rel="external">"Continue to payment"</a> }.into_any()
    }
}

/// Arrow keys lead from seat to seat from now on, beginning at the first seat of ours or that is free.
fn come_alive(choosing: Choosing) {
    Effect::new(move |_| {
        let ours = choosing.ours.with_untracked(|ours| ours.iter().flatten().next().copied());
        let free = || {
            choosing.layout.with_value(|layout| {
                choosing
                    .picture
                    .with_untracked(|picture| picture.free(layout, choosing.cabin).next().map(|s| s.number))
            })
        };
        let first =
            || choosing.layout.with_value(|layout| layout.seats(choosing.cabin).next().map(|s| s.number));
        choosing.focus.set(ours.or_else(free).or_else(first));
        choosing.alive.set(true);
    });
}

/// Follows the departure's live channel for as long as the page shows it.
#[cfg(feature = "hydrate")]
fn follow(choosing: Choosing) {
    use crate::live::LiveLine;

    Effect::new(move |_| {
        let line = LiveLine::open(choosing.departure, move |news| choosing.hear(news));
        // It is dropped, and so closed, together with this effect.
        StoredValue::new_local(line);
    });
}

#[cfg(not(feature = "hydrate"))]
fn follow(_choosing: Choosing) {}
