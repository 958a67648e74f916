//! What answers: the pages over axum, the ports behind them over Postgres, Redis and Stripe.
//!
//! Start at `router` for every address, `site` for what a request may use, then one file per port: `searching`,
//! `seating`, `checkout`, `trips` with `cancelling` behind it. All SQL is in `postgres`, the live channel in `live`, what
//! runs by itself in `jobs`.

pub mod config;
pub mod patience;
pub mod router;
pub mod run;
pub mod site;
pub mod steps;
pub mod terms;

pub mod authorising;
mod batching;
pub mod cancelling;
pub mod checkout;
pub mod jobs;
pub mod live;
pub mod mail;
mod once;
pub mod ordering;
pub mod partner;
mod picking;
#[cfg(feature = "plant")]
mod plants;
pub mod promoting;
pub mod reconciling;
pub mod searching;
pub mod seating;
pub mod selling;
pub mod suppliers;
mod trips;
mod webhook;

pub mod postgres;
mod redis_link;
mod reference;
pub mod timetables;

mod headers;
mod health;
mod in_time;
pub mod limits;
pub mod listening;
mod origins;
pub mod signing;
mod visitors;
