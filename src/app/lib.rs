//! What the browser shows: the pages, their parts, and the server functions behind them.
//!
//! The pages call ports, traits named after what travellers want; the server implements them. Everything that the ports
//! answer, and every failure, crosses to the browser as JSON.
#![recursion_limit = "512"]
// A component owns its props, read or consumed.
#![allow(clippy::needless_pass_by_value)]

mod alive;
pub mod answers;
mod error;
#[cfg(feature = "ssr")]
mod search_url;
pub mod text;

#[cfg(feature = "ssr")]
mod call;
#[cfg(feature = "ssr")]
pub mod ports;
#[cfg(feature = "ssr")]
mod shell;

mod components;
#[cfg(feature = "ssr")]
mod filters;
#[cfg(feature = "ssr")]
mod listing;
#[cfg(feature = "hydrate")]
mod live;
mod pages;

use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::{
    SsrMode,
    components::{Route, Router, Routes},
    path,
};

pub use error::AppError;
#[cfg(feature = "ssr")]
pub use shell::shell;

use components::{footer::Footer, header::Header};
#[cfg(not(feature = "ssr"))]
use pages::elsewhere::{
    Elsewhere as CalendarPage, Elsewhere as HomePage, Elsewhere as NotFoundPage, Elsewhere as PricePage,
    Elsewhere as ResultsPage,
};
#[cfg(feature = "ssr")]
use pages::{
    calendar::CalendarPage, home::HomePage, not_found::NotFoundPage, price::PricePage, results::ResultsPage,
};
use pages::{
    pay::PayPage,
    seats::SeatsPage,
    travellers::TravellersPage,
    trip::{TripPage, cancel::CancelPage, quoted::QuotedPage},
    trips::TripsPage,
};

/// Every page, between header and footer. Those before a booking are HTML alone, which the browser's code does not know
/// ([`is_alive`](alive::is_alive)); those of a booking come alive. Pages are sent whole, so that they read the same with JavaScript off; the results
/// in order as they come, which reads the same too, and never waits with our own list for what others sell.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Router>
            <a class="skip" href="#main">"Skip to content"</a>
            <Header />
            <main id="main" tabindex="-1">
                <Routes fallback=NotFoundPage>
                    <Route path=path!("/") view=HomePage ssr=SsrMode::Async />
                    <Route path=path!("/search") view=ResultsPage ssr=SsrMode::InOrder />
                    <Route path=path!("/calendar") view=CalendarPage ssr=SsrMode::Async />
                    <Route path=path!("/price") view=PricePage ssr=SsrMode::Async />
                    <Route path=path!("/book/:id/travellers") view=TravellersPage ssr=SsrMode::Async />
                    <Route path=path!("/book/:id/seats") view=SeatsPage ssr=SsrMode::Async />
                    <Route path=path!("/book/:id/pay") view=PayPage ssr=SsrMode::Async />
                    <Route path=path!("/trips") view=TripsPage ssr=SsrMode::Async />
                    <Route path=path!("/trips/:pnr") view=TripPage ssr=SsrMode::Async />
                    <Route path=path!("/trips/:pnr/cancel") view=CancelPage ssr=SsrMode::Async />
                    <Route path=path!("/trips/:pnr/cancel/:id") view=QuotedPage ssr=SsrMode::Async />
                </Routes>
            </main>
            <Footer />
        </Router>
    }
    // The type of a whole site is too deep for the compiler, wherever it is used.
    .into_any()
}

/// Called by the browser once the wasm is there: takes over the page that the server sent.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(App);
}

#[cfg(test)]
mod sheets;
