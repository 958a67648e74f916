use domain::{hold::HoldState, selling::SellingMode};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::{calls::seat_map, choose::Choose, elsewhere::Elsewhere, given::Given};
use crate::pages::booking::{BookingOver, BookingRefused, hold_in_address};

/// The cabin of the leg that the address names, `?leg=0`; the first without it.
#[component]
pub fn SeatsPage() -> impl IntoView {
    let id = hold_in_address();
    let query = use_query_map();
    let leg = Memo::new(move |_| query.read().get("leg").and_then(|leg| leg.parse().ok()).unwrap_or(0_usize));
    let map = Resource::new_blocking(move || (id.get(), leg.get()), |(id, leg)| seat_map(id, leg));
    view! {
        <Title text="Seats · SkyConnect" />
        <div class="page">
            <Suspense>
                {move || Suspend::new(async move {
                    match map.await {
                        Ok(map) if map.hold.state == HoldState::Active => match map.hold.legs.get(map.leg) {
                            _ if map.hold.sold_by.is_some() => view! { <Elsewhere hold=map.hold /> }.into_any(),
                            Some(leg) if leg.mode != SellingMode::Choose => {
                                view! { <Given leg=map.leg hold=map.hold /> }.into_any()
                            }
                            _ => view! { <Choose map /> }.into_any(),
                        },
                        Ok(map) => view! { <BookingOver hold=map.hold /> }.into_any(),
                        Err(error) => view! { <BookingRefused error /> }.into_any(),
                    }
                })}
            </Suspense>
        </div>
    }
}
