//! Every address that answers.

use std::{sync::LazyLock, time::Duration};

use app::{App, ports::Visitor, shell};
use axum::{
    Router,
    extract::Request,
    http::{HeaderValue, header},
    middleware::{self, Next},
    response::Response,
    routing::{get, post},
};
use leptos::prelude::{provide_context, use_context};
use leptos_axum::{
    AxumRouteListing, LeptosRoutes as _, file_and_error_handler_with_context, generate_route_list,
};
use tower_http::{
    CompressionLevel, compression::CompressionLayer, timeout::ResponseBodyTimeoutLayer, trace::TraceLayer,
};

use crate::{
    headers, health,
    in_time::end_in_time,
    limits,
    live::{geometry, poll_seats, stream_departure, watch_departure},
    origins::refuse_foreign_changes,
    partner, patience,
    picking::pick_seat,
    site::Site,
    visitors::know_visitor,
    webhook::stripe_webhook,
};

/// No form of ours is near this size; a webhook event may be.
const LARGEST_BODY_BYTES: usize = 256 * 1024;

/// The pages' addresses, found once. While leptos looks for them no resource of the whole process loads, and one that is
/// asked for meanwhile never does (leptos 0.8, issue 4773): a second router beside pages would leave these without end.
static PAGES: LazyLock<Vec<AxumRouteListing>> = LazyLock::new(|| generate_route_list(App));

pub fn router(site: Site) -> Router {
    let routes = PAGES.clone();
    let context = {
        let site = site.clone();
        move || {
            provide_context(site.ports.clone());
            // The middleware has put the visitor into the request.
            let visitor = use_context::<axum::http::request::Parts>()
                .and_then(|p| p.extensions.get::<Visitor>().copied());
            if let Some(visitor) = visitor {
                provide_context(visitor);
            }
            headers::set_content_policy(&site.stripe_origin);
        }
    };
    let options = site.options.clone();
    Router::new()
        .leptos_routes_with_context(&site, routes, context.clone(), move || shell(options.clone()))
        .fallback(file_and_error_handler_with_context::<Site, _>(context, shell))
        .route("/geometry/{layout}/{hash}", get(geometry))
        .layer(limits::layer(&site.limits))
        // Stripe may tell of many payments at once.
        .route("/webhooks/stripe", post(stripe_webhook))
        .layer(middleware::from_fn(cache_hashed_files))
        .layer(middleware::from_fn_with_state(site.clone(), know_visitor))
        .layer(middleware::from_fn_with_state(site.clone(), refuse_foreign_changes))
        .layer(axum::extract::DefaultBodyLimit::max(LARGEST_BODY_BYTES))
        .layer(middleware::from_fn(end_in_time))
        .layer(ResponseBodyTimeoutLayer::new(patience::BODY))
        // Pages are compressed as they go, so a light level; the browser's code lies there compressed already.
        .layer(CompressionLayer::new().quality(CompressionLevel::Precise(4)))
        // Other programs bring a token of their own instead of a cookie.
        .merge(partner::router(&site))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        // Sockets and streams live long and are neither timed out nor compressed. What is polled has a strong tag, which a
        // compressed form must not share.
        .route("/live/departures/{id}", get(watch_departure))
        .route("/live/departures/{id}/events", get(stream_departure))
        .route("/live/departures/{id}/seats", get(poll_seats))
        .layer(middleware::from_fn(headers::secure))
        .layer(TraceLayer::new_for_http().make_span_with(span).on_response(log_refusal))
        // Thousands pick in the same second: it does itself what the layers do.
        .route("/live/departures/{id}/picks", post(pick_seat).layer(middleware::from_fn(headers::secure)))
        .with_state(site)
}

/// Method and path: never the query, which may hold names.
fn span(request: &axum::http::Request<axum::body::Body>) -> tracing::Span {
    tracing::info_span!("request", method = %request.method(), path = request.uri().path())
}

/// What was refused is logged within its request's span, by its status alone.
fn log_refusal<B>(response: &axum::http::Response<B>, took: Duration, _: &tracing::Span) {
    let status = response.status();
    if status.is_client_error() {
        tracing::info!(status = status.as_u16(), took_ms = took.as_millis(), "refused");
    }
}

/// Files with a hash in their name never change; others are asked for again.
async fn cache_hashed_files(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_hashed = path.starts_with("/pkg/");
    let is_file = is_hashed || path.rsplit('/').next().is_some_and(|name| name.contains('.'));
    let mut response = next.run(request).await;
    if is_file && response.status().is_success() {
        let value = if is_hashed { "public, max-age=31536000, immutable" } else { "public, max-age=3600" };
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(value));
    }
    response
}
