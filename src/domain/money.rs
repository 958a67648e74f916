//! Amounts: minor units with their currency.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A currency in which fares are filed here (ISO 4217).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Currency {
    Usd,
    Cad,
    Eur,
    Gbp,
    Jpy,
    Aud,
}

impl Currency {
    pub const ALL: [Self; 6] = [Self::Usd, Self::Cad, Self::Eur, Self::Gbp, Self::Jpy, Self::Aud];

    /// The ISO 4217 code, in capitals.
    pub fn code(self) -> &'static str {
        match self {
            Self::Usd => "USD",
            Self::Cad => "CAD",
            Self::Eur => "EUR",
            Self::Gbp => "GBP",
            Self::Jpy => "JPY",
            Self::Aud => "AUD",
        }
    }

    /// Reads the ISO code, in capitals or not.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.code().eq_ignore_ascii_case(code))
    }

    /// Digits after the decimal point: minor units per major one are ten to this power.
    pub fn decimals(self) -> u32 {
        if self == Self::Jpy { 0 } else { 2 }
    }

    fn symbol(self) -> &'static str {
        match self {
            Self::Usd => "$",
            Self::Cad => "CA$",
            Self::Eur => "€",
            Self::Gbp => "£",
            Self::Jpy => "¥",
            Self::Aud => "A$",
        }
    }
}

/// An amount in the currency's minor units: cents, pence, whole yen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    pub minor: i64,
    pub currency: Currency,
}

impl Money {
    pub fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Reads what programs write: `378.50`, `378.5`, `52000`. Nothing below zero, and no more decimals than the currency
    /// has.
    pub fn from_decimal(text: &str, currency: Currency) -> Option<Self> {
        let (major, fraction) = text.split_once('.').unwrap_or((text, ""));
        let decimals = usize::try_from(currency.decimals()).ok()?;
        let is_number = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if major.is_empty() || !is_number(major) || !is_number(fraction) || fraction.len() > decimals {
            return None;
        }
        Some(Self::new(format!("{major}{fraction:0<decimals$}").parse().ok()?, currency))
    }

    /// As programs write it: `378.50`, `52000`, `-3.00`.
    pub fn decimal(self) -> String {
        let decimals = usize::try_from(self.currency.decimals()).unwrap_or_default();
        if decimals == 0 {
            return self.minor.to_string();
        }
        let unit = 10_u64.pow(self.currency.decimals());
        let sign = if self.minor < 0 { "-" } else { "" };
        let minor = self.minor.unsigned_abs();
        format!("{sign}{}.{:0decimals$}", minor / unit, minor % unit)
    }

    /// Without the minor units where they are zero: `$378`, `$378.50`; for lists in which prices line up.
    pub fn short(self) -> String {
        let unit = 10_i64.pow(self.currency.decimals());
        let text = self.to_string();
        if unit > 1 && self.minor % unit == 0 { text[..text.len() - 3].to_owned() } else { text }
    }
}

impl fmt::Display for Money {
    /// With its symbol, thousands apart: `$1,378.50`, `¥52,000`, `-€3.00`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = self.currency.decimals();
        let unit = 10_u64.pow(decimals);
        let amount = self.minor.unsigned_abs();
        let sign = if self.minor < 0 { "-" } else { "" };
        let digits = (amount / unit).to_string();
        let mut major = String::new();
        for (i, digit) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i).is_multiple_of(3) {
                major.push(',');
            }
            major.push(digit);
        }
        write!(f, "{sign}{}{major}", self.currency.symbol())?;
        if decimals > 0 { write!(f, ".{:02}", amount % unit) } else { Ok(()) }
    }
}

/// An amount split by weights that are not negative, without losing a minor unit: what does not divide goes to the first
/// that has a weight. Without any weight everything goes to the first.
pub fn split(minor: i64, weights: &[i64]) -> Vec<i64> {
    let whole: i128 = weights.iter().copied().map(i128::from).sum();
    let part = |weight: &i64| match whole {
        0 => 0,
        // A part is no larger than the amount.
        whole => i64::try_from(i128::from(minor) * i128::from(*weight) / whole).unwrap_or(minor),
    };
    let mut parts: Vec<i64> = weights.iter().map(part).collect();
    let first = weights.iter().position(|weight| *weight > 0).unwrap_or_default();
    let rest = minor - parts.iter().sum::<i64>();
    if let Some(first) = parts.get_mut(first) {
        *first += rest;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::{Currency, Money, split};

    #[test]
    fn what_does_not_divide_goes_to_the_first_that_takes_part() {
        assert_eq!(split(100, &[1, 1, 1]), [34, 33, 33]);
        assert_eq!(split(101, &[0, 3, 1]), [0, 76, 25]);
        assert_eq!(split(7, &[0, 0]), [7, 0]);
    }

    #[test]
    fn amounts_between_programs_have_the_decimals_of_their_currency() {
        for (minor, currency, text) in
            [(37_805, Currency::Usd, "378.05"), (52_000, Currency::Jpy, "52000"), (0, Currency::Eur, "0.00")]
        {
            let money = Money::new(minor, currency);
            assert_eq!(money.decimal(), text);
            assert_eq!(Money::from_decimal(text, currency), Some(money));
        }
        assert_eq!(Money::from_decimal("378.5", Currency::Usd), Some(Money::new(37_850, Currency::Usd)));
        assert_eq!(Money::new(-5, Currency::Usd).decimal(), "-0.05");
        for wrong in ["", ".", ".5", "-1.00", "+1", "1e3", "1.005", "1,00", "NaN", "99999999999999999999"] {
            assert_eq!(Money::from_decimal(wrong, Currency::Usd), None, "{wrong:?}");
        }
        assert_eq!(Money::from_decimal("1.5", Currency::Jpy), None);
    }

    #[test]
    fn amounts_read_as_people_write_them() {
        assert_eq!(Money::new(137_850, Currency::Usd).to_string(), "$1,378.50");
        assert_eq!(Money::new(52_000, Currency::Jpy).to_string(), "¥52,000");
        assert_eq!(Money::new(-300, Currency::Eur).to_string(), "-€3.00");
        assert_eq!(Money::new(37_800, Currency::Usd).short(), "$378");
        assert_eq!(Money::new(37_805, Currency::Usd).short(), "$378.05");
        assert_eq!(Money::new(100_000, Currency::Jpy).short(), "¥100,000");
    }
}
