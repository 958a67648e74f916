//! Why a price is what it is, in figures and in sentences.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{FareBasis, rules::Dates};
use crate::{
    airport::AirportCode,
    cabin::BookingClass,
    carrier::CarrierCode,
    flight::FlightDesignator,
    money::{Currency, Money},
    schedule::OperatingDays,
};

/// The most dearer-to-miss fares that one answer tells of.
pub const MOST_PASSED_OVER: usize = 6;

/// One filed fare of a price: what it covers, what let it apply, and which cheaper ones did not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    /// The place of its bound in the trip.
    pub bound: u8,
    /// The flights that it covers, from where to where.
    pub flights: Vec<FlightDesignator>,
    pub origin: AirportCode,
    pub destination: AirportCode,
    /// Between which places it is filed: airports or cities.
    pub market: (AirportCode, AirportCode),
    /// Whose flights it is filed for; none: everyone's.
    pub carrier: Option<CarrierCode>,
    pub basis: FareBasis,
    pub class: BookingClass,
    /// An adult's fare as filed.
    pub filed: Money,
    /// The same in the currency of the price.
    pub adult_minor: i64,
    pub met: Vec<Met>,
    /// Fares that would have cost everyone less, cheapest first.
    pub passed_over: Vec<PassedOver>,
}

/// A cheaper fare that does not apply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassedOver {
    pub origin: AirportCode,
    pub destination: AirportCode,
    pub basis: FareBasis,
    pub class: BookingClass,
    pub adult_minor: i64,
    pub why: NotMet,
}

/// A rule of a fare that is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Met {
    Sold {
        bought: Date,
        sold: Dates,
    },
    Flown {
        departs: Date,
        travel: Dates,
    },
    BoughtAhead {
        days_ahead: i32,
        asks: u16,
    },
    Day {
        departs: Date,
        days: OperatingDays,
    },
    Stays {
        nights: i32,
        asks: u16,
        saturday: bool,
    },
    /// `left` are the places left in the class on the fullest of its flights; the most that it can be where none were
    /// counted.
    Open {
        class: BookingClass,
        left: u16,
        seats: u16,
    },
}

/// A rule of a fare that is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotMet {
    NotSold { bought: Date, sold: Dates },
    NotFlown { departs: Date, travel: Dates },
    BoughtLate { days_ahead: i32, asks: u16 },
    WrongDay { departs: Date, days: OperatingDays },
    NoReturn,
    StaysShort { nights: i32, asks: u16 },
    NoSaturdayNight,
    Closed { class: BookingClass, flight: FlightDesignator, left: u16, seats: u16 },
}

impl Why {
    /// "K14B, BOS to LAX, class K".
    pub fn title(&self) -> String {
        format!("{}, {} to {}, class {}", self.basis, self.origin, self.destination, self.class)
    }

    /// Which filing gave the amount, then each rule that let it apply, then each cheaper fare with what forbids it.
    pub fn sentences(&self, currency: Currency) -> Vec<String> {
        let (from, to) = self.market;
        let whose = self.carrier.map_or_else(|| "any airline".to_owned(), |carrier| carrier.to_string());
        let sold = if self.filed.currency == currency {
            String::new()
        } else {
            format!(", which is {}", Money::new(self.adult_minor, currency))
        };
        let flights: Vec<String> = self.flights.iter().map(FlightDesignator::spaced).collect();
        let filed = format!(
            "Fare {} is filed for {from}–{to} on {whose} at {}{sold}, and covers {}.",
            self.basis,
            self.filed,
            flights.join(" and ")
        );
        let met = self.met.iter().map(Met::sentence);
        let passed = self.passed_over.iter().map(|fare| fare.sentence(currency));
        std::iter::once(filed).chain(met).chain(passed).collect()
    }
}

impl PassedOver {
    pub fn sentence(&self, currency: Currency) -> String {
        let Self { origin, destination, basis, adult_minor, why, .. } = self;
        let amount = Money::new(*adult_minor, currency);
        format!("Not {basis} for {origin}–{destination} at {amount}: {}.", why.phrase())
    }
}

impl Met {
    pub fn sentence(&self) -> String {
        match self {
            Self::Sold { bought, sold } => format!("Bought on {}; it is sold {}.", day(*bought), dates(sold)),
            Self::Flown { departs, travel } => {
                format!("Leaves on {}; it is for flights {}.", day(*departs), dates(travel))
            }
            Self::BoughtAhead { days_ahead, asks } => {
                format!("Bought {} ahead; it asks for {asks}.", days_of(*days_ahead))
            }
            Self::Day { departs, days } => {
                format!("Leaves on a {}; it is for {}.", departs.strftime("%A"), weekdays(*days))
            }
            Self::Stays { nights, asks, saturday } => {
                let saturday = if *saturday { ", with a Saturday night" } else { "" };
                format!("Stays {}; it asks for {asks}{saturday}.", nights_of(*nights))
            }
            Self::Open { class, left: u16::MAX, .. } => format!("Class {class} is open."),
            Self::Open { class, left, seats } => {
                format!("Class {class} is open: {left} left for {seats}.")
            }
        }
    }
}

impl NotMet {
    /// Goes on where a sentence names the fare.
    pub fn phrase(&self) -> String {
        match self {
            Self::NotSold { bought, sold } => format!("bought on {}, but sold {}", day(*bought), dates(sold)),
            Self::NotFlown { departs, travel } => {
                format!("leaves on {}, but is for flights {}", day(*departs), dates(travel))
            }
            Self::BoughtLate { days_ahead, asks } => {
                format!("bought {} ahead, asks for {asks}", days_of(*days_ahead))
            }
            Self::WrongDay { departs, days } => {
                format!("leaves on a {}, but is for {}", departs.strftime("%A"), weekdays(*days))
            }
            Self::NoReturn => "for a return alone".to_owned(),
            Self::StaysShort { nights, asks } => format!("stays {}, asks for {asks}", nights_of(*nights)),
            Self::NoSaturdayNight => "asks for a Saturday night away".to_owned(),
            Self::Closed { class, flight, left: 0, .. } => {
                format!("class {class} is closed on {}", flight.spaced())
            }
            Self::Closed { class, flight, left, seats } => {
                format!("class {class} is closed: only {left} left on {} for {seats}", flight.spaced())
            }
        }
    }
}

fn day(date: Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}

fn dates(dates: &Dates) -> String {
    match (dates.from, dates.until) {
        (Some(from), Some(until)) => format!("from {} to {}", day(from), day(until)),
        (Some(from), None) => format!("from {}", day(from)),
        (None, Some(until)) => format!("until {}", day(until)),
        (None, None) => "always".to_owned(),
    }
}

fn days_of(days: i32) -> String {
    if days == 1 { "1 day".to_owned() } else { format!("{days} days") }
}

fn nights_of(nights: i32) -> String {
    if nights == 1 { "1 night".to_owned() } else { format!("{nights} nights") }
}

/// "Tuesdays, Wednesdays and Saturdays".
fn weekdays(days: OperatingDays) -> String {
    const NAMES: [&str; 7] =
        ["Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays"];
    let names: Vec<&str> = NAMES
        .into_iter()
        .enumerate()
        .filter(|(day, _)| days.bits() >> day & 1 == 1)
        .map(|(_, name)| name)
        .collect();
    match names.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        _ => names.concat(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::{Met, NotMet};
    use crate::{cabin::BookingClass, schedule::OperatingDays};

    #[test]
    fn rules_speak_in_sentences() {
        let class = BookingClass::parse("K").unwrap();
        assert_eq!(
            Met::BoughtAhead { days_ahead: 22, asks: 14 }.sentence(),
            "Bought 22 days ahead; it asks for 14."
        );
        let flight = "B6523".parse().unwrap();
        assert_eq!(
            NotMet::Closed { class, flight, left: 2, seats: 3 }.phrase(),
            "class K is closed: only 2 left on B6 523 for 3"
        );
        let days = OperatingDays::from_bits(0b10_0110);
        assert_eq!(
            NotMet::WrongDay { departs: date(2026, 12, 21), days }.phrase(),
            "leaves on a Monday, but is for Tuesdays, Wednesdays and Saturdays"
        );
    }
}
