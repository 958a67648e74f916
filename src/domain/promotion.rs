//! Promotion codes: what they take off fares, and when they count.

mod code;
mod discount;

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

pub use code::{PromotionCode, WrongCode};
pub use discount::{Discount, MOST_PERCENT};

use crate::fare::{Dates, FareBrand};

/// A code with its terms, which never change: it is made once, and ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promotion {
    pub code: PromotionCode,
    pub discount: Discount,
    /// The brands that it is for; none: all.
    pub brands: Vec<FareBrand>,
    /// When it may be used: from the first instant until just before the second.
    pub sold_from: Timestamp,
    pub sold_until: Timestamp,
    /// When every bound must leave, by the dates where they start.
    pub travel: Dates,
    /// How many bookings may use it.
    pub most_uses: u32,
    /// How many do, those that are being made among them.
    pub uses: u32,
    pub ended_at: Option<Timestamp>,
}

/// A code as an offer carries it: it counts if it still may be used when the offer is chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promoted {
    #[serde(rename = "c")]
    pub code: PromotionCode,
    #[serde(rename = "d")]
    pub discount: Discount,
}

/// Why a code cannot be used now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotNow {
    NotYet(Timestamp),
    /// Its time is over, or staff ended it.
    Over,
    UsedUp,
}

impl Promotion {
    /// # Errors
    /// Why nobody can use it at that time.
    pub fn check(&self, now: Timestamp) -> Result<(), NotNow> {
        if self.ended_at.is_some() || now >= self.sold_until {
            Err(NotNow::Over)
        } else if now < self.sold_from {
            Err(NotNow::NotYet(self.sold_from))
        } else if self.uses >= self.most_uses {
            Err(NotNow::UsedUp)
        } else {
            Ok(())
        }
    }

    /// What an offer of this brand carries whose bounds leave on these dates; none where it is not for such.
    pub fn promoted(&self, brand: FareBrand, mut departs: impl Iterator<Item = Date>) -> Option<Promoted> {
        let is_for_brand = self.brands.is_empty() || self.brands.contains(&brand);
        let counts = is_for_brand && departs.all(|date| self.travel.contains(date));
        counts.then(|| Promoted { code: self.code.clone(), discount: self.discount })
    }
}

#[cfg(test)]
mod tests;
