use domain::{search::SearchQuery, traveller::Party};
use jiff::civil::Date;

use crate::text;

/// Which of a trip's flights is being chosen, and the words for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stage {
    /// From 0.
    place: usize,
    count: usize,
    is_return: bool,
}

impl Stage {
    pub fn new(query: &SearchQuery, place: usize) -> Self {
        Self { place, count: query.bounds().len(), is_return: query.is_return() }
    }

    /// "outbound", "flight 2".
    pub fn name_of(self, place: usize) -> String {
        if self.is_return { "outbound".to_owned() } else { format!("flight {}", place + 1) }
    }

    /// What the price on a card is of, while more is to be chosen.
    pub fn price_of(self) -> String {
        match self.place {
            _ if self.is_return => "outbound from".to_owned(),
            0 => "flight 1 from".to_owned(),
            place => format!("flights 1 to {} from", place + 1),
        }
    }

    /// What leads on from a card.
    pub fn next(self) -> String {
        if self.is_return {
            "Choose a return".to_owned()
        } else {
            format!("Choose flight {}", self.place + 2)
        }
    }

    /// "Tuesday 22 December 2026. Times are local to each airport. Prices for 2 adults, taxes included."
    pub fn conditions(self, date: Date, party: Party) -> String {
        let Self { place, count, is_return } = self;
        let number = place + 1;
        let is_last = number == count;
        let (what, then) = match (is_return, is_last) {
            _ if count == 1 => (String::new(), ""),
            (true, false) => (" for the outbound alone".into(), "; the return is added in the next step"),
            (true, true) => (" both ways".into(), ""),
            (false, true) => (format!(" for all {count} flights"), ""),
            (false, false) if place == 0 => {
                (" for this flight alone".into(), "; the others are added as you choose them")
            }
            (false, false) => {
                (format!(" for flights 1 to {number}"), "; the others are added as you choose them")
            }
        };
        let which =
            if count > 1 && !is_return { format!("Flight {number} of {count}, ") } else { String::new() };
        format!(
            "{which}{}. Times are local to each airport. Prices for {}{what}, taxes included{then}.",
            text::long_date(date),
            party.describe()
        )
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        airport::AirportCode,
        cabin::Cabin,
        search::{Bound, SearchQuery},
        traveller::Party,
    };
    use jiff::civil::{Date, date};

    use super::Stage;

    const DAY: Date = date(2026, 12, 22);

    fn said(routes: &[&str], place: usize) -> String {
        let code = |text: &str| AirportCode::parse(text).unwrap();
        let bound = |route: &&str| {
            let (origin, destination) = (code(&route[..3]), code(&route[4..]));
            Bound { origin, destination, date: DAY }
        };
        let party = Party::new(2, 0, 0).unwrap();
        let query = SearchQuery::new(routes.iter().map(bound).collect(), party, Cabin::Economy).unwrap();
        Stage::new(&query, place).conditions(DAY, party)
    }

    #[test]
    fn a_price_says_which_flights_it_is_of() {
        let day = "Tuesday 22 December 2026. Times are local to each airport. Prices for 2 adults";
        let three = ["BOS-LAX", "SFO-JFK", "JFK-BOS"];
        let back = ["BOS-LAX", "LAX-BOS"];
        assert_eq!(said(&three[..1], 0), format!("{day}, taxes included."));
        let out =
            format!("{day} for the outbound alone, taxes included; the return is added in the next step.");
        assert_eq!(said(&back, 0), out);
        assert_eq!(said(&back, 1), format!("{day} both ways, taxes included."));
        let so_far = "for flights 1 to 2, taxes included; the others are added as you choose them.";
        assert_eq!(said(&three, 1), format!("Flight 2 of 3, {day} {so_far}"));
        assert_eq!(said(&three, 2), format!("Flight 3 of 3, {day} for all 3 flights, taxes included."));
    }
}
