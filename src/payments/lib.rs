//! Money's edge: what we ask of Stripe, in our words. The only crate that touches async-stripe.
//!
//! Amounts are in minor units (cents of a dollar, whole yen) with a currency in lower case. Whoever calls stores the
//! idempotency key first. Stripe replays a key's first answer for 24 hours, a 500 included; so after
//! [`StripeError::Unavailable`] look first ([`Stripe::retrieve`], [`Stripe::refunds_of`], [`Stripe::find_intent`]),
//! and only then go on.
//!
//! - [`Stripe`]: the calls
//! - [`Intent`], [`Refund`], [`Dispute`]: what Stripe tells about a payment
//! - [`Event`]: what Stripe tells by webhook
//! - [`StripeError`]: what a failed call leaves known and unknown

mod attempt;
mod client;
mod dispute;
mod error;
mod event;
mod intent;
mod refund;

pub use client::{Page, Stripe, StripeConfig};
pub use dispute::{Dispute, DisputeStatus};
pub use error::{InvalidConfig, StripeError};
pub use event::{Event, EventKind, WebhookError};
pub use intent::{Decline, Intent, IntentOrder, IntentPage, IntentStatus};
pub use refund::{Refund, RefundStatus};
