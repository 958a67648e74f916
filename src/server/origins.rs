//! Who may send what changes something: our own pages alone.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::site::Site;

/// The origins that browsers see us under: one, or on a loopback address each of its names.
#[derive(Clone, Debug)]
pub struct Origins {
    own: Vec<String>,
}

/// What people type for their own machine; a page from there can only have come from it.
const LOOPBACK: [&str; 3] = ["http://127.0.0.1", "http://localhost", "http://[::1]"];

impl Origins {
    /// `public_url` without a slash at its end.
    pub fn new(public_url: &str) -> Self {
        let url = public_url.to_ascii_lowercase();
        let port = LOOPBACK
            .iter()
            .find_map(|host| url.strip_prefix(host).filter(|rest| rest.is_empty() || rest.starts_with(':')));
        let own = match port {
            Some(port) => LOOPBACK.iter().map(|host| format!("{host}{port}")).collect(),
            None => vec![url],
        };
        Self { own }
    }

    /// A missing origin is allowed where no browser would leave it out: on a WebSocket handshake it never does.
    pub fn allows(&self, origin: Option<&str>) -> bool {
        origin.is_none_or(|origin| self.own.iter().any(|own| origin.eq_ignore_ascii_case(own)))
    }

    /// Cookies authenticate, so whatever is not a read must come from a page of ours.
    pub fn allows_change(&self, headers: &HeaderMap) -> bool {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        match text("sec-fetch-site") {
            Some(site) => site == "same-origin",
            None => text(header::ORIGIN.as_str()).is_some_and(|origin| self.allows(Some(origin))),
        }
    }
}

/// What a foreign page's request is answered.
pub const NOT_OURS: (StatusCode, &str) =
    (StatusCode::FORBIDDEN, "This request did not come from one of our pages, so nothing was done.");

/// Refuses changes that another site's page sends along with our visitor's cookie. Webhooks carry a signature instead.
pub async fn refuse_foreign_changes(State(site): State<Site>, request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let signed = request.uri().path().starts_with("/webhooks/");
    if reads || signed || site.origins.allows_change(request.headers()) {
        return next.run(request).await;
    }
    NOT_OURS.into_response()
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue};

    use super::Origins;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(k, v)| (k.parse().unwrap(), HeaderValue::from_static(v))).collect()
    }

    #[test]
    fn changes_come_from_our_own_pages_alone() {
        let origins = Origins::new("https://fly.example");
        assert!(origins.allows_change(&headers(&[("sec-fetch-site", "same-origin")])));
        assert!(origins.allows_change(&headers(&[("origin", "https://fly.example")])));
        assert!(
            !origins.allows_change(&headers(&[
                ("sec-fetch-site", "cross-site"),
                ("origin", "https://fly.example")
            ]))
        );
        assert!(!origins.allows_change(&headers(&[("sec-fetch-site", "same-site")])));
        assert!(!origins.allows_change(&headers(&[("origin", "https://fly.example.evil")])));
        assert!(!origins.allows_change(&headers(&[("origin", "null")])));
        assert!(!origins.allows_change(&headers(&[])));
    }

    #[test]
    fn a_machines_own_names_are_one_origin_and_only_at_its_port() {
        let own = Origins::new("http://127.0.0.1:3000");
        for name in ["http://127.0.0.1:3000", "http://localhost:3000", "http://[::1]:3000"] {
            assert!(own.allows(Some(name)), "{name}");
        }
        for other in [
            "http://localhost:3001",
            "https://localhost:3000",
            "http://localhost.evil:3000",
            "http://localhost",
        ] {
            assert!(!own.allows(Some(other)), "{other}");
        }
        let public = Origins::new("http://127.0.0.1.evil.test");
        assert!(!public.allows(Some("http://localhost")));
    }
}
