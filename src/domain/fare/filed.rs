use super::{
    FareBasis, FareBrand,
    exchange::{convert, round_fare},
    rules::Rules,
};
use crate::{
    airport::AirportCode,
    cabin::BookingClass,
    carrier::CarrierCode,
    money::{Currency, Money},
};

/// A fare as an airline files it: an amount for a market, a class and a brand, and what it asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FiledFare {
    /// An airport or a city, as is the other.
    pub origin: AirportCode,
    pub destination: AirportCode,
    /// Whose flights it covers, all of them; none: anybody's.
    pub carrier: Option<CarrierCode>,
    pub class: BookingClass,
    pub basis: FareBasis,
    pub brand: FareBrand,
    pub covers: Covers,
    /// For an adult.
    pub amount: Money,
    /// Of the adult's amount.
    pub child_percent: u8,
    pub infant_percent: u8,
    pub rules: Rules,
}

/// What a fare pays for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Covers {
    /// A whole bound with all its connections: a through fare.
    Bound,
    /// A single leg: a sector fare, to which those of other legs are added.
    Leg,
    Either,
}

impl FiledFare {
    /// What an adult, a child and an infant pay in a currency, in minor units. Children and infants pay their share of
    /// the filed amount rounded up to its unit; what is not sold as filed is rounded up to the other currency's.
    pub fn each_minor(&self, currency: Currency) -> [i64; 3] {
        let filed_minor = self.amount.minor;
        let share = |percent: u8| round_fare((filed_minor * i64::from(percent) + 99) / 100);
        [filed_minor, share(self.child_percent), share(self.infant_percent)].map(|minor| {
            if self.amount.currency == currency {
                minor
            } else {
                round_fare(convert(minor, self.amount.currency, currency))
            }
        })
    }
}

impl Covers {
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "through" => Some(Self::Bound),
            "sector" => Some(Self::Leg),
            "either" => Some(Self::Either),
            _ => None,
        }
    }

    /// Whether a fare can pay for flights that are asked of it: `Either` asks for a bound of one leg.
    pub fn fits(self, asked: Self) -> bool {
        self == asked || self == Self::Either || asked == Self::Either
    }
}
