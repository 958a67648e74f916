//! How travellers reach the servers: plain HTTP, form posts, a cookie.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex},
    time::Duration,
};

use http_body_util::{BodyExt as _, Full};
use hyper::{
    Method, Request, StatusCode,
    body::Bytes,
    header::{ACCEPT, CONTENT_TYPE, COOKIE, HeaderMap, LOCATION, ORIGIN, SET_COOKIE},
    http::request::Builder,
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use crate::{
    answer::Refusal,
    clock::{Clock, Moment},
    notes::Notes,
    twice::{Given, Twice},
};

/// The origin under which all servers are seen, as behind a load balancer.
pub const PUBLIC_ORIGIN: &str = "http://drill.test";
/// After this a traveller gives up waiting, looks and asks again.
const PATIENCE: Duration = Duration::from_secs(12);
/// In a hundred of those with a key.
const ASKED_TWICE: u32 = 5;

/// What came of a call.
#[derive(Debug)]
pub enum Answer<T> {
    Done(T),
    /// A rule said no: nothing was done.
    Refused(Refusal),
    /// No answer, or one that says that it is not known: it may have been done, or may yet be.
    Unclear,
}

/// A call with the times between which it took effect, if it did.
#[derive(Debug)]
pub struct Call<T> {
    pub invoked: Moment,
    pub answered: Moment,
    pub server: usize,
    pub answer: Answer<T>,
}

#[derive(Clone, Debug)]
pub struct Web {
    client: Client<HttpConnector, Full<Bytes>>,
    pub servers: Vec<SocketAddr>,
    pub clock: Clock,
    /// How long an answer is waited for.
    pub patience: Duration,
    pub twice: Arc<Twice>,
    /// Answers that nobody can read.
    pub trouble: Arc<Notes<String>>,
}

impl Web {
    pub fn new(servers: Vec<SocketAddr>, clock: Clock) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(Duration::from_secs(2)));
        Self {
            client: Client::builder(TokioExecutor::new()).build(connector),
            servers,
            clock,
            patience: PATIENCE,
            twice: Arc::default(),
            trouble: Arc::default(),
        }
    }

    pub async fn is_ready(&self, server: SocketAddr) -> bool {
        let request = Request::get(format!("http://{server}/readyz")).body(Full::default());
        let Ok(request) = request else { return false };
        matches!(self.send(request).await, Some((StatusCode::OK, ..)))
    }

    /// Status, headers and whole body; none where no whole answer came in time.
    pub async fn send(&self, request: Request<Full<Bytes>>) -> Option<(StatusCode, HeaderMap, Bytes)> {
        timeout(self.patience, async {
            let answer = self.client.request(request).await.ok()?;
            let (head, body) = answer.into_parts();
            Some((head.status, head.headers, body.collect().await.ok()?.to_bytes()))
        })
        .await
        .ok()?
    }
}

/// What an answer that came whole says; none where it cannot be read.
fn understand<T>(
    status: StatusCode,
    head: &HeaderMap,
    body: &Bytes,
    read: impl FnOnce(&HeaderMap, &Bytes) -> Option<T>,
) -> Option<Answer<T>> {
    if status.is_server_error() {
        return Some(Answer::Unclear);
    }
    if status.is_client_error() {
        let refusal = serde_json::from_slice::<Refusal>(body).ok()?;
        return (!refusal.code.is_empty()).then_some(Answer::Refused(refusal));
    }
    if status.is_success() { read(head, body).map(Answer::Done) } else { None }
}

/// One person's browser: an address and a cookie of its own. Each call goes to any of the servers.
#[derive(Debug)]
pub struct Browser {
    web: Web,
    address: Ipv4Addr,
    cookie: Mutex<Option<String>>,
}

impl Browser {
    /// `number` tells its address from all others.
    pub fn new(web: Web, number: u32) -> Self {
        Self { web, address: Ipv4Addr::from_bits(0x0a00_0001 + number), cookie: Mutex::new(None) }
    }

    /// Posts a form to one of our server functions and reads its JSON.
    pub async fn call<T: DeserializeOwned>(&self, endpoint: &str, fields: &[(&str, &str)]) -> Call<T> {
        let read = |_: &HeaderMap, body: &Bytes| serde_json::from_slice(body).ok();
        self.call_with(endpoint, fields, None, read).await
    }

    /// As `call`, for what is to be done once however often it is asked for under that key.
    pub async fn once<T: DeserializeOwned>(
        &self,
        endpoint: &str,
        fields: &[(&str, &str)],
        key: &str,
    ) -> Call<T> {
        let read = |_: &HeaderMap, body: &Bytes| serde_json::from_slice(body).ok();
        self.call_with(endpoint, fields, Some(key), read).await
    }

    /// As `once`, and reads where it leads on to.
    pub async fn follow(&self, endpoint: &str, fields: &[(&str, &str)], key: &str) -> Call<String> {
        let read = |head: &HeaderMap, _: &Bytes| Some(head.get(LOCATION)?.to_str().ok()?.to_owned());
        self.call_with(endpoint, fields, Some(key), read).await
    }

    /// Makes a request and tells how long its answer took.
    pub async fn time(
        &self,
        method: &Method,
        path: &str,
        body: &str,
        signature: Option<&str>,
    ) -> (Option<StatusCode>, Duration) {
        let mut request = self.request(method, self.any_server(), path);
        if let Some(signature) = signature {
            request = request.header("stripe-signature", signature);
        }
        let began = self.web.clock.now();
        let answer = self.send(request, body).await;
        (answer.map(|(status, ..)| status), self.web.clock.now().since(began))
    }

    async fn call_with<T>(
        &self,
        endpoint: &str,
        fields: &[(&str, &str)],
        key: Option<&str>,
        read: impl FnOnce(&HeaderMap, &Bytes) -> Option<T>,
    ) -> Call<T> {
        let server = self.any_server();
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let invoked = self.web.clock.now();
        let answer = self.ask(server, endpoint, &form, key).await;
        let answered = self.web.clock.now();
        let answer = match answer {
            None => Answer::Unclear,
            Some((status, head, body)) => {
                if let Some(key) = key {
                    self.ask_again(endpoint, &form, key, &Given::new(status, &head, &body)).await;
                }
                understand(status, &head, &body, read).unwrap_or_else(|| {
                    let given = Given::new(status, &head, &body);
                    self.web.trouble.note(format!("nobody can read how {endpoint} was answered: {given}"));
                    Answer::Unclear
                })
            }
        };
        Call { invoked, answered, server, answer }
    }

    /// Now and then asks the same again under its key, and compares the answers.
    async fn ask_again(&self, endpoint: &str, form: &str, key: &str, first: &Given) {
        if first.is_decided()
            && fastrand::u32(..100) < ASKED_TWICE
            && let Some((status, head, body)) = self.ask(self.any_server(), endpoint, form, Some(key)).await
        {
            let what = format!("{endpoint} under {key}");
            self.web.twice.compare(&what, first, &Given::new(status, &head, &body));
        }
    }

    async fn ask(
        &self,
        server: usize,
        endpoint: &str,
        form: &str,
        key: Option<&str>,
    ) -> Option<(StatusCode, HeaderMap, Bytes)> {
        let mut request = self.request(&Method::POST, server, &format!("/api/{endpoint}"));
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let answer = self.send(request, form).await;
        if let Some((_, head, _)) = &answer {
            self.keep_cookie(head);
        }
        answer
    }

    fn any_server(&self) -> usize {
        fastrand::usize(..self.web.servers.len())
    }

    fn request(&self, method: &Method, server: usize, path: &str) -> Builder {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.web.servers[server]))
            .header(ORIGIN, PUBLIC_ORIGIN)
            .header("x-forwarded-for", self.address.to_string());
        if method == Method::POST {
            request = request
                .header(ACCEPT, "application/json")
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        match self.cookie() {
            Some(cookie) => request.header(COOKIE, cookie),
            None => request,
        }
    }

    async fn send(&self, request: Builder, body: &str) -> Option<(StatusCode, HeaderMap, Bytes)> {
        self.web.send(request.body(Full::from(body.to_owned())).ok()?).await
    }

    /// The cookie as it is sent; none before the first answer.
    pub fn cookie(&self) -> Option<String> {
        self.cookie.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    fn keep_cookie(&self, head: &HeaderMap) {
        let set = head.get(SET_COOKIE).and_then(|value| value.to_str().ok());
        if let Some(cookie) = set.and_then(|set| set.split(';').next()) {
            *self.cookie.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(cookie.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use hyper::{
        StatusCode,
        body::Bytes,
        header::{HeaderMap, HeaderValue, LOCATION},
    };

    use super::{Answer, understand};
    use crate::answer::Picked;

    fn picked(status: u16, body: &'static str) -> Option<Answer<Picked>> {
        let (status, body) = (StatusCode::from_u16(status).unwrap(), Bytes::from_static(body.as_bytes()));
        understand(status, &HeaderMap::new(), &body, |_, body| serde_json::from_slice(body).ok())
    }

    #[test]
    fn a_success_or_a_refusal_that_cannot_be_read_is_not_taken_for_an_unclear_answer() {
        for unreadable in [
            picked(200, r#"{"moved":[]}"#),
            picked(200, ""),
            picked(302, r#"{"changes":[]}"#),
            picked(409, "seat taken"),
            picked(409, r#"{"kind":"seat_taken"}"#),
        ] {
            assert!(unreadable.is_none(), "{unreadable:?}");
        }
        assert!(matches!(picked(200, r#"{"changes":[]}"#), Some(Answer::Done(_))));
        assert!(matches!(picked(409, r#"{"code":"seat_taken"}"#), Some(Answer::Refused(_))));
        for status in [500, 503, 504] {
            assert!(matches!(picked(status, ""), Some(Answer::Unclear)));
        }
    }

    #[test]
    fn a_success_that_leads_nowhere_cannot_be_read_where_it_must_lead_on() {
        let follow = |head: &HeaderMap| {
            understand(StatusCode::OK, head, &Bytes::new(), |head, _| head.get(LOCATION).map(|_| ()))
        };
        assert!(follow(&HeaderMap::new()).is_none());
        assert!(follow(&HeaderMap::from_iter([(LOCATION, HeaderValue::from_static("/"))])).is_some());
    }
}
