//! Nobody waits without bound: a request that takes too long is given up, and told what is known of it.

use app::AppError;
use axum::{
    Json,
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    middleware::Next,
    response::{Html, IntoResponse as _, Response},
};
use tokio::time::timeout;

use crate::patience::Asking;

const RETRY_AFTER_SECS: u16 = 5;

/// Ends a request within the patience of what it asks. A transaction that it leaves behind is rolled back; one that was
/// just being committed may have been.
pub async fn end_in_time(request: Request, next: Next) -> Response {
    let asking = Asking::of(request.method(), request.uri().path());
    let back = way_back(asking, request.uri(), request.headers());
    let wants_page = accepts_html(request.headers());
    let key = request.headers().get("idempotency-key").and_then(|key| key.to_str().ok()).map(str::to_owned);
    if let Ok(response) = timeout(asking.patience(), next.run(request)).await {
        return response;
    }
    tracing::error!(?asking, "a request took too long and was given up");
    let message = what_is_known(asking).to_owned();
    let body = match asking {
        _ if wants_page => page(&message, &back).into_response(),
        Asking::Page => {
            Json(AppError::Unavailable { message, retry_after_secs: RETRY_AFTER_SECS }).into_response()
        }
        Asking::Change | Asking::Payment => Json(unknown(asking, key)).into_response(),
    };
    let mut response = (StatusCode::SERVICE_UNAVAILABLE, body).into_response();
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER_SECS));
    response
}

/// What a change is told that took too long, which was asked under this key.
pub fn unknown(asking: Asking, key: Option<String>) -> AppError {
    AppError::Unknown { message: what_is_known(asking).into(), retry_after_secs: RETRY_AFTER_SECS, key }
}

fn what_is_known(asking: Asking) -> &'static str {
    match asking {
        Asking::Page => "This took too long. Nothing was changed; please try again in a moment.",
        Asking::Change => {
            "This took too long, and it may or may not have been done. Please look, or ask again: nothing is done twice."
        }
        Asking::Payment => {
            "This took too long, and it may or may not have been done. Please look again in a moment: nothing is paid twice."
        }
    }
}

fn accepts_html(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()).is_some_and(|v| v.contains("text/html"))
}

/// Where looking again makes sense: the page itself, or the one whose form was sent.
fn way_back(asking: Asking, uri: &Uri, headers: &HeaderMap) -> String {
    if asking == Asking::Page || !uri.path().starts_with("/api/") {
        return uri.path_and_query().map_or_else(|| "/".into(), ToString::to_string);
    }
    let referer = headers.get(header::REFERER).and_then(|v| v.to_str().ok());
    let page = referer.and_then(|text| text.parse::<Uri>().ok());
    // The path alone: an address of ours, whoever wrote the header. Two slashes would name another host.
    let path = page.as_ref().map_or("/", Uri::path);
    if path.starts_with('/') && !path.starts_with("//") { path.to_owned() } else { "/".into() }
}

fn page(message: &str, back: &str) -> Html<String> {
    let back = escaped(back);
    Html(format!(
        r#"<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Please wait · SkyConnect</title></head>
<body><main><h1>Please wait a moment</h1><p>{message}</p><p><a href="{back}">Look again</a></p></main></body>
</html>
"#
    ))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, Uri, header};

    use super::{page, way_back};
    use crate::patience::Asking;

    fn back_from_form(referer: &'static str) -> String {
        let mut headers = HeaderMap::new();
        headers.insert(header::REFERER, HeaderValue::from_static(referer));
        way_back(Asking::Change, &Uri::from_static("/api/pick_seat"), &headers)
    }

    #[test]
    fn the_way_back_never_leaves_the_site() {
        assert_eq!(back_from_form("https://fly.example/book/7/seats?leg=0"), "/book/7/seats");
        assert_eq!(back_from_form("https://fly.example//evil.example/"), "/");
        assert_eq!(back_from_form("nonsense"), "/");
    }

    #[test]
    fn what_stands_in_an_address_cannot_write_into_the_page() {
        assert!(!page("", "/search?from=\"><script>").0.contains("<script>"));
    }
}
