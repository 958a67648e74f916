use domain::cabin::{Cabin, Layout, Row, Section};
use leptos::{
    ev::{FocusEvent, PointerEvent},
    prelude::*,
};
use stylers_macro::style_sheet;

use super::{
    choosing::Choosing,
    keys::{on_key, on_look},
    seat_button::SeatButton,
    zoom::{Size, on_pinch},
};

/// The aircraft from above, nose up: cabins with their aisles, galleys, exits and wings.
#[component]
pub fn CabinMap(
    choosing: Choosing,
    /// How large it is shown.
    zoom: RwSignal<Size>,
) -> impl IntoView {
    let class = style_sheet!("style/cabin_map.css");
    let pinched = on_pinch(zoom);
    let focused = on_look(choosing, true);
    let look_focused = move |event: FocusEvent| focused(event.into());
    let pointed = on_look(choosing, false);
    let look_pointed = move |event: PointerEvent| pointed(event.into());
    let (across, aisles, sections) = choosing.layout.with_value(|layout| {
        let (across, aisles) = widest(layout);
        let sections = sections(layout, choosing);
        (across, aisles, sections)
    });
    let size = move || zoom.get().percent();
    view! { class = class,
        <div class="above" on:touchmove=pinched on:touchend=pinched>
            <div class="airframe" data-size=size>
                <div
                    class="fuselage"
                    role="grid"
                    aria-label="Seats by row and letter, front to back"
                    data-across=across
                    data-aisles=aisles
                    on:keydown=on_key(choosing)
                    on:focusin=look_focused
                    on:pointerover=look_pointed
                >
                    <span class="nose" aria-hidden="true"></span>
                    {sections}
                    <span class="tail" aria-hidden="true"></span>
                </div>
            </div>
        </div>
    }
}

/// Seats and aisles of the widest row, which the seats' size follows.
fn widest(layout: &Layout) -> (usize, usize) {
    let widths =
        layout.cabin_rows().map(|(_, groups, row)| (row.seats.len(), groups.len().saturating_sub(1)));
    widths.max().unwrap_or((6, 1))
}

fn sections(layout: &Layout, choosing: Choosing) -> Vec<AnyView> {
    let mut wings = wings(layout).into_iter();
    let mut before = None;
    let view = |section: &Section| match section {
        Section::Galley { label } => view! { <Galley label /> }.into_any(),
        Section::Cabin { cabin, groups, rows } => {
            let blocks = groups.iter().map(|letters| letters.len()).collect();
            let named = before.replace(*cabin) != Some(*cabin);
            let rows = rows.iter().cloned().zip(wings.by_ref()).collect();
            view! { <CabinRows cabin=*cabin named blocks rows choosing /> }.into_any()
        }
    };
    layout.sections.iter().map(view).collect()
}

/// Which part of the wing is beside each row, front to back; a row before a galley bridges it.
fn wings(layout: &Layout) -> Vec<Option<&'static str>> {
    let last_rows = layout.sections.iter().filter_map(|section| match section {
        Section::Cabin { rows, .. } => rows.last().map(|row| row.number),
        Section::Galley { .. } => None,
    });
    let last_rows: Vec<u8> = last_rows.collect();
    let rows: Vec<&Row> = layout.cabin_rows().map(|(.., row)| row).collect();
    let first = rows.iter().position(|row| row.wing);
    let last = rows.iter().rposition(|row| row.wing);
    let part = |(i, row): (usize, &&Row)| {
        row.wing.then(|| match Some(i) {
            i if i == first => "lead",
            i if i == last => "trail",
            _ if last_rows.contains(&row.number) => "bridge",
            _ => "mid",
        })
    };
    rows.iter().enumerate().map(part).collect()
}

#[component]
fn Galley(label: &'static str) -> impl IntoView {
    let class = style_sheet!("style/galley.css");
    view! { class = class, <div class="galley">{label}</div> }
}

/// The rows of one cabin; those of cabins that were not booked are shown, and cannot be chosen from.
#[component]
fn CabinRows(
    cabin: Cabin,
    /// Whether its name stands above: not where a galley only divides it.
    named: bool,
    /// Seats in each block between the aisles, left to right.
    blocks: Vec<usize>,
    /// With the part of the wing that is beside each.
    rows: Vec<(Row, Option<&'static str>)>,
    choosing: Choosing,
) -> impl IntoView {
    let class = style_sheet!("style/cabin_rows.css");
    let own = cabin == choosing.cabin;
    let rows = rows
        .into_iter()
        .map(|(row, wing)| view! { <CabinRow row blocks=blocks.clone() wing own choosing /> })
        .collect_view();
    view! { class = class,
        <div class="section" role="rowgroup" aria-label=cabin.name() data-closed=(!own).then_some("")>
            {named.then(|| view! { class = class, <div class="name" aria-hidden="true">{cabin.name()}</div> })}
            {rows}
        </div>
    }
}

#[component]
fn CabinRow(
    row: Row,
    blocks: Vec<usize>,
    /// Which part of the wing is beside it.
    #[prop(optional_no_strip)]
    wing: Option<&'static str>,
    own: bool,
    choosing: Choosing,
) -> impl IntoView {
    let class = style_sheet!("style/cabin_row.css");
    let exit = row.exit;
    let label = if exit { format!("Row {}, exits", row.number) } else { format!("Row {}", row.number) };
    let mut seats = row.seats.into_iter();
    let blocks: Vec<_> = blocks
        .into_iter()
        .enumerate()
        .map(|(i, width)| {
            let seats: Vec<_> = seats
                .by_ref()
                .take(width)
                .map(|seat| match seat {
                    Some(seat) => view! { <SeatButton seat own_cabin=own choosing /> }.into_any(),
                    None => view! { class = class, <span class="missing"></span> }.into_any(),
                })
                .collect();
            let aisle = (i > 0)
                .then(|| view! { class = class, <span class="aisle" aria-hidden="true">{row.number}</span> });
            view! { class = class,
                {aisle}
                <span class="block">{seats}</span>
            }
        })
        .collect();
    let exits = exit.then(|| {
        view! { class = class,
            <span class="exit left" aria-hidden="true">"EXIT"</span>
            <span class="exit right" aria-hidden="true">"EXIT"</span>
        }
    });
    view! { class = class,
        <div class="row" role="row" aria-label=label data-exit=exit.then_some("") data-wing=wing>
            {exits}
            {blocks}
        </div>
    }
}
