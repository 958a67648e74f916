//! One request, one answer, with all that may go wrong between them; and tries again where that does no harm.

use std::{fmt::Write as _, time::Duration};

use axum::{
    body::Bytes,
    http::{HeaderMap, Method, Request, Response, StatusCode, header},
};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{self, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use serde::{Serialize, de::DeserializeOwned};
use tokio::time::{sleep, timeout};

use super::{super::SupplierError, WrongUrl, wire};
use crate::{config::Secret, patience};

/// No answer with offers for a day is larger.
const LARGEST_ANSWER_BYTES: usize = 32 * 1024 * 1024;
/// After each try that failed.
const PAUSES: [Duration; 2] = [Duration::from_millis(100), Duration::from_millis(400)];
/// Who is told to wait longer goes without.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

pub(super) struct Client {
    http: legacy::Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    url: String,
    authorization: Secret,
}

impl Client {
    pub fn new(url: &str, token: &Secret) -> Result<Self, WrongUrl> {
        let url = url.trim_end_matches('/');
        let is_address = url.starts_with("https://") || url.starts_with("http://");
        if !is_address || url.parse::<axum::http::Uri>().is_err() {
            return Err(WrongUrl(url.to_owned()));
        }
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(patience::SUPPLIER_CONNECTION));
        let tls = HttpsConnectorBuilder::new().with_webpki_roots().https_or_http().enable_http1();
        let http = legacy::Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(Duration::from_secs(20))
            // Whether a request was heard is for us to judge: it may have bought something.
            .retry_canceled_requests(false)
            .build(tls.wrap_connector(tcp));
        Ok(Self { http, url: url.to_owned(), authorization: Secret(format!("Bearer {}", token.0)) })
    }

    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, SupplierError> {
        self.ask(&Method::GET, path, Bytes::new(), None).await
    }

    /// `key` is what makes a change one change, however often it is asked for. Without one it changes nothing of worth.
    pub async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        data: &impl Serialize,
        key: Option<&str>,
    ) -> Result<T, SupplierError> {
        let body = serde_json::to_vec(&wire::Data { data });
        let body = body.map_err(|_| SupplierError::Refused {
            code: "unsendable".into(),
            message: "This cannot be written down.".into(),
        })?;
        self.ask(&Method::POST, path, body.into(), key).await
    }

    /// Up to three tries under one key. Told to wait a moment, it waits.
    async fn ask<T: DeserializeOwned>(
        &self,
        method: &Method,
        path: &str,
        body: Bytes,
        key: Option<&str>,
    ) -> Result<T, SupplierError> {
        let mut unclear = None;
        for pause in PAUSES.into_iter().map(Some).chain([None]) {
            let error = match self.ask_once(method, path, body.clone(), key).await {
                Ok(answer) => return Ok(answer),
                // What was done may have been done by the try before: it is not for this answer to say that it was not.
                Err(error @ SupplierError::Refused { .. }) => {
                    return Err(unclear.filter(|_| key.is_some()).unwrap_or(error));
                }
                Err(error) => error,
            };
            let wait = match (&error, pause) {
                (SupplierError::Busy { retry_after }, Some(pause)) if *retry_after <= LONGEST_WAIT => {
                    Some(pause.max(*retry_after))
                }
                (SupplierError::Busy { .. }, _) | (_, None) => None,
                (_, Some(pause)) => Some(pause),
            };
            if !error.is_definite() {
                unclear = Some(error.clone());
            }
            let Some(wait) = wait else { return Err(unclear.unwrap_or(error)) };
            sleep(wait).await;
        }
        Err(unclear.unwrap_or(SupplierError::Away))
    }

    async fn ask_once<T: DeserializeOwned>(
        &self,
        method: &Method,
        path: &str,
        body: Bytes,
        key: Option<&str>,
    ) -> Result<T, SupplierError> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.url))
            .header(header::AUTHORIZATION, &self.authorization.0)
            .header(header::ACCEPT, "application/json")
            .header("Duffel-Version", "v2");
        if method == Method::POST {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key);
        }
        // An address that somebody set wrongly: nothing left our house.
        let request = request.body(Full::new(body)).map_err(|_| SupplierError::Away)?;
        let asked = timeout(patience::SUPPLIER_ATTEMPT, async {
            let response = self.http.request(request).await.map_err(|error| {
                if error.is_connect() {
                    SupplierError::Away
                } else {
                    SupplierError::Unclear("the connection was cut")
                }
            })?;
            read(response).await
        });
        asked.await.unwrap_or(Err(SupplierError::Unclear("too late")))
    }
}

async fn read<T: DeserializeOwned>(response: Response<hyper::body::Incoming>) -> Result<T, SupplierError> {
    let (head, body) = response.into_parts();
    let body = Limited::new(body, LARGEST_ANSWER_BYTES).collect().await;
    let text = body.map_err(|_| SupplierError::Unclear("the answer ended early"))?.to_bytes();
    match head.status {
        status if status.is_success() => serde_json::from_slice(&text)
            .map(|wire::Data { data }| data)
            .map_err(|_| SupplierError::Unclear("the answer cannot be read")),
        StatusCode::TOO_MANY_REQUESTS => Err(SupplierError::Busy { retry_after: retry_after(&head.headers) }),
        // The request was not waited for, or the same one is under way.
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY => Err(SupplierError::Unclear("not waited for")),
        status if status.is_client_error() => {
            let fault = serde_json::from_slice(&text)
                .ok()
                .and_then(|wire::Faults { errors }| errors.into_iter().next());
            let (code, message) = fault.map_or_else(
                || (status.as_str().to_owned(), String::new()),
                |fault| (fault.code, fault.message),
            );
            Err(SupplierError::Refused { code, message })
        }
        _ => Err(SupplierError::Unclear("it failed in the middle")),
    }
}

/// In whole seconds, as RFC 9110 and as Duffel's `ratelimit-reset` (a date) have it; a second where neither can be read.
fn retry_after(headers: &HeaderMap) -> Duration {
    let text = headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
    text.and_then(|text| text.trim().parse().ok()).map_or(Duration::from_secs(1), Duration::from_secs)
}

/// A part of a path, whatever is in it (RFC 3986, 2.3).
pub(super) fn segment(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}
