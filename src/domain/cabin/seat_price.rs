use super::{Cabin, Features, Seat};
use crate::{
    fare::{FareBrand, exchange},
    money::{Currency, Money},
};

/// What extra legroom costs on a flight, in US cents; other currencies by the table of fares, rounded as fares are.
const EXTRA_LEGROOM_CENTS: i64 = 3900;

/// What a seat costs whoever chooses it on top of the fare, and why. Most cost nothing; extra legroom in economy does, but
/// for Flex. A seat that is given, and not chosen, costs nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeatPrice {
    pub amount: Money,
    /// As a sentence.
    pub because: String,
}

impl SeatPrice {
    /// Of a seat in the cabin that was booked.
    pub fn of(seat: &Seat, cabin: Cabin, brand: FareBrand, currency: Currency) -> Self {
        let has = |feature| seat.features.contains(feature);
        let what = match () {
            () if has(Features::EXIT_ROW) => "A seat in an exit row",
            () if has(Features::EXTRA_LEGROOM) => "A seat with extra legroom",
            () => "Your choice of seat",
        };
        let amount = Money::new(Self::minor(seat, cabin, brand, currency), currency);
        let because = if amount.minor > 0 {
            format!("{what} costs {amount} beside a {} fare.", brand.name())
        } else if has(Features::EXTRA_LEGROOM) && has(Features::ACCESSIBLE) {
            // 14 CFR 382.31: nothing is charged for what people with a disability are entitled to.
            "An accessible seat costs nothing.".to_owned()
        } else {
            format!(
                "{what} is included in {}.",
                if cabin == Cabin::Economy { brand.name() } else { cabin.name() }
            )
        };
        Self { amount, because }
    }

    /// Whether it costs anything.
    pub fn is_charged(seat: &Seat, cabin: Cabin, brand: FareBrand) -> bool {
        seat.features.contains(Features::EXTRA_LEGROOM)
            && !seat.features.contains(Features::ACCESSIBLE)
            && !brand.includes_legroom(cabin)
    }

    /// The amount alone, in minor units.
    pub fn minor(seat: &Seat, cabin: Cabin, brand: FareBrand, currency: Currency) -> i64 {
        if Self::is_charged(seat, cabin, brand) { Self::extra_legroom(currency).minor } else { 0 }
    }

    /// What extra legroom costs where it is not included.
    pub fn extra_legroom(currency: Currency) -> Money {
        Money::new(
            exchange::round_fare(exchange::convert(EXTRA_LEGROOM_CENTS, Currency::Usd, currency)),
            currency,
        )
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
        cabin::{Cabin, Configuration, Features, Layout, Seat, SeatNumber},
        fare::FareBrand,
        money::Currency,
        schedule::AircraftCode,
    };

    fn price(text: &str, brand: FareBrand, currency: Currency) -> SeatPrice {
        let a320 =
            Layout::of(&AircraftCode::parse("320").unwrap(), &Configuration::parse("F12Y138").unwrap());
        let seat = SeatNumber::parse(text).unwrap();
        SeatPrice::of(a320.seat(seat).unwrap(), a320.cabin_of(seat).unwrap(), brand, currency)
    }

    #[test]
    fn an_ordinary_seat_is_included_in_every_fare_and_says_so() {
        for brand in FareBrand::ALL {
            assert!(brand.terms().seat_choice);
            assert_eq!(price("14C", brand, Currency::Usd).in_short(), "included");
        }
        let because = price("14C", FareBrand::Basic, Currency::Usd).because;
        assert_eq!(because, "Your choice of seat is included in Basic.");
    }

    #[test]
    fn extra_legroom_costs_something_but_for_flex() {
        let basic = price("16A", FareBrand::Basic, Currency::Usd);
        assert_eq!(basic.in_short(), "$39.00");
        assert_eq!(basic.because, "A seat in an exit row costs $39.00 beside a Basic fare.");
        assert_eq!(price("7B", FareBrand::Standard, Currency::Eur).in_short(), "€35.00");
        assert_eq!(price("7B", FareBrand::Standard, Currency::Jpy).in_short(), "¥5,900");
        let flex = price("7B", FareBrand::Flex, Currency::Usd);
        assert_eq!(flex.because, "A seat with extra legroom is included in Flex.");
    }

    #[test]
    fn nobody_in_a_better_cabin_or_in_an_accessible_seat_pays_for_legroom() {
        let number = SeatNumber::parse("7B").unwrap();
        let roomy = Seat { number, features: Features::EXTRA_LEGROOM };
        let business = SeatPrice::of(&roomy, Cabin::Business, FareBrand::Basic, Currency::Usd);
        assert_eq!(business.because, "A seat with extra legroom is included in Business.");
        let accessible = Seat { number, features: Features::EXTRA_LEGROOM | Features::ACCESSIBLE };
        let price = SeatPrice::of(&accessible, Cabin::Economy, FareBrand::Basic, Currency::Usd);
        assert_eq!((price.amount.minor, price.because.as_str()), (0, "An accessible seat costs nothing."));
    }
}
