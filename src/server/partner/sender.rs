//! Posting to addresses that partners gave us: never into our own network, never for long, never along a redirect.

use std::{
    future::Future,
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::http::{Request, Uri, header};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper_rustls::{ConfigBuilderExt as _, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{
        Client,
        connect::{HttpConnector, dns::Name},
    },
    rt::TokioExecutor,
};
use tokio::time::timeout;
use tower_service::Service;

/// For one try, from looking up the name to the end of the answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// What is read of an answer.
const LONGEST_ANSWER: usize = 16 * 1024;

#[derive(Clone)]
pub struct Sender {
    client: Client<HttpsConnector<HttpConnector<Resolver>>, Full<Bytes>>,
    to_private: bool,
}

impl std::fmt::Debug for Sender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sender")
    }
}

/// Why an address is not posted to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    #[error("An address is a URL such as https://agency.example/events.")]
    NoUrl,
    #[error("The address must begin with https://.")]
    NotHttps,
    #[error("The address must be one of the public internet.")]
    Private,
}

/// What was answered: the status and the beginning of the body.
#[derive(Clone, Debug)]
pub struct Posted {
    pub status: u16,
    pub body: String,
}

impl Sender {
    /// `to_private`: also without TLS and into private networks, as tests and trials need it.
    pub fn new(to_private: bool) -> Self {
        let mut http = HttpConnector::new_with_resolver(Resolver { to_private });
        http.enforce_http(false);
        http.set_connect_timeout(Some(PATIENCE));
        let tls = rustls_config();
        let https = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_http1()
            .wrap_connector(http);
        Self { client: Client::builder(TokioExecutor::new()).build(https), to_private }
    }

    /// Whether that address may be posted to; what its name resolves to is looked at when it is.
    ///
    /// # Errors
    /// A sentence for whoever gave the address.
    pub fn check(&self, url: &str) -> Result<Uri, BadAddress> {
        let uri: Uri = url.parse().map_err(|_| BadAddress::NoUrl)?;
        let host = uri.host().filter(|host| !host.is_empty()).ok_or(BadAddress::NoUrl)?;
        match uri.scheme_str() {
            Some("https") => {}
            Some("http") if self.to_private => {}
            Some(_) => return Err(BadAddress::NotHttps),
            None => return Err(BadAddress::NoUrl),
        }
        let literal = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        if literal.is_ok_and(|address| !self.to_private && !is_public(address)) {
            return Err(BadAddress::Private);
        }
        Ok(uri)
    }

    /// # Errors
    /// Why no answer came.
    pub async fn post(&self, url: &str, signature: &str, body: String) -> Result<Posted, String> {
        let uri = self.check(url).map_err(|bad| bad.to_string())?;
        let request = Request::post(uri)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::USER_AGENT, "SkyConnect")
            .header("x-duffel-signature", signature)
            .body(Full::new(Bytes::from(body)))
            .map_err(|error| error.to_string())?;
        let answer = async {
            let response = self.client.request(request).await.map_err(|error| why(&error))?;
            let status = response.status().as_u16();
            let body = Limited::new(response.into_body(), LONGEST_ANSWER).collect().await;
            // What is too long or breaks off has been answered all the same.
            let bytes = body.map(http_body_util::Collected::to_bytes).unwrap_or_default();
            let body = String::from_utf8_lossy(&bytes).chars().filter(|c| *c != '\0').take(500).collect();
            Ok(Posted { status, body })
        };
        timeout(PATIENCE, answer).await.unwrap_or_else(|_| Err("no answer in time".into()))
    }
}

fn rustls_config() -> rustls::ClientConfig {
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring speaks the versions of TLS that are usual")
        .with_webpki_roots()
        .with_no_client_auth()
}

/// The innermost reason says most: "connection refused" rather than "client error".
fn why(error: &dyn std::error::Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}

/// Looks names up, and passes over what lies in private networks: a name may lead there after it was checked.
#[derive(Clone, Copy, Debug)]
struct Resolver {
    to_private: bool,
}

impl Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, io::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), io::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let to_private = self.to_private;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> =
                found.filter(|address| to_private || is_public(address.ip())).collect();
            if allowed.is_empty() {
                return Err(io::Error::other("the name leads to no public address"));
            }
            Ok(allowed.into_iter())
        })
    }
}

/// Whether an address belongs to the internet at large (RFC 6890).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => {
            if let Some(v4) = v6.to_ipv4() {
                return is_public_v4(v4);
            }
            // 2000::/3 is all that is given out; 2001:db8::/32 is for documents, 2002::/16 hides addresses of version 4.
            let segments = v6.segments();
            let is_document = segments[0] == 0x2001 && segments[1] == 0x0db8;
            segments[0] & 0xe000 == 0x2000 && !is_document && segments[0] != 0x2002
        }
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_broadcast()
        || address.is_documentation()
        || address.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (b == 18 || b == 19)))
}

#[cfg(test)]
mod tests {
    use super::{BadAddress, Sender};

    #[test]
    fn nothing_is_posted_into_private_networks() {
        let sender = Sender::new(false);
        for url in [
            "https://127.0.0.1/",
            "https://10.1.2.3/",
            "https://192.168.0.1/",
            "https://169.254.169.254/latest",
            "https://100.64.0.1/",
            "https://0.0.0.0/",
            "https://[::1]/",
            "https://[fd00::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://[fe80::1]/",
            "https://[2002:a00:1::]/",
        ] {
            assert_eq!(sender.check(url), Err(BadAddress::Private), "{url}");
        }
        assert!(sender.check("https://agency.example/events?x=1").is_ok());
        assert!(sender.check("https://93.184.215.14/").is_ok());
        assert_eq!(sender.check("http://agency.example/"), Err(BadAddress::NotHttps));
        assert_eq!(sender.check("ftp://agency.example/"), Err(BadAddress::NotHttps));
        for url in ["", "agency.example", "/events", "https://"] {
            assert_eq!(sender.check(url), Err(BadAddress::NoUrl), "{url}");
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_into_a_private_network_is_not_posted_to() {
        let refused = Sender::new(false).post("https://localhost:1/", "", String::new()).await;
        assert_eq!(refused.unwrap_err(), "the name leads to no public address");
    }
}
