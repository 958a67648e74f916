//! How long anything may wait: every bound of the server, in one place.
//!
//! Where bounds nest, the outer one is longer, so that what knows more answers first: Postgres says that a statement
//! took too long before we hang up on it, and we hang up before the request is over, so that a page can say what is
//! the matter. A Postgres that is stopped, or whose cable is cut, says nothing at all: its own bounds do not help then,
//! ours do.

mod asking;

use std::time::Duration;

pub use asking::Asking;

/// For a connection to Postgres, from the pool or a new one.
pub const CONNECTION: Duration = Duration::from_secs(3);
/// For a row that somebody else has locked; told to Postgres.
pub const LOCK: Duration = Duration::from_secs(2);
/// For one statement; told to Postgres.
pub const STATEMENT: Duration = Duration::from_secs(5);
/// Calls that answer many callers at once: whoever has locked a row must not keep a whole batch waiting.
pub const BATCH_LOCK: Duration = Duration::from_millis(500);
/// For one statement of such a call; told to Postgres.
pub const BATCH_STATEMENT: Duration = Duration::from_secs(3);
/// For Postgres to answer such a call, by our own clock.
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

/// For one question of a search: what places are left. A page leaves room for another server's and its own.
pub const SEARCH: Duration = Duration::from_secs(4);
/// For what another server is just finding out.
pub const ANOTHERS_SEARCH: Duration = Duration::from_millis(1500);
/// For Redis to tell what another server found out.
pub const SHARED_ANSWER: Duration = Duration::from_millis(100);
/// The right to ask alone, of a server that may have died with it.
pub const SEARCH_LOCK: Duration = Duration::from_secs(5);

/// For what outside suppliers offer. Whoever answers later is missing on the page, and known when somebody looks again.
pub const OUTSIDE_SEARCH: Duration = Duration::from_secs(6);
/// The right to ask a supplier alone: as long as one is waited for.
pub const OUTSIDE_SEARCH_LOCK: Duration = Duration::from_secs(16);
/// For a connection to an outside supplier.
pub const SUPPLIER_CONNECTION: Duration = Duration::from_secs(1);
/// For one try of a question to one.
pub const SUPPLIER_ATTEMPT: Duration = Duration::from_secs(4);

/// For the next part of a page whose beginning was sent: longer than all that a page waits for. A page that says nothing
/// for so long is cut off, since nothing will come.
pub const BODY: Duration = Duration::from_secs(20);

/// For a viewer of live seats to take one frame, and for anybody to acknowledge what was sent.
pub const FRAME: Duration = Duration::from_secs(10);
/// Between two pings to a viewer, and so for its answer to one.
pub const PING: Duration = Duration::from_secs(20);
/// For a stream of live seats: then its browser begins another.
pub const STREAM: Duration = Duration::from_mins(10);

/// For one run of a background job; what it leased comes back by itself.
pub const JOB: Duration = Duration::from_mins(3);
/// For the requests under way when the server is told to stop.
pub const STOPPING: Duration = Duration::from_secs(10);

/// For Postgres to answer whoever asks whether we are ready.
pub const HEALTH: Duration = Duration::from_secs(2);

#[cfg(test)]
mod tests {
    use super::{
        ANOTHERS_SEARCH, ANSWER, Asking, BATCH_ANSWER, BATCH_LOCK, BATCH_STATEMENT, BATCHED, BODY,
        CONNECTION, LOCK, OUTSIDE_SEARCH, OUTSIDE_SEARCH_LOCK, SEARCH, SEARCH_LOCK, STATEMENT,
        STRIPE_ATTEMPT,
    };

    use crate::suppliers::Limits;

    #[test]
    fn what_knows_more_gives_up_first() {
        assert!(LOCK < STATEMENT && STATEMENT < ANSWER && CONNECTION < ANSWER);
        assert!(BATCH_LOCK < BATCH_STATEMENT && BATCH_STATEMENT < BATCH_ANSWER);
        assert!(BATCH_ANSWER < BATCHED && BATCHED < Asking::Change.patience());
        assert!(ANSWER < Asking::Page.patience() && Asking::Page.patience() <= Asking::Change.patience());
        assert!(SEARCH < SEARCH_LOCK && ANOTHERS_SEARCH + SEARCH < Asking::Page.patience());
        assert!(OUTSIDE_SEARCH < Asking::Page.patience() && Limits::USUAL.patience < OUTSIDE_SEARCH_LOCK);
        assert!(OUTSIDE_SEARCH + ANSWER < BODY);
        assert!(3 * STRIPE_ATTEMPT + ANSWER < Asking::Payment.patience());
    }
}
