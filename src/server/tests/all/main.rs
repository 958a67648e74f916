//! The server against real Postgres and Redis, a fresh database per test, and the Stripe sandbox in the same process.

mod world;

mod deadlocks;
mod holds;
mod imports;
mod live;
mod pages;
mod paying;
mod races;
