//! Promotion codes in a search: what one takes off, or why it does not count.

use app::answers::PromotionNote;
use domain::{
    airports::Airports,
    fare::{Dates, FareBrand, exchange::of_country},
    money::Currency,
    promotion::{NotNow, Promotion, PromotionCode},
    search::SearchQuery,
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::Searching;

/// A code as it was typed, looked up.
pub(super) enum Typed {
    Nothing,
    Usable(Promotion),
    /// With the sentence that says why.
    Useless(String),
}

/// What is behind the code of a request, if there is one. A code that cannot be read now keeps nobody from searching.
pub(super) async fn look_up(searching: &Searching, typed: &str, now: Timestamp) -> Typed {
    if typed.trim().is_empty() {
        return Typed::Nothing;
    }
    let Ok(code) = PromotionCode::parse(typed) else {
        let shown: String = typed.trim().chars().take(20).collect();
        return Typed::Useless(format!(
            "“{shown}” is no promotion code: those are three to twenty letters and digits."
        ));
    };
    match searching.postgres.promotion(&code).await {
        Ok(Some(promotion)) => match promotion.check(now) {
            Ok(()) => Typed::Usable(promotion),
            Err(NotNow::NotYet(from)) => Typed::Useless(format!("{code} can be used from {} on.", day(from))),
            Err(NotNow::Over) => Typed::Useless(format!("The time of {code} is over.")),
            Err(NotNow::UsedUp) => Typed::Useless(format!("{code} has been used up.")),
        },
        Ok(None) => {
            Typed::Useless(format!("There is no promotion code {code}. Please check how it is spelt."))
        }
        Err(error) => {
            tracing::warn!(%error, "a promotion code cannot be looked up");
            Typed::Useless(format!("We cannot look {code} up at the moment. Please search again shortly."))
        }
    }
}

impl Typed {
    pub fn promotion(&self) -> Option<&Promotion> {
        if let Self::Usable(promotion) = self { Some(promotion) } else { None }
    }

    /// What to say beside the prices of this search.
    pub fn note(&self, query: &SearchQuery, airports: &Airports) -> Option<PromotionNote> {
        let useless =
            |why: &str| PromotionNote { counts: false, words: format!("{why} Prices are without it.") };
        let promotion = match self {
            Self::Nothing => return None,
            Self::Useless(why) => return Some(useless(why)),
            Self::Usable(promotion) => promotion,
        };
        let Promotion { code, discount, brands, travel, .. } = promotion;
        if !query.bounds().iter().all(|bound| travel.contains(bound.date)) {
            let words =
                format!("{code} is for flights that leave {}: other prices are without it.", within(travel));
            return Some(PromotionNote { counts: false, words });
        }
        let currency = currency(query, airports);
        if currency.is_some_and(|currency| !discount.counts_in(currency)) {
            let priced = currency.map_or("", Currency::code);
            let why = format!("{code} takes {}, and this trip is priced in {priced}.", discount.words());
            return Some(useless(&why));
        }
        let brands = match names(brands).as_slice() {
            [] => String::new(),
            names => format!("{} ", app::text::listed(names)),
        };
        let off = discount.words();
        let words =
            format!("{code}: {off} {brands}fares, taxes aside. Our own {brands}prices below are with it.");
        Some(PromotionNote { counts: true, words })
    }
}

/// In which a trip of these bounds is priced.
fn currency(query: &SearchQuery, airports: &Airports) -> Option<Currency> {
    let origin = query.bounds().first()?.origin;
    let airport = airports.get(*airports.expand(origin).first()?)?;
    Some(of_country(airport.country))
}

fn names(brands: &[FareBrand]) -> Vec<&'static str> {
    brands.iter().map(|brand| brand.name()).collect()
}

fn within(dates: &Dates) -> String {
    let day = |date: Date| date.strftime("%-d %B %Y").to_string();
    match (dates.from, dates.until) {
        (Some(from), Some(until)) => format!("from {} to {}", day(from), day(until)),
        (Some(from), None) => format!("from {} on", day(from)),
        (None, Some(until)) => format!("until {}", day(until)),
        (None, None) => "on any day".into(),
    }
}

fn day(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%-d %B %Y").to_string()
}
