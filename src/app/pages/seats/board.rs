use domain::money::Money;
use leptos::{prelude::*, server_fn::ServerFn};
use stylers_macro::style_sheet;

use super::{
    cabin_map::CabinMap,
    calls::PickSeat,
    choosing::Choosing,
    detail::Detail,
    legend::Legend,
    people::People,
    picking::on_seat_chosen,
    seat_list::SeatList,
    start::Start,
    status::Status,
    tidings::Tidings,
    trouble::Trouble,
    zoom::{Size, Zoom},
};
use crate::components::timer::{Clock, Timer};

/// What is alive of the seat page: who sits where, and the cabin or its list. What else there is to say stands beside it
/// as the server wrote it.
#[island]
pub fn Board(
    start: Start,
    /// Whether the cabin is shown as a list.
    listed: bool,
    clock: Clock,
    /// Where it goes on, and what the button says.
    onwards: (String, String),
    /// What stands below the price.
    children: Children,
) -> impl IntoView {
    let class = style_sheet!("style/seats.css");
    let choosing = Choosing::new(&start);
    follow(choosing);
    come_alive(choosing);

    let zoom = RwSignal::new(Size::default());
    let (href, label) = onwards;
    let seats = move || {
        let chosen: Vec<_> =
            choosing.ours.with(|ours| ours.iter().flatten().map(ToString::to_string).collect());
        let seats = if chosen.is_empty() {
            "no seat chosen here yet".to_owned()
        } else {
            format!("with {}", chosen.join(", "))
        };
        match choosing.seats_minor() {
            0 => seats,
            minor => format!("{seats}, {} of it for seats", Money::new(minor, choosing.total().currency)),
        }
    };
    let (view, other) = if listed { ("", "Show the map") } else { ("&view=list", "Show as a list") };
    let other_view = move || {
        let Choosing { hold, leg, current, .. } = choosing;
        format!("/book/{hold}/seats?leg={leg}&traveller={}{view}", current.get())
    };
    let cabin = if listed {
        view! { <SeatList choosing /> }.into_any()
    } else {
        view! { <CabinMap choosing zoom /> }.into_any()
    };
    view! { class = class,
        <div class="columns">
            <div class="side">
                <div class="clock card">
                    <Timer clock />
                </div>
                <div class="card people">
                    <People travellers=start.travellers choosing listed />
                    <Legend choosing />
                </div>
            </div>
            <section class="card cabin" aria-label="Seat map">
                <div class="head">
                    <div class="news">
                        <Status choosing />
                        <a class="small" href=other_view>{other}</a>
                    </div>
                    {(!listed).then(|| view! { <Zoom zoom alive=choosing.alive /> })}
                    <Legend choosing folded=true />
                    <Tidings choosing />
                </div>
                <form id="cabin" method="post" action=PickSeat::url() on:submit=on_seat_chosen(choosing)>
                    <input type="hidden" name="hold" value=choosing.hold.to_string() />
                    <input type="hidden" name="departure" value=start.departure />
                    <input type="hidden" name="leg" value=choosing.leg.to_string() />
                    <input type="hidden" name="view" value=if listed { "list" } else { "" } />
                    <input type="hidden" name="traveller" value=move || choosing.current.get().to_string() />
                    {cabin}
                </form>
                <Detail choosing />
            </section>
            <aside class="side right">
                <Trouble choosing />
                <div class="proceed">
                    <p class="sum" role="status"><span class="muted small">"Total"</span> " " <b class="running">{move || choosing.total().to_string()}</b> <small class="muted seats">{seats}</small></p>
                    <a class="button go wide" href=href>{label}</a>
                </div>
                {children()}
            </aside>
        </div>
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

/// Follows the departure's live channel for as long as the page is open.
#[cfg(feature = "hydrate")]
fn follow(choosing: Choosing) {
    use crate::live::LiveLine;

    Effect::new(move |_| {
        let line = LiveLine::open(choosing.departure(), move |news| choosing.hear(news));
        // It is dropped, and so closed, together with this effect.
        StoredValue::new_local(line);
    });
}

#[cfg(not(feature = "hydrate"))]
fn follow(_choosing: Choosing) {}
