//! How often a call is sent.

use std::future::Future;
use std::time::Duration;

use crate::error::StripeError;

const ATTEMPTS: u32 = 3;
const FIRST_PAUSE: Duration = Duration::from_millis(200);

/// Sends up to three times, as long as `repeats` allows it.
pub(crate) async fn attempt<T, F: Future<Output = Result<T, stripe::StripeError>>>(
    send: impl Fn() -> F,
    repeats: impl Fn(&stripe::StripeError) -> bool,
) -> Result<T, StripeError> {
    let mut pause = FIRST_PAUSE;
    for _ in 1..ATTEMPTS {
        match send().await {
            Err(error) if repeats(&error) => tokio::time::sleep(pause).await,
            ended => return ended.map_err(StripeError::from),
        }
        pause *= 2;
    }
    send().await.map_err(StripeError::from)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::attempt;
    use crate::error::may_repeat;

    /// How often a change is sent that always fails in the same way.
    async fn sendings(failure: impl Fn() -> stripe::StripeError) -> u32 {
        let count = Cell::new(0);
        let send = async || {
            count.set(count.get() + 1);
            Err::<(), _>(failure())
        };
        assert!(attempt(send, may_repeat).await.is_err());
        count.get()
    }

    fn answered(status: u16) -> stripe::StripeError {
        let told =
            miniserde::json::from_str(r#"{"type":"api_error"}"#).expect("an error as Stripe writes it");
        stripe::StripeError::Stripe(Box::new(told), status)
    }

    #[tokio::test]
    async fn a_change_is_sent_again_only_where_its_key_holds_no_answer() {
        assert_eq!(sendings(|| stripe::StripeError::Timeout).await, 3);
        assert_eq!(sendings(|| stripe::StripeError::ClientError(String::new())).await, 3);
        for (status, times) in [(400, 1), (402, 1), (409, 3), (429, 3), (500, 1), (503, 1)] {
            assert_eq!(sendings(|| answered(status)).await, times, "{status}");
        }
    }
}
