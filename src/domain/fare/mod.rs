//! What a seat costs: brands with their conditions, fares by distance, taxes by country, all itemised.
//!
//! A first model, to be replaced behind the same types: one booking class a cabin, named by its letter, and no seasons.
//! The same itineraries, cabin, brand and party always cost the same.

mod brand;
mod quote;

#[cfg(feature = "zones")]
pub mod exchange;
#[cfg(feature = "zones")]
mod journey;
#[cfg(feature = "zones")]
mod price;
#[cfg(feature = "zones")]
mod tax;

pub use brand::{BrandTerms, FareBrand};
pub use quote::{LineKind, Quote, QuoteLine};

#[cfg(feature = "zones")]
pub use price::{FareError, price};
