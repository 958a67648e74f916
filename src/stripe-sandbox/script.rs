//! Our stand-in for stripe.js, served where Stripe serves its own: `/v3/`.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName};
use axum::response::IntoResponse;

use crate::api::cors;

const SCRIPT: &str = include_str!("stripe.js");

pub(crate) async fn serve() -> impl IntoResponse {
    let kind: [(HeaderName, &str); 2] =
        [(CONTENT_TYPE, "text/javascript; charset=utf-8"), (CACHE_CONTROL, "no-cache")];
    (cors(), kind, SCRIPT)
}
