//! How long anything may wait: every bound of the server, in one place.
//!
//! Where bounds nest, the outer one is longer, so that what knows more answers first: Postgres says that a statement
//! took too long before we hang up on it, and we hang up before the request is over, so that a page can say what is
//! the matter. A Postgres that is stopped, or whose cable is cut, says nothing at all: its own bounds do not help then,
//! ours do.

use std::time::Duration;

use axum::http::Method;

/// For a connection to Postgres, from the pool or a new one.
pub const CONNECTION: Duration = Duration::from_secs(3);
/// For a row that somebody else has locked; told to Postgres.
pub const LOCK: Duration = Duration::from_secs(2);
/// For one statement; told to Postgres.
pub const STATEMENT: Duration = Duration::from_secs(5);
/// Calls that answer many callers at once: whoever has locked a row must not keep a whole batch waiting.
pub const BATCH_LOCK: Duration = Duration::from_millis(500);
/// For Postgres to answer such a call.
pub const BATCH_ANSWER: Duration = Duration::from_secs(4);
/// For one caller's answer, from its place in the queue on.
pub const BATCHED: Duration = Duration::from_secs(5);
/// A transaction in which nothing is asked for this long is rolled back; told to Postgres.
pub const IDLE_TRANSACTION: Duration = Duration::from_secs(10);
/// For Postgres to answer one statement, by our own clock.
pub const ANSWER: Duration = Duration::from_secs(6);
/// For a connection that was not used for as long as this, or comes back to the pool, to show that it is alive. One
/// that does not is closed.
pub const SIGN_OF_LIFE: Duration = Duration::from_secs(1);
/// For a statement of an import, which is long and rare.
pub const IMPORT: Duration = Duration::from_mins(2);
/// For a row that an import waits for, and that for it.
pub const IMPORT_LOCK: Duration = Duration::from_mins(1);

/// For one attempt of a call to Stripe. There are three of them with pauses of less than a second, and a payment's
/// request leaves room for them and for one answer of Postgres.
pub const STRIPE_ATTEMPT: Duration = Duration::from_secs(5);

/// For Redis to take a seat's change along. Nobody waits for it, but the changes after it.
pub const PUBLISH: Duration = Duration::from_millis(500);
/// For Redis to answer anything else.
pub const REDIS: Duration = Duration::from_secs(1);

/// For a viewer of live seats to take one frame.
pub const FRAME: Duration = Duration::from_secs(10);

/// For one run of a background job; what it leased comes back by itself.
pub const JOB: Duration = Duration::from_mins(3);
/// For the requests under way when the server is told to stop.
pub const STOPPING: Duration = Duration::from_secs(10);

/// For Postgres to answer whoever asks whether we are ready.
pub const HEALTH: Duration = Duration::from_secs(2);

/// What a request is about, which says how long its answer may take and what is known when it took longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asking {
    /// Changes nothing.
    Page,
    Change,
    /// Asks Stripe too.
    Payment,
}

/// Calls that a browser posts although they change nothing, since what they ask may be long.
const READING_CALLS: [&str; 9] = [
    "bookable_days",
    "booking_hold",
    "departures_board",
    "read_cancellation",
    "read_offer",
    "read_trip",
    "search_flights",
    "seat_map",
    "suggest_places",
];
const PAYMENT_CALLS: [&str; 3] = ["payment_page", "start_payment", "settle_payment"];

impl Asking {
    /// A call that is not known to change nothing is taken for a change.
    pub fn of(method: &Method, path: &str) -> Self {
        let call = path.strip_prefix("/api/");
        match call {
            Some(call) if PAYMENT_CALLS.contains(&call) => Self::Payment,
            Some(call) if READING_CALLS.contains(&call) => Self::Page,
            // The page starts the payment that it shows.
            None if path.starts_with("/book/") && path.ends_with("/pay") => Self::Payment,
            _ if matches!(*method, Method::GET | Method::HEAD) => Self::Page,
            _ => Self::Change,
        }
    }

    /// From a request's last byte to its answer's first.
    pub fn patience(self) -> Duration {
        Duration::from_secs(match self {
            Self::Page => 8,
            Self::Change => 10,
            Self::Payment => 25,
        })
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Method;

    use super::{
        ANSWER, Asking, BATCH_ANSWER, BATCH_LOCK, BATCHED, CONNECTION, LOCK, STATEMENT, STRIPE_ATTEMPT,
    };

    #[test]
    fn what_knows_more_gives_up_first() {
        assert!(LOCK < STATEMENT && STATEMENT < ANSWER && CONNECTION < ANSWER);
        assert!(BATCH_LOCK < BATCH_ANSWER && BATCH_ANSWER < BATCHED && BATCHED < Asking::Change.patience());
        assert!(ANSWER < Asking::Page.patience() && Asking::Page.patience() <= Asking::Change.patience());
        assert!(3 * STRIPE_ATTEMPT + ANSWER < Asking::Payment.patience());
    }

    #[test]
    fn an_unknown_call_is_taken_for_a_change() {
        for (method, path, asking) in [
            (Method::GET, "/search", Asking::Page),
            (Method::GET, "/book/7/seats", Asking::Page),
            (Method::GET, "/book/7/pay", Asking::Payment),
            (Method::POST, "/api/seat_map", Asking::Page),
            (Method::POST, "/api/read_cancellation", Asking::Page),
            (Method::POST, "/api/settle_payment", Asking::Payment),
            (Method::POST, "/api/pick_seat", Asking::Change),
            (Method::POST, "/api/anything_new", Asking::Change),
            (Method::POST, "/webhooks/stripe", Asking::Change),
        ] {
            assert_eq!(Asking::of(&method, path), asking, "{path}");
        }
    }
}
