//! The server against real Postgres and Redis, a fresh database per test, and the Stripe sandbox in the same process.

// Helpers outside of test functions may fail a test too.
#![allow(clippy::unwrap_used)]

mod world;

mod deadlocks;
mod holds;
mod imports;
mod keys;
mod live;
mod pages;
mod paying;
mod races;
