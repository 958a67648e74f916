//! What many ask at once is answered in one call to Postgres: a transaction costs far more than what it writes.
//!
//! A batcher drains its queue without a timer. A request that finds nobody waiting goes through alone and at once;
//! under load a batch is whatever came while the one before it was away. Each caller gets an answer of its own.

mod queue;
mod reply;

pub(crate) use queue::{Batcher, Folded};
pub(crate) use reply::NoAnswer;
