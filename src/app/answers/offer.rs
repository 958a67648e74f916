use domain::{
    cabin::Cabin,
    fare::{FareBrand, Quote},
    money::Money,
    search::Itinerary,
    traveller::Party,
};
use serde::{Deserialize, Serialize};

use super::SoldBy;

/// What a signed offer names, as its timetable has it now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OfferView {
    /// In order of travel.
    pub bounds: Vec<Itinerary>,
    pub brand: FareBrand,
    pub cabin: Cabin,
    pub party: Party,
    /// The price that was shown first, where it has changed.
    pub was: Option<Money>,
    pub total: Money,
    /// Where it is not ours.
    pub sold_by: Option<SoldBy>,
    /// Why it has changed, where that can be told.
    pub because: Option<String>,
    /// The price line by line, while it is what is paid.
    pub quote: Option<Quote>,
    /// Another way on the same day that costs less, where the price has changed.
    pub next_best: Option<NextBest>,
}

/// A way to fly in place of the last bound.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NextBest {
    pub itinerary: Itinerary,
    /// For everyone on all bounds.
    pub total: Money,
    /// Signed, to be looked over.
    pub offer: String,
}
