use leptos::{prelude::*, server_fn::ServerFn};

use crate::AppError;

/// The hidden field that names one asking, so that a form which is sent twice is acted on once.
///
/// Each form that is shown has a key of its own. It stays while it is not known what became of the asking, also on a page
/// that comes back from a time-out, and only a definite refusal makes a new one.
#[component]
pub fn FormKey<Posted>(
    /// The server function to which the form is posted.
    #[prop(optional)]
    posted: std::marker::PhantomData<Posted>,
    /// The last refusal, where a page that is alive posts the form itself.
    #[prop(optional, into)]
    refused: Option<Signal<Option<AppError>>>,
) -> impl IntoView
where
    Posted: ServerFn<Error = AppError> + Send + Sync + 'static,
{
    // It names the type alone.
    let _ = posted;
    // Of a form that the server wrote its key stays in the field when the page comes alive.
    #[cfg(feature = "ssr")]
    let key = kept_key(Posted::PATH).unwrap_or_else(new_key);
    #[cfg(not(feature = "ssr"))]
    let key = new_key();
    let key = RwSignal::new(key);
    if let Some(refused) = refused {
        Effect::new(move |_| {
            if refused.get().is_some_and(|error| error.is_definite()) {
                key.set(new_key());
            }
        });
    }
    view! { <input type="hidden" name="key" value=move || key.get() autocomplete="off" /> }
}

/// The key of a plain form that came back to its page without a definite answer. A form that holds several askings adds
/// what tells them apart behind a dot.
#[cfg(feature = "ssr")]
fn kept_key(path: &str) -> Option<String> {
    let query = leptos_router::hooks::use_query_map();
    let query = query.read_untracked();
    let encoded = query.get("__err").filter(|_| query.get_str("__path") == Some(path))?;
    match leptos::server_fn::error::ServerFnUrlError::<AppError>::decode_err(&encoded) {
        AppError::Unknown { key: Some(key), .. } => key.split('.').next().map(str::to_owned),
        _ => None,
    }
}

/// Unlike any other of the visitor's; nobody else's keys count for them, so it need not be a secret.
pub fn new_key() -> String {
    #[cfg(feature = "ssr")]
    let key = uuid::Uuid::new_v4().simple().to_string();
    #[cfg(not(feature = "ssr"))]
    let key = {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "32 bits of chance")]
        let digits = || (js_sys::Math::random() * f64::from(u32::MAX)) as u32;
        format!("{:08x}{:08x}{:08x}{:08x}", digits(), digits(), digits(), digits())
    };
    key
}
