//! The drill: hundreds of simulated travellers fight over few seats through the servers' real surface, while servers are
//! killed, Postgres and Redis fail, connections are cut and Stripe misbehaves. Then everything that was seen is checked.
//!
//! - `arguments`, `run`, `report`: what a person types and reads
//! - `plants`: shows that planted violations are found
//! - `steps` and `paused`, with `guest` and `outcome`: kills the server after each step, and stops Postgres for long
//! - `world`: all that is booted: `postgres`, `redis`, `server`, `stripe`, and ours in between: `proxy` (with `wire`),
//!   `webhooks`
//! - `timetable`, `sales`: what is sold
//! - `traveller`, with `web`, `socket`, `card` and `answer`: who buys, and how they reach the servers
//! - `viewers`: who only watches seats; `twice`: what is asked twice under one key
//! - `fault`, `schedule`, `striker`, `recovery`: what goes wrong, when, and how long until bookings succeed again
//! - `history`, `checker`: what was seen of each seat, and whether one seat explains it
//! - `invariants`: what must hold in Postgres, at Stripe, and of all that travellers were told
//! - `ground`, `tally`, `notes`, `clock`, `port`, `signal`: what everyone shares

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod answer;
pub mod arguments;
pub mod card;
pub mod checker;
pub mod clock;
pub mod fault;
pub mod ground;
pub mod guest;
pub mod history;
pub mod invariants;
pub mod notes;
pub mod outcome;
pub mod paused;
pub mod plants;
pub mod port;
pub mod postgres;
pub mod proxy;
pub mod recovery;
pub mod redis;
pub mod report;
pub mod run;
pub mod sales;
pub mod schedule;
pub mod server;
pub mod signal;
pub mod socket;
pub mod steps;
pub mod striker;
pub mod stripe;
pub mod tally;
pub mod timetable;
pub mod traveller;
pub mod twice;
pub mod viewers;
pub mod web;
pub mod webhooks;
pub mod wire;
pub mod world;
