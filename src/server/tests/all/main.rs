//! The server against real Postgres and Redis, a fresh database per test, and the Stripe sandbox in the same process.

// Helpers outside of test functions may fail a test too.
#![allow(clippy::unwrap_used)]

mod booked;
mod stopped;
mod world;

// What the domain's machines are measured against, so that the server is measured against the same.
#[path = "../../../domain/tests/sale/model.rs"]
mod model;

mod asking;
mod batches;
mod cache;
mod calendar;
mod called_off;
mod cancelling;
mod classes;
mod deadlocks;
mod disputes;
mod fares;
mod gate;
mod holds;
mod hostile;
mod imports;
mod indexes;
mod keys;
mod lanes;
mod late;
mod limits;
mod live;
mod log;
mod machines;
mod mail;
mod multi_city;
mod opening;
mod outside;
mod pages;
mod partner;
mod patience;
mod paying;
mod places;
mod plants;
mod promotions;
mod races;
mod reconciling;
mod refunds;
mod seat_charges;
mod seat_rules;
mod selling;
mod selling_modes;
mod suppliers;
mod timeline;
mod twins;
mod voids;
mod when_things_fail;
