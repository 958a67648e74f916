//! Amounts of one currency in another, by a fixed table.

use crate::{airport::CountryCode, money::Currency};

/// The currency in which a country's fares are filed; US dollars where it has none of ours, as airlines do in many countries.
pub fn of_country(country: CountryCode) -> Currency {
    match country.as_str() {
        "CA" => Currency::Cad,
        "GB" => Currency::Gbp,
        "JP" => Currency::Jpy,
        "AU" => Currency::Aud,
        // The euro area as of 2026.
        "AT" | "BE" | "BG" | "CY" | "DE" | "EE" | "ES" | "FI" | "FR" | "GR" | "HR" | "IE" | "IT" | "LT"
        | "LU" | "LV" | "MT" | "NL" | "PT" | "SI" | "SK" => Currency::Eur,
        _ => Currency::Usd,
    }
}

/// Hundredths of the currency that one US dollar buys: round figures of ours near those of 2025, not any day's market.
fn per_dollar_hundredths(currency: Currency) -> i64 {
    match currency {
        Currency::Usd => 100,
        Currency::Cad => 138,
        Currency::Eur => 88,
        Currency::Gbp => 76,
        Currency::Jpy => 15_000,
        Currency::Aud => 154,
    }
}

/// The amount in another currency, in minor units, half a unit rounded up; amounts are not negative.
pub fn convert(minor: i64, from: Currency, to: Currency) -> i64 {
    let unit = |currency: Currency| 10_i64.pow(currency.decimals());
    let above = minor * unit(to) * per_dollar_hundredths(to);
    let below = unit(from) * per_dollar_hundredths(from);
    (above + below / 2) / below
}

/// Rounded up to the unit in which fares are filed: a whole dollar, euro or pound, a hundred yen.
pub fn round_fare(minor: i64) -> i64 {
    // A hundred minor units are that unit in every currency of ours, since the yen has no smaller one.
    (minor + 99) / 100 * 100
}

#[cfg(test)]
mod tests {
    use super::{convert, round_fare};
    use crate::money::Currency;

    #[test]
    fn amounts_convert_by_the_table_and_round_half_up() {
        assert_eq!(convert(560, Currency::Usd, Currency::Usd), 560);
        assert_eq!(convert(560, Currency::Usd, Currency::Gbp), 426);
        assert_eq!(convert(560, Currency::Usd, Currency::Jpy), 840);
        assert_eq!(convert(1000, Currency::Jpy, Currency::Usd), 667);
        assert_eq!(convert(50, Currency::Usd, Currency::Eur), 44);
    }

    #[test]
    fn fares_are_filed_in_whole_units() {
        assert_eq!([0, 1, 100, 101].map(round_fare), [0, 100, 100, 200]);
    }
}
