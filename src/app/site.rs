use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::{
    SsrMode,
    components::{Route, Router, Routes},
    path,
};

use crate::{
    components::{footer::Footer, header::Header},
    pages::{
        calendar::CalendarPage,
        home::HomePage,
        not_found::NotFoundPage,
        pay::PayPage,
        price::PricePage,
        results::ResultsPage,
        seats::SeatsPage,
        travellers::TravellersPage,
        trip::{TripPage, cancel::CancelPage, quoted::QuotedPage},
        trips::TripsPage,
    },
};

/// Every page, between header and footer, made by the server alone; what is alive of a booking's pages are islands in it
/// ([`is_alive`](crate::alive::is_alive)). Pages are sent whole, so that they read the same with JavaScript off; the results
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
