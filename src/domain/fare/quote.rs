use serde::{Deserialize, Serialize};

use super::{FareBasis, Why};
use crate::{
    airport::AirportCode,
    cabin::BookingClass,
    flight::FlightDesignator,
    money::{Currency, Money},
    traveller::TravellerKind,
};

/// A price, line by line; its total is the sum of its lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    pub currency: Currency,
    /// Adults first, then children, then infants; for each the fares, then what a promotion takes off them as a fare below
    /// nothing, then the taxes.
    pub lines: Vec<QuoteLine>,
    /// What one traveller of each kind pays, in minor units.
    pub per_traveller: Vec<(TravellerKind, i64)>,
    pub total: Money,
    /// The class of each departure, in order of travel; empty in quotes of before.
    #[serde(default)]
    pub classes: Vec<BookingClass>,
    /// Each fare of it, with what let it apply; empty in quotes of before.
    #[serde(default)]
    pub whys: Vec<Why>,
}

/// The fare that a line charges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineFare {
    pub basis: FareBasis,
    pub class: BookingClass,
}

/// A fare or a tax that each traveller of a kind pays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuoteLine {
    /// "Fare, BOS to LAX", "September 11 security fee".
    pub label: String,
    /// For one traveller.
    pub amount_minor: i64,
    /// Of this amount, what each bound brings about; empty where quotes of before do not say.
    #[serde(default)]
    pub bounds_minor: Vec<i64>,
    pub kind: LineKind,
    pub traveller_kind: TravellerKind,
    /// How many travellers pay it.
    pub quantity: u8,
    /// Which filed fare it is, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fare: Option<LineFare>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LineKind {
    Fare,
    /// With the code that tickets carry, such as `AY`.
    Tax(String),
}

impl QuoteLine {
    /// For all who pay it.
    pub fn total_minor(&self) -> i64 {
        self.amount_minor * i64::from(self.quantity)
    }
}

impl Quote {
    /// The only way to a quote: everything else follows from the lines.
    #[cfg(feature = "zones")]
    pub(super) fn of(
        currency: Currency,
        lines: Vec<QuoteLine>,
        classes: Vec<BookingClass>,
        whys: Vec<Why>,
    ) -> Self {
        let mut per_traveller: Vec<(TravellerKind, i64)> = Vec::new();
        for line in &lines {
            match per_traveller.iter_mut().find(|(kind, _)| *kind == line.traveller_kind) {
                Some((_, sum_minor)) => *sum_minor += line.amount_minor,
                None => per_traveller.push((line.traveller_kind, line.amount_minor)),
            }
        }
        let total = Money::new(lines.iter().map(QuoteLine::total_minor).sum(), currency);
        Self { currency, lines, per_traveller, total, classes, whys }
    }

    /// The fare basis that a leg of a flight is sold by, by the airport that it leaves.
    pub fn basis_of(&self, flight: FlightDesignator, origin: AirportCode) -> Option<FareBasis> {
        let covers =
            |why: &&Why| why.flights.contains(&flight) && (why.flights.len() > 1 || why.origin == origin);
        self.whys.iter().find(covers).map(|why| why.basis)
    }

    /// All fares, without taxes.
    pub fn fare_minor(&self) -> i64 {
        self.lines.iter().filter(|l| l.kind == LineKind::Fare).map(QuoteLine::total_minor).sum()
    }

    /// All taxes.
    pub fn tax_minor(&self) -> i64 {
        self.total.minor - self.fare_minor()
    }
}
