//! What the browser shows: the pages, their parts, and the server functions behind them.
//!
//! The pages call ports, traits named after what travellers want; the server implements them. Everything that the ports
//! answer, and every failure, crosses to the browser as JSON.
#![recursion_limit = "512"]
// A component owns its props, read or consumed.
#![allow(clippy::needless_pass_by_value)]

#[cfg(not(erase_components))]
compile_error!(
    "Say `--cfg erase_components` in RUSTFLAGS too: what is set there replaces .cargo/config.toml, which says it."
);

#[cfg(feature = "ssr")]
mod alive;
#[cfg(feature = "hydrate")]
mod answer;
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
#[cfg(feature = "ssr")]
mod site;

mod components;
#[cfg(feature = "ssr")]
mod filters;
#[cfg(feature = "ssr")]
mod listing;
#[cfg(feature = "hydrate")]
mod live;
mod pages;

pub use error::AppError;
#[cfg(feature = "ssr")]
pub use {shell::shell, site::App};

/// Called by the browser once the wasm is there: what the server marked as islands comes alive.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    use leptos::{ev::pageshow, leptos_dom::helpers::window_event_listener};

    console_error_panic_hook::set_once();
    leptos::mount::hydrate_islands();
    // A page that the browser has kept shows a hold as it was then.
    let shown_again = window_event_listener(pageshow, |event| {
        if event.persisted() {
            _ = leptos::prelude::window().location().reload();
        }
    });
    std::mem::forget(shown_again);
}

#[cfg(test)]
mod sheets;
