//! What banks do to a payment later, for tests in the same process. By HTTP: `/sandbox/…` in `crate::routes`.

use crate::Sandbox;
use crate::api::now_unix;
use crate::books::Books;
use crate::disputing::Verdict;
use crate::error::ApiError;
use crate::refund::RefundEnd;

impl Sandbox {
    /// The bank withdraws what it authorised, so that it can never be captured: `charge.expired`, and the intent is
    /// canceled with the reason `automatic`.
    ///
    /// # Errors
    /// The error code where nothing is authorised.
    pub fn expire(&self, intent: &str) -> Result<(), String> {
        self.decide(|books| books.expire(intent, now_unix())).map(drop)
    }

    /// The card's holder disputes what was captured and not refunded. Tells the dispute's id.
    ///
    /// # Errors
    /// The error code where there is nothing to dispute.
    pub fn dispute(&self, intent: &str) -> Result<String, String> {
        self.decide(|books| books.open_dispute(intent, now_unix())).map(|dispute| dispute.id)
    }

    /// The bank decides a dispute.
    ///
    /// # Errors
    /// The error code where there is no such dispute, or where it is closed.
    pub fn close_dispute(&self, dispute: &str, verdict: Verdict) -> Result<(), String> {
        self.decide(|books| books.close_dispute(dispute, verdict, now_unix())).map(drop)
    }

    /// The bank takes a pending refund, or gives one back: a refund that succeeded may still fail later.
    ///
    /// # Errors
    /// The error code where there is no such refund, or where its end is known.
    pub fn settle_refund(&self, refund: &str, end: RefundEnd) -> Result<(), String> {
        self.decide(|books| books.settle_refund(refund, end, now_unix())).map(drop)
    }

    fn decide<T>(&self, act: impl FnOnce(&mut Books) -> Result<T, ApiError>) -> Result<T, String> {
        let result = self.change(act);
        self.keep();
        result.map_err(|error| error.told.code.unwrap_or(error.told.kind))
    }
}
