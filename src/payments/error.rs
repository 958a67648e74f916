//! What a failed call leaves known and unknown.

use stripe_shared::{ApiErrors, ApiErrorsType};

use crate::intent::Decline;

/// Why Stripe cannot be set up. No variant repeats a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidConfig {
    #[error("the secret key of Stripe starts with sk_ or rk_")]
    SecretKey,
    #[error("the webhook secret of Stripe is empty")]
    WebhookSecret,
    #[error("the address of Stripe's API is no http:// or https:// address")]
    ApiUrl,
    #[error("a live key of Stripe must not go to an http:// address")]
    LiveKeyUnencrypted,
}

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StripeError {
    /// The card's issuer said no. Another card may do.
    #[error("the card was declined ({})", .0.code)]
    Declined(Decline),
    /// Stripe understood and refused (4xx): nothing was done, and the same request will not do better.
    #[error("Stripe refused the request ({code}): {message}")]
    Refused {
        /// Stripe's error code, such as `payment_intent_unexpected_state`, or the error's type where it has no code.
        code: String,
        message: String,
    },
    /// The outcome is unknown: look before going on.
    #[error("Stripe cannot be reached or failed: {reason}")]
    Unavailable {
        reason: String,
        /// Stripe answered with a 500, and replays that under this key for 24 hours: after looking, go on under a new key.
        /// Otherwise only the same key may be sent again, within 24 hours: what it asks for may have been done, or be done
        /// still, without showing yet.
        key_spent: bool,
    },
}

impl StripeError {
    pub(crate) fn refused(code: &str, message: &str) -> Self {
        Self::Refused { code: code.to_owned(), message: message.to_owned() }
    }
}

impl From<stripe::StripeError> for StripeError {
    fn from(error: stripe::StripeError) -> Self {
        let key_spent = matches!(error, stripe::StripeError::Stripe(_, 500..));
        match error {
            stripe::StripeError::Stripe(told, _) if told.type_ == ApiErrorsType::CardError => {
                Self::Declined(Decline::from(&*told))
            }
            stripe::StripeError::Stripe(told, 409 | 429 | 500..) => {
                Self::Unavailable { reason: describe(&told), key_spent }
            }
            stripe::StripeError::Stripe(told, _) => Self::Refused {
                code: told.code.as_ref().map_or(told.type_.as_str(), |code| code.as_str()).to_owned(),
                message: told.message.unwrap_or_default(),
            },
            stripe::StripeError::ConfigError(reason) => {
                Self::Refused { code: "configuration".to_owned(), message: reason }
            }
            other => Self::Unavailable { reason: other.to_string(), key_spent },
        }
    }
}

/// Whether the same key may be sent again at once: no answer came, or one that Stripe does not keep.
pub(crate) fn may_repeat(error: &stripe::StripeError) -> bool {
    match error {
        stripe::StripeError::ClientError(_) | stripe::StripeError::Timeout => true,
        stripe::StripeError::Stripe(_, status) => matches!(status, 409 | 429),
        stripe::StripeError::JSONDeserialize(_) | stripe::StripeError::ConfigError(_) => false,
    }
}

/// Whether what only reads may be sent again beyond that: after a 500, and after an answer that is no JSON of Stripe's. Such
/// an answer, of which async-stripe tells no status, may be an edge's that gave up waiting.
pub(crate) fn failed(error: &stripe::StripeError) -> bool {
    matches!(error, stripe::StripeError::Stripe(_, 500..) | stripe::StripeError::JSONDeserialize(_))
}

fn describe(told: &ApiErrors) -> String {
    let code = told.code.as_ref().map_or(told.type_.as_str(), |code| code.as_str());
    format!("{code}: {}", told.message.as_deref().unwrap_or_default())
}
