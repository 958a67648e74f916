//! The document around the pages.

use std::sync::OnceLock;

use axum::http::request::Parts;
use leptos::{nonce::use_nonce, prelude::*};
use leptos_meta::{HashedStylesheet, MetaTags};

use crate::{alive::is_alive, site::App};

/// Pages after which a booking begins: its code is fetched while they are read.
const BEFORE_A_BOOKING: [&str; 2] = ["/search", "/price"];

/// The components' scoped sheets, as the build script collected them.
const COMPONENTS: &str = include_str!(concat!(env!("OUT_DIR"), "/components.css"));

/// The whole document of a page. Its styles and scripts carry the request's nonce, as the content security policy asks.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let path = use_context::<Parts>().map(|parts| parts.uri.path().to_owned()).unwrap_or_default();
    let code = if is_alive(&path) {
        view! { <HydrationScripts options=options.clone() islands=true /> }.into_any()
    } else {
        // Nobody will read in the browser what the page was made from.
        if let Some(context) = Owner::current_shared_context() {
            context.set_is_hydrating(false);
        }
        let ahead = BEFORE_A_BOOKING.contains(&path.as_str()).then(|| ahead(&options));
        view! {
            <script src="/places.js" async nonce=use_nonce()></script>
            {ahead}
        }
        .into_any()
    };
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <meta name="theme-color" content="#16191d" />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link
                    rel="preload"
                    href="/fonts/b612-basic-400.woff2"
                    r#as="font"
                    r#type="font/woff2"
                    crossorigin="anonymous"
                />
                <link
                    rel="preload"
                    href="/fonts/b612-basic-700.woff2"
                    r#as="font"
                    r#type="font/woff2"
                    crossorigin="anonymous"
                />
                <HashedStylesheet options=options.clone() />
                <style nonce=use_nonce() inner_html=COMPONENTS></style>
                <AutoReload options=options.clone() />
                {code}
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// Fetches the code of the pages that follow, once the browser has nothing else to do.
fn ahead(options: &LeptosOptions) -> impl IntoView {
    static NAMES: OnceLock<[String; 2]> = OnceLock::new();
    let [js, wasm] = NAMES.get_or_init(|| ["js", "wasm"].map(|kind| built_name(options, kind)));
    view! {
        <link rel="prefetch" href=js.clone() r#as="script" crossorigin="anonymous" />
        <link rel="prefetch" href=wasm.clone() r#as="fetch" crossorigin="anonymous" />
    }
}

/// The address of what the build made of that kind; with its hash, which stands beside the program, where it has one.
fn built_name(options: &LeptosOptions, kind: &str) -> String {
    let LeptosOptions { output_name, site_pkg_dir, hash_file, hash_files, .. } = options;
    let hashes = std::env::current_exe().ok().and_then(|program| {
        let folder = program.parent()?;
        hash_files.then(|| std::fs::read_to_string(folder.join(hash_file.as_ref())).unwrap_or_default())
    });
    let hashes = hashes.unwrap_or_default();
    let hash = hashes.lines().find_map(|line| line.trim().strip_prefix(kind)?.strip_prefix(':'));
    let hash = hash.map(|hash| format!(".{}", hash.trim())).unwrap_or_default();
    format!("/{site_pkg_dir}/{output_name}{hash}.{kind}")
}
