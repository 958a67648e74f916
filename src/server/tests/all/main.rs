//! The server against real Postgres and Redis, a fresh database per test, and the Stripe sandbox in the same process.

// Helpers outside of test functions may fail a test too.
#![allow(clippy::unwrap_used)]

mod booked;
mod world;

mod asking;
mod deadlocks;
mod disputes;
mod holds;
mod imports;
mod keys;
mod lanes;
mod late;
mod live;
mod mail;
mod pages;
mod paying;
mod races;
mod refunds;
