use super::{Features, Seat};
use crate::{
    fare::FareBrand,
    money::{Currency, Money},
};

/// What a seat costs on top of the fare, and why. Every brand includes the choice of a seat today: a hold's total is frozen
/// when its offer is chosen, before anyone picks, so that no pick may change it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeatPrice {
    pub amount: Money,
    /// As a sentence.
    pub because: String,
}

impl SeatPrice {
    pub fn of(seat: &Seat, brand: FareBrand, currency: Currency) -> Self {
        let what = match seat {
            _ if seat.features.contains(Features::EXIT_ROW) => "A seat in an exit row",
            _ if seat.features.contains(Features::EXTRA_LEGROOM) => "A seat with extra legroom",
            _ => "Your choice of seat",
        };
        Self { amount: Money::new(0, currency), because: format!("{what} is included in {}.", brand.name()) }
    }

    /// In a word: "included", or the amount.
    pub fn in_short(&self) -> String {
        if self.amount.minor == 0 { "included".to_owned() } else { self.amount.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::SeatPrice;
    use crate::{
        cabin::{Configuration, Layout, SeatNumber},
        fare::FareBrand,
        money::Currency,
        schedule::AircraftCode,
    };

    #[test]
    fn every_seat_is_included_in_every_fare_and_says_so() {
        let a320 =
            Layout::of(&AircraftCode::parse("320").unwrap(), &Configuration::parse("F12Y138").unwrap());
        let price = |text, brand| {
            let seat = a320.seat(SeatNumber::parse(text).unwrap()).unwrap();
            SeatPrice::of(seat, brand, Currency::Usd)
        };
        for brand in FareBrand::ALL {
            assert!(brand.terms().seat_choice);
            assert_eq!(price("14C", brand).in_short(), "included");
        }
        assert_eq!(price("16A", FareBrand::Basic).because, "A seat in an exit row is included in Basic.");
    }
}
