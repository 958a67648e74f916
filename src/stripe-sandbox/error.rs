//! Errors in Stripe's shape. Source of types, codes and status: docs.stripe.com/api/errors and /error-codes.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One refusal.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ApiError {
    #[serde(skip)]
    pub status: u16,
    /// Whether the endpoint had begun its work, so that an idempotency key keeps the answer.
    #[serde(skip)]
    pub begun: bool,
    pub told: Box<Told>,
}

/// What stands under `error` in an answer, and in an intent's `last_payment_error`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Told {
    #[serde(rename = "type")]
    pub kind: String,
    pub code: Option<String>,
    pub decline_code: Option<String>,
    pub message: String,
    pub param: Option<String>,
    pub charge: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_intent: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_method: Option<Value>,
}

impl ApiError {
    fn new(status: u16, kind: &str, code: Option<&str>, message: impl Into<String>) -> Self {
        let (kind, code) = (kind.to_owned(), code.map(str::to_owned));
        let told = Told { kind, code, message: message.into(), ..Told::default() };
        Self { status, begun: true, told: Box::new(told) }
    }

    fn before_work(mut self) -> Self {
        self.begun = false;
        self
    }

    fn about(mut self, param: &str) -> Self {
        self.told.param = Some(param.to_owned());
        self
    }

    pub fn unauthorised() -> Self {
        let message = "You did not provide an API key that may do this: send 'Authorization: Bearer sk_…'.";
        Self::new(401, "invalid_request_error", None, message).before_work()
    }

    pub fn no_route(method: &str, path: &str) -> Self {
        let message = format!("Unrecognized request URL ({method}: {path}).");
        Self::new(404, "invalid_request_error", None, message).before_work()
    }

    pub fn parameter(param: &str, code: &str, message: impl Into<String>) -> Self {
        Self::new(400, "invalid_request_error", Some(code), message).about(param).before_work()
    }

    pub fn missing(kind: &str, id: &str) -> Self {
        Self::new(404, "invalid_request_error", Some("resource_missing"), format!("No such {kind}: '{id}'"))
            .about("id")
    }

    /// What the books rule out, such as a refund of more than was paid.
    pub fn refused(param: &str, code: &str, message: impl Into<String>) -> Self {
        Self::new(400, "invalid_request_error", Some(code), message).about(param)
    }

    /// The intent's status does not allow this step.
    pub fn unexpected_state(message: impl Into<String>, intent: Value) -> Self {
        let mut error =
            Self::new(400, "invalid_request_error", Some("payment_intent_unexpected_state"), message);
        error.told.payment_intent = Some(intent);
        error
    }

    pub fn raw_card() -> Self {
        let message =
            "Sending credit card numbers directly to the Stripe API is generally unsafe. Use the card form.";
        Self::new(402, "invalid_request_error", None, message).before_work()
    }

    pub fn card(code: &str, decline_code: Option<&str>, message: &str) -> Self {
        let mut error = Self::new(402, "card_error", Some(code), message);
        error.told.decline_code = decline_code.map(str::to_owned);
        error
    }

    /// A card number, date or security code that cannot be right.
    pub fn card_field(code: &str, param: &str, message: &str) -> Self {
        Self::card(code, None, message).about(param)
    }

    pub fn authentication_failed() -> Self {
        let message = "We are unable to authenticate your payment method. Please choose a different payment method and try again.";
        Self::new(402, "invalid_request_error", Some("payment_intent_authentication_failure"), message)
    }

    pub fn key_for_other_parameters(key: &str) -> Self {
        let message = format!(
            "Keys for idempotent requests can only be used with the same parameters they were first used with. \
             Try using a key other than '{key}' if you meant to execute a different request."
        );
        Self::new(400, "idempotency_error", None, message).before_work()
    }

    pub fn key_in_use(key: &str) -> Self {
        let message =
            format!("There is currently another in-progress request using this idempotency key ('{key}').");
        Self::new(409, "idempotency_error", Some("idempotency_key_in_use"), message).before_work()
    }

    pub fn internal() -> Self {
        Self::new(500, "api_error", None, "An unknown error occurred. This fault was planted by a test.")
    }

    /// The same error as a browser may read it: without what the merchant wrote for himself.
    pub fn for_public(mut self) -> Self {
        if let Some(Value::Object(intent)) = &mut self.told.payment_intent {
            intent.remove("metadata");
        }
        self
    }

    pub fn to_json(&self) -> Value {
        serde_json::json!({ "error": self })
    }
}
