use std::borrow::Cow;

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

/// Where each error is explained.
const EXPLAINED_AT: &str = "/api-docs#errors";

/// Why a call was not done. It becomes an [`ErrorBody`] once the request's id is known.
#[derive(Clone, Debug)]
pub struct ApiError {
    pub status: StatusCode,
    pub kind: ErrorKind,
    pub code: &'static str,
    pub title: &'static str,
    pub message: Cow<'static, str>,
    /// The JSON pointer below `data`, or the parameter, that cannot be right.
    pub source: Option<Source>,
    pub retry_after_secs: Option<u16>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub enum ErrorKind {
    #[serde(rename = "authentication_error")]
    Authentication,
    #[serde(rename = "invalid_request_error")]
    InvalidRequest,
    #[serde(rename = "validation_error")]
    Validation,
    #[serde(rename = "invalid_state_error")]
    InvalidState,
    #[serde(rename = "rate_limit_error")]
    RateLimit,
    #[serde(rename = "api_error")]
    Api,
}

/// What a failed call is answered.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorBody {
    pub errors: Vec<ErrorLine>,
    pub meta: ErrorMeta,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorLine {
    #[serde(rename = "type")]
    pub kind: ErrorKind,
    /// For programs; it does not change.
    pub code: &'static str,
    pub title: &'static str,
    pub message: String,
    pub documentation_url: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Source {
    pub field: String,
    pub pointer: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorMeta {
    pub status: u16,
    pub request_id: String,
}

impl ApiError {
    pub fn new(
        status: StatusCode,
        kind: ErrorKind,
        code: &'static str,
        title: &'static str,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { status, kind, code, title, message: message.into(), source: None, retry_after_secs: None }
    }

    /// Something in the request cannot be right; `pointer` leads to it, such as `/passengers/0/born_on`.
    pub fn invalid(code: &'static str, pointer: &str, message: impl Into<Cow<'static, str>>) -> Self {
        let field = pointer.rsplit('/').next().unwrap_or(pointer).to_owned();
        Self {
            source: Some(Source { field, pointer: pointer.to_owned() }),
            ..Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                ErrorKind::Validation,
                code,
                "The request cannot be right",
                message,
            )
        }
    }

    /// The request is right and cannot be done as things stand.
    pub fn state(code: &'static str, title: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, ErrorKind::InvalidState, code, title, message)
    }

    /// There is no such thing, or it is another token's: the two look alike.
    pub fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            ErrorKind::InvalidRequest,
            "not_found",
            "Not found",
            "The resource you are trying to access does not exist, or is not yours.",
        )
    }

    /// A dependency is away. Whether a change was made is not known: asking again makes it once.
    pub fn unavailable() -> Self {
        Self {
            retry_after_secs: Some(5),
            ..Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                ErrorKind::Api,
                "service_unavailable",
                "Service unavailable",
                "Please send the same request again shortly: nothing is done twice.",
            )
        }
    }

    pub fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            ErrorKind::Api,
            "internal_server_error",
            "Internal server error",
            "Something went wrong on our side.",
        )
    }

    /// The body with the request's id.
    pub fn into_body(self, request_id: &str) -> Response {
        let line = ErrorLine {
            kind: self.kind,
            code: self.code,
            title: self.title,
            message: self.message.into_owned(),
            documentation_url: EXPLAINED_AT,
            source: self.source,
        };
        let meta = ErrorMeta { status: self.status.as_u16(), request_id: request_id.to_owned() };
        let mut response = (self.status, Json(ErrorBody { errors: vec![line], meta })).into_response();
        if let Some(secs) = self.retry_after_secs {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(secs));
        }
        response
    }
}

/// Without a body: the door knows the request's id and writes it.
impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}
