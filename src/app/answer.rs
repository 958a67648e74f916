//! Answers to what the browser asks by itself.

use gloo_net::http::Response;
use leptos::server_fn::error::{FromServerFnError as _, ServerFnErrorErr};

use crate::AppError;

/// What a call is told that did not reach the server, or whose answer did not come back whole.
pub fn lost(error: gloo_net::Error) -> AppError {
    AppError::from_server_fn_error(ServerFnErrorErr::Request(error.to_string()))
}

/// Why an answer says no. Whatever stands between us and the server may answer in its place, and not in our words: then
/// nothing is known of what became of the asking.
pub async fn refusal(response: Response) -> AppError {
    let status = response.status();
    match response.binary().await {
        Ok(body) => match AppError::de(body.into()) {
            told if status >= 500 && told.is_definite() => {
                AppError::from_server_fn_error(ServerFnErrorErr::Request(status.to_string()))
            }
            told => told,
        },
        Err(error) => lost(error),
    }
}
