//! The server against real Postgres and Redis, a fresh database per test, and the Stripe sandbox in the same process.

mod world;

mod holds;
mod races;
mod deadlocks;
mod paying;
mod imports;
mod live;
mod pages;
