use leptos::server_fn::error::{FromServerFnError as _, ServerFnErrorErr};

use crate::AppError;

/// What a call is told that did not reach the server, or whose answer did not come back whole.
pub fn lost(error: gloo_net::Error) -> AppError {
    AppError::from_server_fn_error(ServerFnErrorErr::Request(error.to_string()))
}
