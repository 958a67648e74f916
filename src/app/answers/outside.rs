use domain::{cabin::Cabin, money::Money, search::Itinerary};
use serde::{Deserialize, Serialize};

use super::LegLine;

/// How what others offer stands when our own ways to fly are there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Beside {
    /// Nobody else sells this here.
    #[default]
    Nobody,
    /// All that can be told is known: asking for it costs no time.
    AtOnce,
    /// They are being asked: who.
    Asked(Vec<String>),
}

/// What others offer for a whole trip, as far as they have answered.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OutsideResults {
    /// In no order.
    pub cards: Vec<OutsideCard>,
    /// Who has not answered.
    pub missing: Vec<String>,
    /// Who was asked a while ago, past the time for which an answer is good, and is being asked again; and how many
    /// seconds ago.
    pub old: Vec<(String, u32)>,
}

/// A trip that somebody else sells: all its bounds at one price.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutsideCard {
    pub supplier: String,
    /// The way out and, for a return, the way back; of a multi-city trip each in order.
    pub bounds: Vec<OutsideBound>,
    pub cabin: Cabin,
    /// Cheapest first.
    pub prices: Vec<OutsidePrice>,
    /// What it is compared by with one bound of ours: the lowest price's part of one bound, in minor units of the currency
    /// in which ours are sold.
    pub compared_minor: i64,
    /// What makes it stand out: "cheapest", "shortest".
    pub mark: Option<String>,
}

/// One bound of it. The departures are written as its seller tells of them; what it does not tell is left blank, and none
/// of them is one of ours.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutsideBound {
    pub itinerary: Itinerary,
    pub legs: Vec<LegLine>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutsidePrice {
    /// As the seller calls it: "Standard".
    pub brand: Option<String>,
    /// For everyone and all bounds, taxes included.
    pub total: Money,
    /// The signed offer to choose; none where nothing can be bought now.
    pub offer: Option<String>,
}

impl OutsideCard {
    /// The bound that is chosen first, by which it stands in a list.
    pub fn first(&self) -> Option<&Itinerary> {
        self.bounds.first().map(|bound| &bound.itinerary)
    }
}
