use super::{Beside, PromotionNote};
use domain::{
    airport::AirportCode,
    cabin::Cabin,
    fare::{FareBrand, Why},
    money::Money,
    search::Itinerary,
    search::SearchQuery,
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A search as typed: what `/search?…` holds, nothing checked yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SearchRequest {
    /// A code, a city, or what the typeahead wrote: `Boston (BOS)`.
    pub from: String,
    pub to: String,
    /// ISO dates.
    pub depart: String,
    /// The day of the way back, which turns the first bound round; empty for one way and where there is `more`.
    pub back: String,
    /// The bounds of a multi-city trip after the first, as the form has them: a row may be empty.
    pub more: Vec<BoundEntry>,
    pub adults: String,
    pub children: String,
    pub infants: String,
    /// A cabin's letter: `Y`, `W`, `J`, `F`.
    pub cabin: String,
    /// A promotion code; may be empty.
    pub promo: String,
    /// `best`, `cheapest`, `fastest` or `earliest`.
    pub sort: String,
    /// The keys of the itineraries chosen so far, for the first bounds in order.
    pub chosen: Vec<String>,
}

/// A bound as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BoundEntry {
    /// Empty where it goes on from the place that the bound before it leads to.
    pub from: String,
    pub to: String,
    pub depart: String,
}

impl BoundEntry {
    pub fn is_empty(&self) -> bool {
        self.from.is_empty() && self.to.is_empty() && self.depart.is_empty()
    }
}

/// The ways to fly one bound, cheapest of its kind first, with prices for everyone, taxes included.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SearchResults {
    pub query: SearchQuery,
    /// "Boston", "New York".
    pub origin_name: String,
    pub destination_name: String,
    /// The date of the bound that is being chosen.
    pub date: Date,
    /// The ways to fly the bounds before it, which are chosen already.
    pub chosen: Vec<ItineraryCard>,
    pub options: Vec<ItineraryCard>,
    /// Three days before and after, with the cheapest price where there is one.
    pub days: Vec<DayPrice>,
    /// Where a promotion code was typed.
    pub promotion: Option<PromotionNote>,
    /// How what others offer stands; asked for by itself, so that nobody waits for it.
    #[serde(default)]
    pub beside: Beside,
    pub took_ms: u32,
    pub checked: Checked,
}

impl SearchResults {
    /// Whether another bound is chosen after this one; until then nothing can be bought.
    pub fn more_follow(&self) -> bool {
        self.chosen.len() + 1 < self.query.bounds().len()
    }
}

/// How old the places and prices are. Choosing an offer checks both again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Checked {
    Now,
    /// `is_renewing`: they are past their time and being asked for, so that looking again shows newer ones.
    Ago {
        secs: u32,
        is_renewing: bool,
    },
    /// Places cannot be read: what is shown is the timetable's, and nothing can be bought.
    Paused,
}

/// One way to fly one bound.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ItineraryCard {
    /// Names its departures; goes into `chosen`.
    pub key: String,
    pub itinerary: Itinerary,
    pub legs: Vec<LegLine>,
    pub cabin: Cabin,
    pub prices: Vec<BrandPrice>,
    /// Places left in the cabin on its fullest leg; none where it cannot be read now.
    pub places_left: Option<u16>,
    /// What makes it stand out: "cheapest", "shortest".
    pub mark: Option<String>,
}

/// What a leg's line says beyond its departure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegLine {
    pub origin_name: String,
    pub destination_name: String,
    pub carrier_name: String,
    pub aircraft_name: String,
}

/// A brand's total for everyone on all bounds chosen so far and this one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BrandPrice {
    pub brand: FareBrand,
    pub total: Money,
    /// The fares that it is made of, for the lowest brand.
    pub whys: Vec<Why>,
    /// The signed offer to choose; none while another bound must be chosen first.
    pub offer: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayPrice {
    pub date: Date,
    pub cheapest: Option<Money>,
}

/// What the cheapest way out costs on each day of a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthPrices {
    pub query: SearchQuery,
    pub origin_name: String,
    pub destination_name: String,
    /// Every day of the month, in order; those that are over or not on sale yet without a price.
    pub days: Vec<DayPrice>,
    /// The first and the last day on which somebody may leave.
    pub sold: (Date, Date),
    /// Where a promotion code was typed.
    pub promotion: Option<PromotionNote>,
    pub checked: Checked,
}

/// The departures board of the front page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Board {
    pub city: String,
    pub rows: Vec<BoardRow>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoardRow {
    /// Local time, `18:05`.
    pub time: String,
    pub destination: AirportCode,
    pub destination_name: String,
    /// `B6 523`.
    pub flight: String,
    /// None where it cannot be read now.
    pub places_left: Option<u16>,
    pub from_price: Money,
    /// The search that sells it.
    pub search: String,
}
