use leptos::{
    prelude::*,
    server_fn::{ServerFn, error::ServerFnUrlError},
};
use leptos_router::hooks::use_query_map;

use crate::AppError;

/// Why a plain form came back to this page, if it did: the server puts the reason into the URL to which it sends back.
#[component]
pub fn PostedError<Posted>(
    /// The server function to which the form was posted.
    #[prop(optional)]
    posted: std::marker::PhantomData<Posted>,
) -> impl IntoView
where
    Posted: ServerFn<Error = AppError> + Send + Sync + 'static,
{
    // It names the type alone.
    let _ = posted;
    let query = use_query_map();
    let reason = move || {
        let query = query.read();
        let encoded = query.get("__err").filter(|_| query.get_str("__path") == Some(Posted::PATH))?;
        Some(ServerFnUrlError::<AppError>::decode_err(&encoded).to_string())
    };
    move || reason().map(|reason| view! { <p class="note stop" role="alert">{reason}</p> })
}
