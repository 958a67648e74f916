use domain::{cabin::Cabin, fare::FareBrand, money::Money, search::Itinerary, traveller::Party};
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
}
