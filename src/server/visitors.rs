//! The visitor cookie: a signed, random name that owns holds before anyone signs in.

use app::ports::Visitor;
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, header},
    middleware::Next,
    response::Response,
};
use uuid::Uuid;

use crate::site::Site;

const PLAIN_NAME: &str = "visitor";
/// Browsers take the prefix only over https: it keeps other hosts of a domain from setting the cookie.
const HTTPS_NAME: &str = "__Host-visitor";
const MAX_AGE_SECS: u32 = 400 * 24 * 60 * 60;

/// Knows the visitor by the cookie, or makes a new one; handlers and pages find it in the request's extensions.
pub async fn know_visitor(State(site): State<Site>, mut request: Request, next: Next) -> Response {
    let known = read(&site, request.headers());
    let visitor = known.unwrap_or_else(|| Visitor(Uuid::new_v4()));
    request.extensions_mut().insert(visitor);
    let mut response = next.run(request).await;
    // A response that may be cached by others must not carry anyone's cookie.
    let shared = response
        .headers()
        .get(header::CACHE_CONTROL)
        .and_then(|v| v.to_str().ok())
        .is_some_and(|v| v.contains("public"));
    if known.is_none()
        && !shared
        && let Ok(cookie) = HeaderValue::from_str(&cookie(&site, visitor))
    {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

fn name(site: &Site) -> &'static str {
    if site.https { HTTPS_NAME } else { PLAIN_NAME }
}

fn read(site: &Site, headers: &HeaderMap) -> Option<Visitor> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(key, _)| *key == name(site))
        .find_map(|(_, value)| site.signing.read_visitor(value).ok())
        .map(Visitor)
}

fn cookie(site: &Site, visitor: Visitor) -> String {
    let secure = if site.https { "; Secure" } else { "" };
    format!(
        "{}={}; Path=/; Max-Age={MAX_AGE_SECS}; HttpOnly; SameSite=Lax{secure}",
        name(site),
        site.signing.visitor_cookie(visitor.0)
    )
}
