//! What the card's holder does, for tests in the same process: the same calls that the card form makes.

use axum::http::Method;
use serde_json::Value;

use crate::Sandbox;
use crate::api::{Call, now_unix};
use crate::form::Form;
use crate::routes;

impl Sandbox {
    /// Pays by the card of this number, valid for years to come, and tells the intent's new status.
    ///
    /// | number | what comes of it |
    /// |---|---|
    /// | 4242424242424242, and any other | authorised |
    /// | 4000000000000002, 4000000000000341 | `card_declined`, `generic_decline` |
    /// | 4000000000009995 | `card_declined`, `insufficient_funds` |
    /// | 4000000000000069 | `expired_card` |
    /// | 4000000000000127 | `incorrect_cvc` |
    /// | 4000002500003155, 4000002760003184 | waits for 3-D Secure, see [`Sandbox::authenticate`] |
    /// | 4000000000000259 | authorised; disputed once it is captured |
    /// | 4000000000007726 | authorised; refunds are pending, and succeed later |
    /// | 4000000000005126 | authorised; refunds succeed, and fail later |
    ///
    /// # Errors
    /// The error code of a decline or refusal, such as `card_declined`.
    pub fn pay_by_card(&self, intent: &str, number: &str) -> Result<String, String> {
        let code = if number.starts_with("34") || number.starts_with("37") { "1234" } else { "123" };
        let exp_year = crate::card::year_and_month(now_unix()).0 + 2;
        self.as_cardholder(
            &format!("/v1/payment_intents/{intent}/confirm"),
            intent,
            &format!(
                "payment_method_data[card][number]={number}&payment_method_data[card][cvc]={code}\
                 &payment_method_data[card][exp_month]=12&payment_method_data[card][exp_year]={exp_year}"
            ),
        )
    }

    /// Ends 3-D Secure and tells the intent's new status.
    ///
    /// # Errors
    /// The error code where no authentication is waited for.
    pub fn authenticate(&self, intent: &str, completed: bool) -> Result<String, String> {
        let outcome = if completed { "outcome=completed" } else { "outcome=failed" };
        self.as_cardholder(&format!("/sandbox/payment_intents/{intent}/authenticate"), intent, outcome)
    }

    fn as_cardholder(&self, path: &str, intent: &str, fields: &str) -> Result<String, String> {
        let code = |error: crate::error::ApiError| error.told.code.unwrap_or(error.told.kind);
        let client_secret = self.books().intent(intent).map_err(code)?.client_secret.clone();
        let form = Form::parse(&format!("client_secret={client_secret}"), fields.as_bytes());
        let call = Call::by_cardholder(Method::POST, path.to_owned(), form);
        let answer = self.change(|books| routes::act(books, &call)).map_err(code)?;
        Ok(answer.get("status").and_then(Value::as_str).unwrap_or_default().to_owned())
    }
}
