use serde::{Deserialize, Serialize};

use crate::{
    money::{Currency, Money},
    traveller::TravellerKind,
};

/// The most that a code takes off a fare, in hundredths: something is left to pay, and a card to charge.
pub const MOST_PERCENT: u8 = 90;

/// What is taken off each traveller's fares; taxes are owed to others and stay, but those that grow with the fare shrink
/// with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Discount {
    /// Hundredths of the fares, 1 to [`MOST_PERCENT`].
    #[serde(rename = "p")]
    Percent(u8),
    /// For each traveller with a seat, on trips that are priced in this currency; at most [`MOST_PERCENT`] of the fares.
    #[serde(rename = "m")]
    Each(Money),
}

impl Discount {
    /// Off one traveller's fares of all bounds together, in minor units; half a unit is rounded up.
    pub fn off_minor(self, kind: TravellerKind, fares_minor: i64, currency: Currency) -> i64 {
        let hundredths = |percent: u8| (fares_minor * i64::from(percent.min(MOST_PERCENT)) + 50) / 100;
        match self {
            Self::Percent(percent) => hundredths(percent),
            Self::Each(money) if self.counts_in(currency) && kind.takes_seat() => {
                money.minor.clamp(0, hundredths(MOST_PERCENT))
            }
            Self::Each(_) => 0,
        }
    }

    /// Whether it takes anything off a trip that is priced in that currency.
    pub fn counts_in(self, currency: Currency) -> bool {
        match self {
            Self::Percent(_) => true,
            Self::Each(money) => money.currency == currency,
        }
    }

    /// "20% off", "$30 off".
    pub fn words(self) -> String {
        match self {
            Self::Percent(percent) => format!("{percent}% off"),
            Self::Each(money) => format!("{} off", money.short()),
        }
    }
}
