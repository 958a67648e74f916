//! What every server function begins and ends with.

use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

use axum::http::{HeaderValue, Method, StatusCode, header, request::Parts};

use crate::{
    AppError,
    ports::{Caller, Key, Ports, Visitor},
};

/// What the server put behind the pages of this request.
pub fn ports() -> Result<Ports, AppError> {
    use_context::<Ports>().ok_or(AppError::Internal)
}

/// Whose request this is.
pub fn visitor() -> Result<Visitor, AppError> {
    use_context::<Visitor>().ok_or(AppError::Internal)
}

/// Who asks for a change: the visitor, under the key of the header `Idempotency-Key` or, for forms, of their hidden field.
pub fn caller(form_key: &str) -> Result<Caller, AppError> {
    let header = use_context::<Parts>().and_then(|parts| parts.headers.get("idempotency-key").cloned());
    let text = match &header {
        Some(value) => Some(value.to_str().unwrap_or_default()),
        None => Some(form_key).filter(|key| !key.is_empty()),
    };
    let key = text.map(Key::parse).transpose().map_err(|wrong| refuse(AppError::invalid("key", wrong)))?;
    Ok(Caller { visitor: visitor()?, key })
}

/// As `refuse`, for a change: where nothing is known of it, the answer says under which key to ask again.
pub fn refuse_change<E: Into<AppError>>(caller: &Caller) -> impl FnOnce(E) -> AppError + use<E> {
    let key = caller.key.as_ref().map(|key| key.as_str().to_owned());
    move |error| {
        refuse(match error.into() {
            AppError::Unavailable { message, retry_after_secs } => {
                AppError::Unknown { message, retry_after_secs, key }
            }
            error => error,
        })
    }
}

/// Whether a browser asks for this call itself. While a page is written its calls are made by the page.
pub fn is_posted() -> bool {
    use_context::<Parts>().is_some_and(|parts| parts.method == Method::POST)
}

/// Maps a port's error for the browser, and gives the answer the status that goes with it.
///
/// A form posted without JavaScript is sent back to its page instead, with the error in the URL: its status stays that of
/// the redirect.
pub fn refuse(error: impl Into<AppError>) -> AppError {
    let error = error.into();
    let sent_back = use_context::<Parts>().is_some_and(|parts| {
        let accepts_html = parts.headers.get(header::ACCEPT).and_then(|v| v.to_str().ok());
        parts.method == Method::POST && accepts_html.is_some_and(|v| v.contains("text/html"))
    });
    if let Some(response) = use_context::<ResponseOptions>().filter(|_| !sent_back) {
        response
            .set_status(StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
        if let AppError::Unavailable { retry_after_secs, .. } | AppError::Unknown { retry_after_secs, .. } =
            error
        {
            response.insert_header(header::RETRY_AFTER, HeaderValue::from(retry_after_secs));
        }
    }
    error
}
