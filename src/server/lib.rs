//! What answers: the pages over axum, the ports behind them over Postgres, Redis and Stripe.
//!
//! Start at `router` for every address, `site` for what a request may use, then one file per port: `searching`,
//! `seating`, `checkout`, `trips`. All SQL is in `postgres`, the live channel in `live`, what runs by itself in `jobs`.

pub mod config;
pub mod run;
pub mod router;
pub mod site;

mod searching;
pub mod seating;
pub mod checkout;
mod trips;
pub mod live;
pub mod jobs;
mod webhook;

pub mod postgres;
pub mod timetables;
mod reference;

pub mod signing;
mod visitors;
mod origins;
mod headers;
mod health;
