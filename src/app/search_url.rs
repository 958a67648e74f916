//! What `/search?…` holds: the URL is the whole state of the results page, so that it can be kept, sent and gone back to.

use std::fmt::Write;

use domain::search::{
    MOST_BOUNDS, Sort,
    form::{CHOSEN, DEPART, FROM, TO},
};
use jiff::civil::Date;
use leptos_router::params::ParamsMap;

use crate::{
    AppError,
    answers::{BoundEntry, SearchRequest},
    filters::Filters,
};

/// What kind of trip is searched for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TripKind {
    #[default]
    Return,
    OneWay,
    /// Bound by bound, each with places and a day of its own.
    Multi,
}

impl TripKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Return => "return",
            Self::OneWay => "oneway",
            Self::Multi => "multi",
        }
    }
}

/// A search as the URL has it, nothing checked yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchUrl {
    pub request: SearchRequest,
    pub trip: TripKind,
    pub filters: Filters,
}

impl SearchUrl {
    /// Reads the query. The form sends what it hides as well, such as a return date of a one-way trip: it is dropped here.
    pub fn read(query: &ParamsMap) -> Self {
        let field = |name: &str| query.get(name).map(|text| text.trim().to_owned()).unwrap_or_default();
        let back = field("back");
        let trip = match field("trip").as_str() {
            "oneway" => TripKind::OneWay,
            "return" => TripKind::Return,
            "multi" => TripKind::Multi,
            _ if back.is_empty() => TripKind::OneWay,
            _ => TripKind::Return,
        };
        // One row more than a trip may have, so that it is refused and not left out unsaid.
        let rows = (2..=MOST_BOUNDS + 1).map(|number| BoundEntry {
            from: field(&format!("from{number}")),
            to: field(&format!("to{number}")),
            depart: field(&format!("depart{number}")),
        });
        let mut more: Vec<BoundEntry> = if trip == TripKind::Multi { rows.collect() } else { Vec::new() };
        let filled = more.iter().rposition(|row| !row.is_empty()).map_or(0, |last| last + 1);
        more.truncate(filled);
        // `outbound` is what links of before have.
        let first = Some(field(CHOSEN[0])).filter(|key| !key.is_empty()).unwrap_or_else(|| field("outbound"));
        let chosen = std::iter::once(first).chain(CHOSEN[1..].iter().map(|name| field(name)));
        Self {
            request: SearchRequest {
                from: field("from"),
                to: field("to"),
                depart: field("depart"),
                back: if trip == TripKind::Return { back } else { String::new() },
                more,
                adults: field("adults"),
                children: field("children"),
                infants: field("infants"),
                cabin: field("cabin"),
                promo: field("promo"),
                sort: Sort::parse(&field("sort")).unwrap_or_default().as_str().to_owned(),
                chosen: chosen.take_while(|key| !key.is_empty()).collect(),
            },
            trip,
            filters: Filters::read(query),
        }
    }

    /// What can be told without asking anyone: a return has a day to return on.
    pub fn fault(&self) -> Option<AppError> {
        let missing = self.trip == TripKind::Return && self.request.back.is_empty();
        missing.then(|| AppError::invalid("back", "Choose the day you fly back, or search one way."))
    }

    /// The page of this search.
    pub fn href(&self) -> String {
        format!("/search?{}", self.query())
    }

    /// The prices of the month in which it leaves.
    pub fn month_href(&self) -> String {
        format!("/calendar?{}", self.query())
    }

    /// Moves a bound to another day, and those after it so far as nobody flies on before that.
    pub fn fly_on(&mut self, bound: usize, date: Date) {
        let date = date.to_string();
        for (place, day) in self.days().enumerate() {
            // ISO dates compare as text; days that are not chosen yet stay so.
            if place == bound || (place > bound && !day.is_empty() && *day < date) {
                day.clone_from(&date);
            }
        }
    }

    /// The days of all bounds, in order.
    pub fn days(&mut self) -> impl Iterator<Item = &mut String> {
        let SearchRequest { depart, back, more, .. } = &mut self.request;
        let back = (self.trip == TripKind::Return).then_some(back);
        std::iter::once(depart).chain(back).chain(more.iter_mut().map(|row| &mut row.depart))
    }

    /// What is asked for, by name and value, as the URL has it; filters aside.
    pub fn asked(&self) -> Vec<(&'static str, String)> {
        let request = &self.request;
        let mut named = vec![("from", &request.from), ("to", &request.to), ("depart", &request.depart)];
        for (row, number) in request.more.iter().zip(1..MOST_BOUNDS) {
            named.extend([(FROM[number], &row.from), (TO[number], &row.to), (DEPART[number], &row.depart)]);
        }
        named.extend([
            ("back", &request.back),
            ("adults", &request.adults),
            ("children", &request.children),
            ("infants", &request.infants),
            ("cabin", &request.cabin),
            ("promo", &request.promo),
            ("sort", &request.sort),
        ]);
        named.extend(CHOSEN.into_iter().zip(&request.chosen));
        let trip = ("trip", self.trip.as_str().to_owned());
        let given = named.into_iter().filter(|(_, value)| !value.is_empty());
        std::iter::once(trip).chain(given.map(|(name, value)| (name, value.clone()))).collect()
    }

    fn query(&self) -> String {
        let pairs = self.asked().into_iter().chain(self.filters.pairs());
        let pairs: Vec<String> = pairs.map(|(name, value)| format!("{name}={}", encoded(&value))).collect();
        pairs.join("&")
    }

    /// The page of this search with something changed.
    pub fn href_with(&self, change: impl FnOnce(&mut Self)) -> String {
        let mut changed = self.clone();
        change(&mut changed);
        changed.href()
    }
}

/// Percent-encodes all but the unreserved characters (RFC 3986, 2.3).
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

#[cfg(test)]
mod tests;
