//! What a seat costs: filed fares with their rules, brands with their conditions, taxes by country; itemised and explained.
//!
//! A fare is filed for a market, a carrier, a class and a brand ([`FiledFare`]); the cheapest that applies is sold
//! ([`price()`]), and says why ([`Why`]). The same itineraries, party, places left and day of buying always cost the same.

mod basis;
mod brand;
pub mod exchange;
mod quote;
mod rules;
mod why;

#[cfg(feature = "zones")]
mod candidate;
#[cfg(feature = "zones")]
mod filed;
#[cfg(feature = "zones")]
mod journey;
#[cfg(feature = "zones")]
mod price;
#[cfg(feature = "zones")]
mod tariff;
#[cfg(feature = "zones")]
mod tax;
#[cfg(feature = "zones")]
mod ways;

pub use basis::FareBasis;
pub use brand::{BrandTerms, FareBrand};
pub use quote::{LineFare, LineKind, Quote, QuoteLine};
pub use rules::{Dates, Occasion, Rules, Stay};
pub use why::{MOST_PASSED_OVER, Met, NotMet, PassedOver, Why};

#[cfg(feature = "zones")]
pub use filed::{Covers, FiledFare};
#[cfg(feature = "zones")]
pub use price::{FareError, Terms, price};
#[cfg(feature = "zones")]
pub use tariff::{FaresFault, HEADER, Tariff};
#[cfg(feature = "zones")]
pub use ways::WayPrices;
