//! `/api-docs`: what the partner API can be asked, as a page and as an `OpenAPI` document, both made from the code.

mod page;

use axum::{
    Json, Router,
    http::{HeaderValue, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use utoipa::{
    Modify, OpenApi,
    openapi::security::{Http, HttpAuthScheme, SecurityScheme},
};

use super::{
    cancellations, fleet, offer_requests, offers, orders, payments, places, routes::Both as _, seat_maps,
    webhooks,
};
use crate::site::Site;

/// Nothing but our own sheet: the page needs no script.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

pub fn router() -> Router<Site> {
    Router::new()
        .both("/api-docs", get(read))
        .route("/api-docs/openapi.json", get(document))
        .route("/api-docs/style.css", get(style))
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "SkyConnect partner API",
        version = "v2",
        description = "Search, book, pay and cancel by program, in the form of Duffel's API v2: its clients work with \
            `basePath` set to this site. Each request carries `Authorization: Bearer <token>` and `Duffel-Version: v2`, \
            and each body what is meant below `data`. Amounts are texts with the decimals of their currency. Lists come \
            in parts: `meta.after` is the cursor of the next one. Paths work with and without a slash at their end."
    ),
    paths(
        places::suggest, places::list, places::one, fleet::list_airlines, fleet::one_airline, fleet::list_aircraft,
        fleet::one_aircraft, offer_requests::create, offer_requests::list, offer_requests::one, offers::list,
        offers::one, seat_maps::list, orders::create, orders::list, orders::one, payments::create,
        cancellations::create, cancellations::list, cancellations::one, cancellations::confirm,
        webhooks::create, webhooks::list, webhooks::update, webhooks::remove, webhooks::ping, webhooks::redeliver,
        webhooks::deliveries,
    ),
    components(schemas(super::error::ErrorBody)),
    modifiers(&Bearer, &Names),
    security(("token" = [])),
    tags(
        (name = "Searching", description = "What there is to fly, and for how much. Offers are kept for half an hour."),
        (name = "Booking", description = "An offer becomes an order: `instant` orders are paid from the token's balance \
            and ticketed at once, `hold` orders have their reference and seats at once and are paid until a deadline."),
        (name = "Cancelling", description = "What comes back is quoted first. It is in the balance as soon as the \
            cancellation is confirmed."),
        (name = "Webhooks", description = "Your program is told what happens to its orders."),
        (name = "Places", description = "Airports and cities."),
        (name = "Airlines and aircraft", description = "Who flies, and in what."),
    )
)]
#[derive(Debug)]
pub struct Document;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("token", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    }
}

/// Each operation is named by its method and path, since functions of different files have one name.
struct Names;

impl Modify for Names {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        for (path, item) in &mut document.paths.paths {
            let path: String =
                path.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
            for (method, operation) in [
                ("get", &mut item.get),
                ("post", &mut item.post),
                ("patch", &mut item.patch),
                ("delete", &mut item.delete),
            ] {
                if let Some(operation) = operation {
                    operation.operation_id = Some(format!("{method}{path}"));
                }
            }
        }
    }
}

async fn document() -> Json<utoipa::openapi::OpenApi> {
    Json(Document::openapi())
}

async fn read() -> Response {
    let document = serde_json::to_value(Document::openapi()).unwrap_or_default();
    let mut response = Html(page::write(&document)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

async fn style() -> Response {
    let mut response = include_str!("docs/style.css").into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8"));
    response
}

#[cfg(test)]
mod tests {
    use utoipa::OpenApi as _;

    use super::{Document, page};

    #[test]
    fn every_operation_says_what_it_does_and_what_it_answers() {
        let document = serde_json::to_value(Document::openapi()).unwrap();
        let mut operations = 0;
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                operations += 1;
                assert!(!operation["responses"].as_object().unwrap().is_empty(), "{method} {path}");
                assert!(operation["tags"][0].is_string(), "{method} {path}");
            }
        }
        assert!(operations >= 20, "{operations}");
    }

    #[test]
    fn the_page_names_every_operation_and_has_no_script() {
        let document = serde_json::to_value(Document::openapi()).unwrap();
        let page = page::write(&document);
        for path in document["paths"].as_object().unwrap().keys() {
            assert!(page.contains(path.as_str()), "{path}");
        }
        assert!(page.contains("id=\"errors\""));
        assert!(!page.contains("<script") && !page.contains(" style="));
    }

    #[test]
    fn whatever_a_schema_refers_to_is_there() {
        let document = serde_json::to_value(Document::openapi()).unwrap();
        let text = document.to_string();
        for reference in text.split("\"$ref\":\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
            assert!(document.pointer(reference).is_some(), "{reference}");
        }
    }
}
