//! What `/search?…` holds: the URL is the whole state of the results page, so that it can be kept, sent and gone back to.

use std::fmt::Write;

use domain::search::Sort;
use jiff::civil::Date;
use leptos_router::params::ParamsMap;

use crate::{AppError, answers::SearchRequest, filters::Filters};

/// A search as the URL has it, nothing checked yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchUrl {
    pub request: SearchRequest,
    pub one_way: bool,
    pub filters: Filters,
}

impl SearchUrl {
    /// Reads the query. The form sends its return date even where "one way" hides it: it is dropped here.
    pub fn read(query: &ParamsMap) -> Self {
        let field = |name| query.get(name).map(|text| text.trim().to_owned()).unwrap_or_default();
        let back = field("back");
        let one_way = match field("trip").as_str() {
            "oneway" => true,
            "return" => false,
            _ => back.is_empty(),
        };
        Self {
            request: SearchRequest {
                from: field("from"),
                to: field("to"),
                depart: field("depart"),
                back: if one_way { String::new() } else { back },
                adults: field("adults"),
                children: field("children"),
                infants: field("infants"),
                cabin: field("cabin"),
                sort: Sort::parse(&field("sort")).unwrap_or_default().as_str().to_owned(),
                outbound: field("outbound"),
            },
            one_way,
            filters: Filters::read(query),
        }
    }

    /// What can be told without asking anyone: a return has a day to return on.
    pub fn fault(&self) -> Option<AppError> {
        let missing = !self.one_way && self.request.back.is_empty();
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

    /// Moves the way out to another day, and the way back with it so far as nobody returns before leaving.
    pub fn leave_on(&mut self, date: Date) {
        let request = &mut self.request;
        request.depart = date.to_string();
        // ISO dates compare as text.
        if !request.back.is_empty() && request.back < request.depart {
            request.back.clone_from(&request.depart);
        }
    }

    /// What is asked for, by name and value, as the URL has it; filters aside.
    pub fn asked(&self) -> Vec<(&'static str, String)> {
        let request = &self.request;
        let named = [
            ("from", &request.from),
            ("to", &request.to),
            ("depart", &request.depart),
            ("back", &request.back),
            ("adults", &request.adults),
            ("children", &request.children),
            ("infants", &request.infants),
            ("cabin", &request.cabin),
            ("sort", &request.sort),
            ("outbound", &request.outbound),
        ];
        let trip = ("trip", if self.one_way { "oneway" } else { "return" }.to_owned());
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
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> SearchUrl {
        SearchUrl::read(&pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect())
    }

    #[test]
    fn one_way_drops_the_hidden_return_date() {
        let url = read(&[("trip", "oneway"), ("back", "2026-12-29")]);
        assert_eq!(url.request.back, "");
        assert_eq!(url.fault(), None);
    }

    #[test]
    fn a_return_without_its_day_is_told_so() {
        assert!(
            matches!(read(&[("trip", "return")]).fault(), Some(AppError::Invalid { field: Some(f), .. }) if f == "back")
        );
    }

    #[test]
    fn without_a_trip_the_return_date_decides() {
        assert!(read(&[("depart", "2026-12-22")]).one_way);
        assert!(!read(&[("depart", "2026-12-22"), ("back", "2026-12-29")]).one_way);
    }

    #[test]
    fn nobody_returns_before_leaving() {
        let mut url = read(&[("depart", "2026-12-22"), ("back", "2026-12-29")]);
        url.leave_on(jiff::civil::date(2026, 12, 24));
        assert_eq!((url.request.depart.as_str(), url.request.back.as_str()), ("2026-12-24", "2026-12-29"));
        url.leave_on(jiff::civil::date(2027, 1, 2));
        assert_eq!((url.request.depart.as_str(), url.request.back.as_str()), ("2027-01-02", "2027-01-02"));
        assert_eq!(url.month_href(), "/calendar?trip=return&depart=2027-01-02&back=2027-01-02&sort=best");
    }

    #[test]
    fn a_url_leads_back_to_its_search() {
        let url = read(&[("from", "Zürich (ZRH)"), ("to", "A&B"), ("depart", "2026-12-22"), ("direct", "1")]);
        let href = url.href();
        assert_eq!(
            href,
            "/search?trip=oneway&from=Z%C3%BCrich%20%28ZRH%29&to=A%26B&depart=2026-12-22&sort=best&stops=0"
        );
    }
}
