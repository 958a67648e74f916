//! `/healthz`: the process answers. `/readyz`: what it depends on does.

use axum::{Json, extract::State, http::StatusCode};
use serde::Serialize;
use tokio::time::timeout;

use crate::{patience, site::Site};

#[derive(Serialize)]
pub struct Readiness {
    /// `ready`, `degraded` (it sells, but something is slower) or `unready`.
    status: &'static str,
    postgres: &'static str,
    redis: &'static str,
}

pub async fn healthz() -> &'static str {
    "ok"
}

/// 200 while seats can be sold, Redis or not; 503 without Postgres.
pub async fn readyz(State(site): State<Site>) -> (StatusCode, Json<Readiness>) {
    let postgres = matches!(timeout(patience::HEALTH, site.postgres.ping()).await, Ok(Ok(())));
    let redis = !site.live.is_slow();
    let status = match (postgres, redis) {
        (true, true) => "ready",
        (true, false) => "degraded",
        (false, _) => "unready",
    };
    let word = |up| if up { "up" } else { "down" };
    let code = if postgres { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (code, Json(Readiness { status, postgres: word(postgres), redis: word(redis) }))
}
