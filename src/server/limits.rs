//! How often one address may change something: generous for people, a wall for scripts.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{HeaderMap, Method, Request, Response, StatusCode, header},
};
use governor::{
    clock::{Clock as _, DefaultClock},
    middleware::NoOpMiddleware,
};
use tower_governor::{
    GovernorError, GovernorLayer,
    governor::{GovernorConfig, GovernorConfigBuilder},
    key_extractor::KeyExtractor,
};

/// Changes at once, and milliseconds until another one is allowed.
const BURST: u32 = 200;
const PERIOD_MS: u64 = 50;

#[derive(Clone, Debug)]
pub struct Limits {
    config: Arc<GovernorConfig<ClientAddress, NoOpMiddleware>>,
    client: ClientAddress,
}

/// The limit on POSTs, by client address, on this server.
///
/// # Panics
/// Never: burst and period are not zero.
pub fn limits(trusted_proxies: usize) -> Limits {
    let client = ClientAddress { trusted_proxies };
    let config = GovernorConfigBuilder::default()
        .per_millisecond(PERIOD_MS)
        .burst_size(BURST)
        .methods(vec![Method::POST])
        .key_extractor(client)
        .finish()
        .expect("burst and period are not zero");
    Limits { config: Arc::new(config), client }
}

pub fn layer(limits: &Limits) -> GovernorLayer<ClientAddress, NoOpMiddleware, Body> {
    GovernorLayer::new(limits.config.clone()).error_handler(refusal)
}

/// Forgets whoever is not near any limit, as must be done from time to time.
pub fn forget_idle(limits: &Limits) {
    limits.config.limiter().retain_recent();
}

/// Who is behind a request; nobody in particular where that cannot be told.
pub fn address<T>(limits: &Limits, request: &Request<T>) -> IpAddr {
    limits.client.extract(request).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
}

/// Whether this request's client may change something now, as `layer` would decide it; otherwise the refusal.
///
/// # Errors
/// It must wait: the answer that says how long.
pub fn allow<T>(limits: &Limits, request: &Request<T>) -> Result<(), Box<Response<Body>>> {
    let address = limits.client.extract(request).map_err(|error| Box::new(refusal(error)))?;
    limits.config.limiter().check_key(&address).map_err(|not_yet| {
        let wait_time = not_yet.wait_time_from(DefaultClock::default().now()).as_secs();
        Box::new(refusal(GovernorError::TooManyRequests { wait_time, headers: None }))
    })
}

/// Who is behind a request: the connection's address, or, behind so many proxies of ours, the address that the
/// outermost of them saw. What a client writes into the header itself is never believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress {
    trusted_proxies: usize,
}

impl KeyExtractor for ClientAddress {
    type Key = IpAddr;

    fn extract<T>(&self, request: &Request<T>) -> Result<IpAddr, GovernorError> {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        let forwarded =
            self.trusted_proxies.checked_sub(1).and_then(|hop| forwarded_for(request.headers(), hop));
        // Without an address everyone shares one allowance: too strict is safe.
        Ok(forwarded.or(peer).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)))
    }
}

/// The address that stands `hop` places before the last in X-Forwarded-For.
fn forwarded_for(headers: &HeaderMap, hop: usize) -> Option<IpAddr> {
    let lines = headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok());
    let addresses: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
    addresses.iter().rev().nth(hop)?.parse().ok()
}

fn refusal(error: GovernorError) -> Response<Body> {
    let wait_secs = match error {
        GovernorError::TooManyRequests { wait_time, .. } => wait_time.max(1),
        GovernorError::UnableToExtractKey | GovernorError::Other { .. } => 1,
    };
    let mut response = Response::new(Body::from("Too many requests at once. Wait a moment and try again."));
    *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    response.headers_mut().insert(header::RETRY_AFTER, wait_secs.into());
    response
}

#[cfg(test)]
mod tests {
    use axum::http::Request;
    use tower_governor::key_extractor::KeyExtractor as _;

    use super::ClientAddress;

    #[test]
    fn only_what_our_own_proxies_wrote_is_believed() {
        let request =
            Request::builder().header("x-forwarded-for", "1.1.1.1, 2.2.2.2, 3.3.3.3").body(()).unwrap();
        let address =
            |trusted_proxies| ClientAddress { trusted_proxies }.extract(&request).unwrap().to_string();
        assert_eq!(
            address(0),
            "0.0.0.0",
            "the header is not believed, and there is no connection in this test"
        );
        assert_eq!(address(1), "3.3.3.3");
        assert_eq!(address(2), "2.2.2.2");
        assert_eq!(address(4), "0.0.0.0");
    }
}
