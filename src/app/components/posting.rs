//! Forms of what is alive: posted without leaving the page, so that what was typed stays where it is refused.

use leptos::{ev::SubmitEvent, prelude::*};

use crate::AppError;

/// How one form stands. A page without scripts posts the same form by itself, and comes back with the reason.
#[derive(Clone, Copy, Debug)]
pub struct Posting {
    pub refused: RwSignal<Option<AppError>>,
    pub is_pending: RwSignal<bool>,
    /// Whether the last asking was met.
    pub is_done: RwSignal<bool>,
}

impl Posting {
    /// A form that came back to its page, as a plain one does, was refused for that reason: see [`came_back`].
    pub fn new(refused: Option<AppError>) -> Self {
        Self {
            refused: RwSignal::new(refused),
            is_pending: RwSignal::new(false),
            is_done: RwSignal::new(false),
        }
    }

    /// Why it was refused; empty where it was not.
    pub fn reason(self) -> String {
        self.refused.with(|refused| refused.as_ref().map(ToString::to_string).unwrap_or_default())
    }

    /// Takes the posting over. Where the answer leads elsewhere, the browser goes there.
    #[cfg(feature = "hydrate")]
    pub fn on_submit(self) -> impl Fn(SubmitEvent) {
        use leptos::{task::spawn_local, wasm_bindgen::JsCast as _, web_sys::HtmlFormElement};

        move |event| {
            let Some(form) = event.target().and_then(|form| form.dyn_into::<HtmlFormElement>().ok()) else {
                return;
            };
            event.prevent_default();
            if self.is_pending.get_untracked() {
                return;
            }
            self.is_pending.set(true);
            self.refused.set(None);
            spawn_local(async move {
                match posted::post(&form).await {
                    // Until the browser is there nothing is to be pressed again.
                    Ok(Some(elsewhere)) => _ = window().location().assign(&elsewhere),
                    Ok(None) => {
                        self.is_pending.set(false);
                        self.is_done.set(true);
                    }
                    Err(error) => {
                        self.is_pending.set(false);
                        self.refused.set(Some(error));
                    }
                }
            });
        }
    }

    /// A page that the server writes is not alive.
    #[cfg(not(feature = "hydrate"))]
    #[expect(clippy::unused_self, reason = "as in the browser")]
    pub fn on_submit(self) -> impl Fn(SubmitEvent) {
        |_| ()
    }
}

/// Why the plain form that is posted to that server function came back to this page, if it did.
#[cfg(feature = "ssr")]
pub fn came_back<Posted>() -> Option<AppError>
where
    Posted: leptos::server_fn::ServerFn<Error = AppError, Output = ()> + Clone + Send + Sync + 'static,
    Posted::Client: leptos::server_fn::client::Client<AppError>,
{
    ServerAction::<Posted>::new().value().get_untracked().and_then(Result::err)
}

#[cfg(feature = "hydrate")]
mod posted {
    use gloo_net::http::Request;
    use leptos::web_sys::{FormData, HtmlFormElement, UrlSearchParams};

    use crate::{
        AppError,
        answer::{lost, refusal},
    };

    /// Posts a form as a browser does; gives the address to which the answer leads, if it leads anywhere.
    pub async fn post(form: &HtmlFormElement) -> Result<Option<String>, AppError> {
        let fields = FormData::new_with_form(form)
            .and_then(|fields| UrlSearchParams::new_with_str_sequence_sequence(&fields))
            .map_err(|_| AppError::Internal)?;
        let request =
            Request::post(&form.action()).header("accept", "application/json").body(fields).map_err(lost)?;
        let response = request.send().await.map_err(lost)?;
        if response.ok() {
            return Ok(response.headers().get("location"));
        }
        Err(refusal(response).await)
    }
}
