//! From what people type to the airport or city they mean.

use std::collections::HashSet;

use super::{
    Airports,
    city::City,
    entry::Entry,
    fold::{edits, fold},
};
use crate::airport::{AirportCode, Place, PlaceError};

/// The most places that an error offers.
const OFFERED: usize = 4;

/// How well a typed text fits; the first fits best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Code,
    WholeCity,
    CityPrefix,
    NameWords,
}

impl Airports {
    /// Reads what people type for a place: a code (`BOS`), a city (`Boston`, `new york`), both (`Boston (BOS)`), or
    /// words that only one airport has (`heathrow`). A city with several airports is its city code, where it has one
    /// of its own.
    ///
    /// # Errors
    /// See [`PlaceError`]; each carries what to offer instead.
    pub fn resolve(&self, text: &str) -> Result<AirportCode, PlaceError> {
        self.resolve_served(text, |_| true)
    }

    /// Like [`Self::resolve`]; places that are served go before those that are not, so that `Newark` is not the one in
    /// Ohio while only New Jersey's has flights. A code is always taken at its word.
    ///
    /// # Errors
    /// See [`PlaceError`]; the nearest that it offers are served.
    pub fn resolve_served(
        &self,
        text: &str,
        served: impl Fn(AirportCode) -> bool,
    ) -> Result<AirportCode, PlaceError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(PlaceError::Empty);
        }
        let typed = text.strip_suffix(')').and_then(|t| t.rsplit_once('(')).map_or(text, |(_, code)| code);
        if let Some(code) = AirportCode::parse(typed).ok().filter(|c| self.knows(*c)) {
            return Ok(code);
        }
        let query = fold(text);
        let (named, worded) = (self.named(&query), self.worded(&query));
        let only_served = |codes: &[AirportCode]| -> Vec<AirportCode> {
            codes.iter().copied().filter(|c| self.expand(*c).into_iter().any(&served)).collect()
        };
        match [only_served(&named), only_served(&worded), named, worded]
            .into_iter()
            .find(|c| !c.is_empty())
            .as_deref()
        {
            None => Err(PlaceError::Unknown { text: text.to_owned(), nearest: self.nearest(&query, served) }),
            Some([code]) => Ok(*code),
            Some(several) => {
                let choices = several.iter().filter_map(|c| self.place(*c)).take(OFFERED).collect();
                Err(PlaceError::Ambiguous { text: text.to_owned(), choices })
            }
        }
    }

    /// What a search box offers for a text as it is typed: those whose code or whose city's code it is, then cities
    /// that begin with it, then airports of whose city, name, country and codes each typed word begins a word. A city stands
    /// before its airports, and only where at least two of them are served. Without a text there is nothing to offer.
    pub fn suggest(&self, text: &str, served: impl Fn(AirportCode) -> bool, limit: usize) -> Vec<Place> {
        let query = fold(text);
        if query.is_empty() {
            return Vec::new();
        }
        let mut found: Vec<_> = self
            .entries
            .iter()
            .filter(|e| served(e.airport.code))
            .filter_map(|e| Some((self.fit(e, &query)?, self.group(e), e.airport.code)))
            .collect();
        found.sort_by(|(a_fit, a_group, a), (b_fit, b_group, b)| {
            let a_city = self.entry(*a).map(|e| e.city_folded != a_group.0);
            let b_city = self.entry(*b).map(|e| e.city_folded != b_group.0);
            (a_fit, a_group, a_city, a).cmp(&(b_fit, b_group, b_city, b))
        });
        let mut offered = HashSet::new();
        let mut places = Vec::new();
        for (fit, (_, group), code) in found {
            let shared = self.cities.get(&group).filter(|_| self.is_city(group));
            let several = shared.is_some_and(|c| c.airports.iter().filter(|a| served(**a)).count() > 1);
            if several && fit != Fit::NameWords && offered.insert(group) {
                places.extend(self.place(group));
            }
            if offered.insert(code) {
                places.extend(self.place(code));
            }
            if places.len() >= limit {
                break;
            }
        }
        places.truncate(limit);
        places
    }

    /// How a code is shown; none for a code unknown here.
    pub fn place(&self, code: AirportCode) -> Option<Place> {
        if let Some(airport) = self.get(code) {
            let detail = format!("{}, {}", airport.name, airport.country);
            return Some(Place { code, name: airport.city.clone(), detail });
        }
        let City { name, country, airports, .. } = self.cities.get(&code)?;
        let codes: Vec<&str> = airports.iter().map(AirportCode::as_str).collect();
        let detail = format!("{}, {country}", codes.join(" "));
        Some(Place { code, name: format!("{name}, all airports"), detail })
    }

    fn knows(&self, code: AirportCode) -> bool {
        self.by_code.contains_key(&code) || self.cities.contains_key(&code)
    }

    /// Whether the code is a city's alone, and not an airport's too.
    fn is_city(&self, code: AirportCode) -> bool {
        self.cities.contains_key(&code) && !self.by_code.contains_key(&code)
    }

    fn city(&self, entry: &Entry) -> Option<&City> {
        self.cities.get(&entry.airport.city_code?)
    }

    /// What stands together in a list: a city's airports by its name and code, or an airport by its own.
    fn group<'a>(&'a self, entry: &'a Entry) -> (&'a str, AirportCode) {
        let name = self.city(entry).map_or(entry.city_folded.as_str(), |c| c.folded.as_str());
        (name, entry.airport.city_code.unwrap_or(entry.airport.code))
    }

    fn fit(&self, entry: &Entry, query: &str) -> Option<Fit> {
        let airport = &entry.airport;
        let is = |code: AirportCode| code.as_str().eq_ignore_ascii_case(query);
        let cities = [Some(entry.city_folded.as_str()), self.city(entry).map(|c| c.folded.as_str())];
        let mut cities = cities.into_iter().flatten();
        if is(airport.code) || airport.city_code.is_some_and(is) {
            Some(Fit::Code)
        } else if cities.clone().any(|c| c == query) {
            Some(Fit::WholeCity)
        } else if cities.any(|c| c.starts_with(query)) {
            Some(Fit::CityPrefix)
        } else {
            begins_words(&entry.words_folded, query).then_some(Fit::NameWords)
        }
    }

    /// The places whose city has exactly that name; a city with several airports goes before lone ones of its name.
    fn named(&self, query: &str) -> Vec<AirportCode> {
        let mut codes =
            self.codes(|e| e.city_folded == query || self.city(e).is_some_and(|c| c.folded == query));
        if codes.iter().any(|c| self.is_city(*c)) {
            codes.retain(|c| self.is_city(*c));
        }
        codes
    }

    /// The places of which each typed word begins a word.
    fn worded(&self, query: &str) -> Vec<AirportCode> {
        // Shorter texts begin too many words to mean one of them.
        let tells = query.chars().count() >= 4;
        if tells { self.codes(|e| begins_words(&e.words_folded, query)) } else { Vec::new() }
    }

    /// The airports that fit; where all airports of a city do, the city instead.
    fn codes(&self, fits: impl Fn(&Entry) -> bool) -> Vec<AirportCode> {
        let airports: Vec<&Entry> = self.entries.iter().filter(|e| fits(e)).collect();
        let fit: HashSet<AirportCode> = airports.iter().map(|e| e.airport.code).collect();
        let mut codes = Vec::new();
        for entry in airports {
            let whole = self.city(entry).zip(entry.airport.city_code).filter(|(city, code)| {
                self.is_city(*code)
                    && city.airports.len() > 1
                    && city.airports.iter().all(|a| fit.contains(a))
            });
            let code = whole.map_or(entry.airport.code, |(_, code)| code);
            if !codes.contains(&code) {
                codes.push(code);
            }
        }
        codes
    }

    /// Served places that begin like the text or are a slip or two away from it.
    fn nearest(&self, query: &str, served: impl Fn(AirportCode) -> bool) -> Vec<Place> {
        let allowed = (query.chars().count() / 3).min(2);
        let mut close: Vec<(usize, &str, AirportCode)> = self
            .entries
            .iter()
            .filter(|e| served(e.airport.code))
            .map(|e| {
                let (name, code) = self.group(e);
                let several = self.city(e).is_some_and(|c| c.airports.len() > 1) && self.is_city(code);
                let code = if several { code } else { e.airport.code };
                (edits(query, &e.city_folded).min(edits(query, name)), name, code)
            })
            .filter(|(edits, ..)| *edits <= allowed)
            .collect();
        close.sort_unstable();
        let mut codes: Vec<AirportCode> = Vec::new();
        for (.., code) in close {
            if !codes.contains(&code) {
                codes.push(code);
            }
        }
        codes.into_iter().filter_map(|c| self.place(c)).take(OFFERED).collect()
    }
}

fn begins_words(words: &str, query: &str) -> bool {
    query.split(' ').all(|typed| words.split(' ').any(|word| word.starts_with(typed)))
}

#[cfg(test)]
mod tests;
