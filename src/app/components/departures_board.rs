use leptos::prelude::*;
use stylers_macro::style_sheet;

use crate::call;
use crate::{AppError, answers::Board};

/// The next departures from the busiest city, each leading to the search that sells it.
#[component]
pub fn DeparturesBoard() -> impl IntoView {
    let board = Resource::new(|| (), |()| departures_board());
    view! {
        <Transition>
            {move || Suspend::new(async move {
                match board.await {
                    Ok(board) if board.rows.is_empty() => ().into_any(),
                    Ok(board) => view! { <BoardTable board /> }.into_any(),
                    Err(error) => view! { <p class="note">{error.to_string()}</p> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn BoardTable(board: Board) -> impl IntoView {
    let class = style_sheet!("style/departures_board.css");
    view! { class = class,
        <section class="card board" aria-labelledby="board-title">
            <table>
                <caption id="board-title">{format!("Leaving {} next", board.city)}</caption>
                <thead>
                    <tr>
                        <th scope="col">"Time"</th>
                        <th scope="col">"To"</th>
                        <th scope="col">"Flight"</th>
                        <th scope="col">"Seats left"</th>
                        <th scope="col" class="price">"From"</th>
                    </tr>
                </thead>
                <tbody>
                    {board
                        .rows
                        .into_iter()
                        .map(|row| {
                            view! { class = class,
                                <tr>
                                    <td class="time">{row.time}</td>
                                    <td class="to">
                                        <a href=row.search>
                                            {row.destination_name} " "
                                            <span class="code">{row.destination.to_string()}</span>
                                        </a>
                                    </td>
                                    <td class="flight">{row.flight}</td>
                                    <td class="left">
                                        {match row.places_left {
                                            Some(left) => {
                                                view! { class = class, {left} <span class="unit">" seats left"</span> }.into_any()
                                            }
                                            None => view! { class = class, <span class="unit">"unknown"</span> }.into_any(),
                                        }}
                                    </td>
                                    <td class="price">{row.from_price.to_string()}</td>
                                </tr>
                            }
                        })
                        .collect_view()}
                </tbody>
            </table>
        </section>
    }
}

/// Read for the front page, its failure is not the page's: that is whole without its board.
#[server(endpoint = "departures_board")]
pub async fn departures_board() -> Result<Board, AppError> {
    let board = call::ports()?.search.board().await;
    board.map_err(|error| if call::is_posted() { call::refuse(error) } else { error.into() })
}
