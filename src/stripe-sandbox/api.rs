//! The HTTP side: who calls, what is kept under an idempotency key, and how answers look.

use std::convert::Infallible;
use std::io;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, AUTHORIZATION,
    CACHE_CONTROL, CONTENT_TYPE,
};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use axum::{Json, Router};
use futures_util::stream;

use crate::books::fresh_id;
use crate::error::ApiError;
use crate::faults::{Fault, Faults, Struck};
use crate::form::Form;
use crate::idempotency::Answer;
use crate::routes;
use crate::statement::Statement;
use crate::{Sandbox, script};

pub(crate) fn router(sandbox: Sandbox) -> Router {
    Router::new()
        .route("/v1/{*path}", any(call))
        .route("/sandbox/payment_intents/{*path}", any(call))
        .route("/sandbox/refunds/{*path}", any(call))
        .route("/sandbox/disputes/{*path}", any(call))
        .route("/sandbox/books", get(show_statement))
        .route("/sandbox/faults", get(show_faults).put(set_faults))
        .route("/sandbox/faults/struck", get(show_struck))
        .route("/v3", get(script::serve))
        .route("/v3/", get(script::serve))
        .with_state(sandbox)
}

/// Whose key came with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    /// The merchant's server, `sk_…`.
    Secret,
    /// The card form in a browser, `pk_…`; it must know the intent's client secret as well.
    Publishable,
}

/// One call, read but not yet judged.
#[derive(Debug)]
pub(crate) struct Call {
    pub method: Method,
    pub path: String,
    pub caller: Caller,
    pub form: Form,
    pub now_unix: i64,
    key: Option<String>,
}

impl Call {
    fn parse(method: Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Result<Self, ApiError> {
        let form = Form::parse(uri.query().unwrap_or_default(), body);
        let bearer =
            headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
        let caller = match bearer.or_else(|| form.get("key")) {
            Some(key) if key.starts_with("sk_") || key.starts_with("rk_") => Caller::Secret,
            Some(key) if key.starts_with("pk_") => Caller::Publishable,
            _ => return Err(ApiError::unauthorised()),
        };
        // Only the merchant's own calls: what is kept under a key must never hold a card number.
        let keyed = method == Method::POST && caller == Caller::Secret;
        let key = headers.get("idempotency-key").filter(|_| keyed);
        let key = key.and_then(|value| value.to_str().ok()).map(str::to_owned);
        if key.as_ref().is_some_and(|key| key.is_empty() || key.len() > 255) {
            let message = "Idempotency keys have 1 to 255 characters.";
            return Err(ApiError::parameter("Idempotency-Key", "parameter_invalid_string", message));
        }
        Ok(Self { method, path: uri.path().to_owned(), caller, form, now_unix: now_unix(), key })
    }

    /// A call of the card form, now.
    pub(crate) fn by_cardholder(method: Method, path: String, form: Form) -> Self {
        Self { method, path, caller: Caller::Publishable, form, now_unix: now_unix(), key: None }
    }

    fn meets_faults(&self) -> bool {
        self.method == Method::POST && self.caller == Caller::Secret && self.path.starts_with("/v1/")
    }

    /// What must be the same when a key comes again.
    fn fingerprint(&self) -> String {
        format!("{} {}?{}", self.method, self.path, self.form.fingerprint())
    }
}

async fn call(
    State(sandbox): State<Sandbox>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Infallible> {
    if method == Method::OPTIONS {
        return Ok((cors(), StatusCode::NO_CONTENT).into_response());
    }
    let answered = match Call::parse(method, &uri, &headers, &body) {
        // A task of its own: a caller who hangs up does not undo what he asked for.
        Ok(call) => {
            tokio::spawn(answer(sandbox, call)).await.unwrap_or_else(|_| refuse(&ApiError::internal()))
        }
        Err(error) => refuse(&error),
    };
    Ok(answered)
}

async fn answer(sandbox: Sandbox, call: Call) -> Response {
    if let Some(key) = &call.key {
        match sandbox.books().keys.begin(key, &call.fingerprint(), call.now_unix) {
            Ok(None) => {}
            Ok(Some(kept)) => return ([("idempotent-replayed", "true")], respond(kept)).into_response(),
            Err(error) => return refuse(&error),
        }
    }
    let fault = if call.meets_faults() { sandbox.next_fault() } else { Fault::None };
    let result = match fault {
        Fault::FailBefore => Err(ApiError::internal()),
        Fault::FailAfter => sandbox.change(|books| routes::act(books, &call)).and(Err(ApiError::internal())),
        Fault::None | Fault::DropAnswer => sandbox.change(|books| routes::act(books, &call)),
    };
    if call.meets_faults() && sandbox.0.faults.borrow().stalled {
        sandbox.count(|struck| struck.stalled += 1);
        // The sender lives as long as the sandbox, so waiting cannot fail.
        let _ = sandbox.0.faults.subscribe().wait_for(|faults| !faults.stalled).await;
    }
    let begun = result.as_ref().err().is_none_or(|error| error.begun);
    let answer = match result {
        Ok(body) => Answer { status: 200, body: body.to_string() },
        Err(error) => Answer { status: error.status, body: error.to_json().to_string() },
    };
    finish(&sandbox, &call, begun.then(|| answer.clone()));
    if fault == Fault::DropAnswer {
        let broken = stream::once(async { Err::<Bytes, _>(io::Error::other("planted: the answer is lost")) });
        return Body::from_stream(broken).into_response();
    }
    respond(answer)
}

fn finish(sandbox: &Sandbox, call: &Call, answer: Option<Answer>) {
    if let Some(key) = &call.key {
        sandbox.books().keys.finish(key, call.fingerprint(), answer, call.now_unix);
    }
    if call.method == Method::POST {
        sandbox.keep();
    }
}

async fn show_statement(State(sandbox): State<Sandbox>) -> Json<Statement> {
    Json(sandbox.statement())
}

async fn show_struck(State(sandbox): State<Sandbox>) -> Json<Struck> {
    Json(sandbox.struck())
}

async fn show_faults(State(sandbox): State<Sandbox>) -> Json<Faults> {
    Json(sandbox.faults())
}

async fn set_faults(State(sandbox): State<Sandbox>, Json(faults): Json<Faults>) -> Json<Faults> {
    sandbox.set_faults(faults);
    Json(sandbox.faults())
}

fn refuse(error: &ApiError) -> Response {
    respond(Answer { status: error.status, body: error.to_json().to_string() })
}

fn respond(answer: Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let kind = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")];
    (status, cors(), kind, [("request-id", fresh_id("req"))], answer.body).into_response()
}

/// The page that pays is at another origin than Stripe.
pub(crate) fn cors() -> [(axum::http::HeaderName, &'static str); 3] {
    [
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
        (ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type, idempotency-key, stripe-version"),
    ]
}

/// Seconds since 1970, read once for each call.
pub(crate) fn now_unix() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
