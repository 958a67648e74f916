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

/// A request's visitor, and whether they must be told their name.
#[derive(Clone, Copy, Debug)]
pub struct Knowing {
    pub visitor: Visitor,
    is_new: bool,
}

/// Knows the visitor by the cookie, or makes a new one.
pub fn know(site: &Site, headers: &HeaderMap) -> Knowing {
    match known(site, headers) {
        Some(visitor) => Knowing { visitor, is_new: false },
        None => Knowing { visitor: Visitor(Uuid::new_v4()), is_new: true },
    }
}

impl Knowing {
    /// Gives a new visitor's cookie along.
    pub fn tell(self, site: &Site, response: &mut Response) {
        // A response that may be cached by others must not carry anyone's cookie.
        let is_shared = || {
            let cached = response.headers().get(header::CACHE_CONTROL).and_then(|v| v.to_str().ok());
            cached.is_some_and(|v| v.contains("public"))
        };
        if self.is_new
            && !is_shared()
            && let Ok(cookie) = HeaderValue::from_str(&cookie(site, self.visitor))
        {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
}

/// Handlers and pages find the visitor in the request's extensions.
pub async fn know_visitor(State(site): State<Site>, mut request: Request, next: Next) -> Response {
    let knowing = know(&site, request.headers());
    request.extensions_mut().insert(knowing.visitor);
    let mut response = next.run(request).await;
    knowing.tell(&site, &mut response);
    response
}

fn name(site: &Site) -> &'static str {
    if site.https { HTTPS_NAME } else { PLAIN_NAME }
}

/// Who the cookie names; none where there is none, or one that we did not sign.
pub fn known(site: &Site, headers: &HeaderMap) -> Option<Visitor> {
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
