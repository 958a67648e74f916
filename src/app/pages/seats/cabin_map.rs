use domain::cabin::{Cabin, Layout, Row, Section};
use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::{choosing::Choosing, seat_button::SeatButton};

/// The aircraft from above, nose up: cabins with their aisles, galleys, exits and wings.
#[component]
pub fn CabinMap(choosing: Choosing) -> impl IntoView {
    let class = style_sheet!("style/cabin_map.css");
    let (across, aisles, sections) = choosing.layout.with_value(|layout| {
        let (across, aisles) = widest(layout);
        let sections: Vec<_> = layout.sections.iter().map(|section| section_view(section, choosing)).collect();
        (across, aisles, sections)
    });
    view! { class = class,
        <div class="above">
            <div class="airframe">
                <div class="fuselage" data-across=across data-aisles=aisles>
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
    let widths = layout.cabin_rows().map(|(_, groups, row)| (row.seats.len(), groups.len().saturating_sub(1)));
    widths.max().unwrap_or((6, 1))
}

fn section_view(section: &Section, choosing: Choosing) -> AnyView {
    match section {
        Section::Galley { label } => view! { <Galley label /> }.into_any(),
        Section::Cabin { cabin, groups, rows } => {
            let blocks = groups.iter().map(|letters| letters.len()).collect::<Vec<_>>();
            view! { <CabinRows cabin=*cabin blocks rows=rows.clone() choosing /> }.into_any()
        }
    }
}

#[component]
fn Galley(label: &'static str) -> impl IntoView {
    let class = style_sheet!("style/galley.css");
    view! { class = class, <p class="galley">{label}</p> }
}

/// The rows of one cabin; those of cabins that were not booked are shown, and cannot be chosen from.
#[component]
fn CabinRows(
    cabin: Cabin,
    /// Seats in each block between the aisles, left to right.
    blocks: Vec<usize>,
    rows: Vec<Row>,
    choosing: Choosing,
) -> impl IntoView {
    let class = style_sheet!("style/cabin_rows.css");
    let own = cabin == choosing.cabin;
    let wings: Vec<_> = rows.iter().map(|row| row.wing).collect();
    let rows: Vec<_> = rows
        .into_iter()
        .enumerate()
        .map(|(i, row)| {
            let before = i.checked_sub(1).is_some_and(|i| wings[i]);
            let after = wings.get(i + 1).copied().unwrap_or_default();
            let wing = match (row.wing, before, after) {
                (false, ..) => None,
                (true, false, _) => Some("lead"),
                (true, true, false) => Some("trail"),
                (true, true, true) => Some("mid"),
            };
            view! { <CabinRow row blocks=blocks.clone() wing own choosing /> }
        })
        .collect();
    view! { class = class,
        <div class="section" data-cabin=cabin.name() data-own=own.then_some("")>
            <p class="name">{cabin.name()}</p>
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
            let aisle = (i > 0).then(|| view! { class = class, <span class="aisle" aria-hidden="true">{row.number}</span> });
            view! { class = class,
                {aisle}
                <span class="block">{seats}</span>
            }
        })
        .collect();
    let exits = exit.then(|| view! { class = class,
        <span class="exit left" aria-hidden="true">"EXIT"</span>
        <span class="exit right" aria-hidden="true">"EXIT"</span>
    });
    view! { class = class,
        <div class="row" role="group" aria-label=label data-exit=exit.then_some("") data-wing=wing>
            {exits}
            {blocks}
        </div>
    }
}
