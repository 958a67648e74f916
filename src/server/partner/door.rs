//! What every call passes: who asks, how often, in which version, and for how long.

use std::{borrow::Cow, net::IpAddr, sync::Arc};

use axum::{
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use jiff::Timestamp;
use tokio::time::timeout;
use uuid::Uuid;

use super::{
    error::{ApiError, ErrorKind},
    rate::{Allowance, Minute, Rates, wait_secs},
};
use crate::{limits, patience::Asking, postgres::TokenRow, site::Site};

/// The version of the API that is spoken here, in the header `Duffel-Version`.
pub const VERSION: &str = "v2";

/// Tokens that one address may guess in vain in a minute, before its calls are refused without a look.
const GUESSES_A_MINUTE: u32 = 20;

/// What the partner API keeps in memory; clones share it.
#[derive(Clone, Debug)]
pub struct Partners {
    rates: Arc<Rates>,
    guesses: Arc<Minute<IpAddr>>,
    pub(super) recent: Arc<super::offer_requests::Recent>,
    pub(crate) sender: super::sender::Sender,
}

impl Partners {
    /// `webhooks_to_private`: events are also posted without TLS and into private networks.
    pub fn new(webhooks_to_private: bool, rates: Rates) -> Self {
        let sender = super::sender::Sender::new(webhooks_to_private);
        Self { rates: Arc::new(rates), guesses: Arc::default(), recent: Arc::default(), sender }
    }
}

/// Whose program asks.
#[derive(Clone, Debug)]
pub struct Partner(pub Arc<TokenRow>);

impl Partner {
    pub fn id(&self) -> Uuid {
        self.0.id
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Partner {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts.extensions.get::<Self>().cloned().ok_or_else(ApiError::internal)
    }
}

/// Lets a call in, or tells why not; errors of calls get their body here, and every answer its headers.
pub async fn door(State(site): State<Site>, mut request: Request, next: Next) -> Response {
    let request_id = Uuid::new_v4().simple().to_string();
    let now = Timestamp::now();
    let mut allowance = None;
    let address = limits::address(&site.limits, &request);
    let response = match enter(&site, address, request.headers(), now, &mut allowance).await {
        Ok(partner) => {
            request.extensions_mut().insert(partner);
            let asking = Asking::of(request.method(), request.uri().path());
            let answer = timeout(asking.patience(), next.run(request)).await;
            answer.unwrap_or_else(|_| {
                tracing::error!(?asking, "a partner's call took too long and was given up");
                ApiError::unavailable().into_response()
            })
        }
        Err(error) => error.into_response(),
    };
    let mut response = match response.extensions().get::<ApiError>() {
        Some(error) => error.clone().into_body(&request_id),
        // Refused before any of our code ran: a method that an address does not have.
        None if response.status() == StatusCode::METHOD_NOT_ALLOWED => {
            method_not_allowed().into_body(&request_id)
        }
        None => response,
    };
    let headers = response.headers_mut();
    if let Some(allowance) = allowance {
        allowance.tell(headers);
    }
    if let Ok(id) = HeaderValue::from_str(&request_id) {
        headers.insert("x-request-id", id);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn enter(
    site: &Site,
    address: IpAddr,
    headers: &HeaderMap,
    now: Timestamp,
    allowance: &mut Option<Allowance>,
) -> Result<Partner, ApiError> {
    let secret = bearer(headers)?;
    let guesses = &site.partners.guesses;
    if guesses.counted(&address, now) >= GUESSES_A_MINUTE {
        return Err(too_many("Too many unknown tokens came from this address. Ask again in a minute.", now));
    }
    let token = site.postgres.token(secret).await.map_err(|error| {
        tracing::error!(%error, "tokens cannot be read");
        ApiError::unavailable()
    })?;
    let token = token.ok_or_else(|| {
        guesses.count(address, now);
        unauthenticated("access_token_not_found", "The access token is none of ours, or was revoked.")
    })?;
    let left = site.partners.rates.count(token.id, token.requests_per_minute, now).await;
    *allowance = Some(left);
    if left.is_over {
        return Err(too_many("This token may not ask again before the time in ratelimit-reset.", now));
    }
    check_version(headers)?;
    Ok(Partner(Arc::new(token)))
}

fn bearer(headers: &HeaderMap) -> Result<&str, ApiError> {
    let value = headers.get(header::AUTHORIZATION).ok_or_else(|| {
        unauthenticated("missing_authorization_header", "Send the header `Authorization: Bearer <token>`.")
    })?;
    let secret = value
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, secret)| secret.trim());
    secret.filter(|secret| !secret.is_empty()).ok_or_else(|| {
        unauthenticated(
            "invalid_authorization_header",
            "The header must be of the form `Authorization: Bearer <token>`.",
        )
    })
}

/// Refuses until the next minute begins.
fn too_many(message: &'static str, now: Timestamp) -> ApiError {
    ApiError {
        retry_after_secs: Some(wait_secs(now)),
        ..ApiError::new(
            StatusCode::TOO_MANY_REQUESTS,
            ErrorKind::RateLimit,
            "rate_limit_exceeded",
            "Too many requests",
            message,
        )
    }
}

fn check_version(headers: &HeaderMap) -> Result<(), ApiError> {
    let wrong = |code, message: Cow<'static, str>| {
        let title = "The version cannot be spoken";
        ApiError::new(StatusCode::BAD_REQUEST, ErrorKind::InvalidRequest, code, title, message)
    };
    match headers.get("duffel-version") {
        None => Err(wrong("missing_version", "Send the header `Duffel-Version: v2`.".into())),
        Some(value) if value.as_bytes() == VERSION.as_bytes() => Ok(()),
        Some(_) => Err(wrong("unsupported_version", "Here v2 is spoken: send `Duffel-Version: v2`.".into())),
    }
}

fn unauthenticated(code: &'static str, message: &'static str) -> ApiError {
    let title = "Not authenticated";
    ApiError::new(StatusCode::UNAUTHORIZED, ErrorKind::Authentication, code, title, message)
}

fn method_not_allowed() -> ApiError {
    ApiError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        ErrorKind::InvalidRequest,
        "method_not_allowed",
        "Method not allowed",
        "This address has no such method.",
    )
}
