//! `POST /webhooks/stripe`: verify, store by event id, commit, then acknowledge. What follows is done by a job.

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use payments::WebhookError;

use crate::{site::Site, steps};

pub async fn stripe_webhook(State(site): State<Site>, headers: HeaderMap, body: Bytes) -> Response {
    let Ok(body) = std::str::from_utf8(&body) else {
        return (StatusCode::BAD_REQUEST, "the body is no text").into_response();
    };
    let signature = headers.get("stripe-signature").and_then(|h| h.to_str().ok()).unwrap_or_default();
    let event = match site.paying.stripe.read_event(body, signature) {
        Ok(event) => event,
        Err(
            error @ (WebhookError::WrongSignature | WebhookError::Stale { .. } | WebhookError::Malformed),
        ) => {
            tracing::warn!(%error, "a webhook was refused");
            return (StatusCode::BAD_REQUEST, error.to_string()).into_response();
        }
    };
    let subject = event.dispute_id.or(event.refund_id).or(event.attempt_id);
    let kind = format!("{:?}", event.kind);
    #[cfg(feature = "plant")]
    if crate::plants::is_planted("early-acknowledge") {
        crate::plants::store_later(&site, event.id, kind, event.intent_id, subject);
        return StatusCode::OK.into_response();
    }
    match site.postgres.keep_event(&event.id, &kind, event.intent_id.as_deref(), subject.as_deref()).await {
        Ok(()) => {
            steps::reached("webhook.stored");
            StatusCode::OK.into_response()
        }
        Err(error) => {
            // Not stored, so not acknowledged: Stripe sends it again.
            tracing::error!(event = event.id, %error, "a webhook event could not be stored");
            (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "5")], "try again").into_response()
        }
    }
}
