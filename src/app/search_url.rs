//! What `/search?…` holds: the URL is the whole state of the results page, so that it can be kept, sent and gone back to.

use std::fmt::Write;

use domain::search::Sort;
use leptos_router::params::ParamsMap;

use crate::{AppError, answers::SearchRequest};

/// A search as the URL has it, nothing checked yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchUrl {
    pub request: SearchRequest,
    pub one_way: bool,
    /// Shows ways to fly with at most so many stops alone.
    pub most_stops: Option<u8>,
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
            // The form has a box for direct flights alone, `direct=1`; the links have `stops`.
            most_stops: if field("direct") == "1" { Some(0) } else { field("stops").parse().ok() },
        }
    }

    /// What can be told without asking anyone: a return has a day to return on.
    pub fn fault(&self) -> Option<AppError> {
        let missing = !self.one_way && self.request.back.is_empty();
        missing.then(|| AppError::invalid("back", "Choose the day you fly back, or search one way."))
    }

    /// Whether ways to fly with so many stops are shown.
    pub fn shows(&self, stops: usize) -> bool {
        self.most_stops.is_none_or(|most| stops <= usize::from(most))
    }

    /// The page of this search.
    pub fn href(&self) -> String {
        let request = &self.request;
        let mut href = format!("/search?trip={}", if self.one_way { "oneway" } else { "return" });
        for (name, value) in [
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
        ] {
            if !value.is_empty() {
                let _ = write!(href, "&{name}={}", encoded(value));
            }
        }
        if let Some(stops) = self.most_stops {
            let _ = write!(href, "&stops={stops}");
        }
        href
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
    fn only_a_number_of_stops_is_a_limit() {
        let most = |pairs| read(pairs).most_stops;
        assert_eq!(most(&[("stops", "1")]), Some(1));
        assert_eq!(most(&[("stops", "-1")]), None);
        assert_eq!(most(&[("stops", "1"), ("direct", "1")]), Some(0));
        assert_eq!(most(&[]), None);
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
