//! Stripe's test cards. Source: <https://docs.stripe.com/testing>.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::error::ApiError;
use crate::form::Form;

/// What the issuer says to a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Issuer {
    Approves,
    Declines,
    LacksFunds,
    SaysExpired,
    SaysWrongCode,
    WantsAuthentication,
    /// Its holder disputes what was captured.
    Disputes,
    /// It approves; its refunds are pending first and succeed later.
    TakesRefundsLater,
    /// It approves; its refunds succeed at first and come back later.
    ReturnsRefunds,
}

impl Issuer {
    /// The issuer's no, if it says no at once.
    pub fn decline(self) -> Option<ApiError> {
        let (code, decline_code, message) = match self {
            Self::Approves
            | Self::WantsAuthentication
            | Self::Disputes
            | Self::TakesRefundsLater
            | Self::ReturnsRefunds => return None,
            Self::Declines => ("card_declined", "generic_decline", "Your card was declined."),
            Self::LacksFunds => ("card_declined", "insufficient_funds", "Your card has insufficient funds."),
            Self::SaysExpired => ("expired_card", "expired_card", "Your card has expired."),
            Self::SaysWrongCode => {
                ("incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect.")
            }
        };
        Some(ApiError::card(code, Some(decline_code), message))
    }
}

/// A card without its number: what may be kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    pub brand: String,
    pub last4: String,
    pub exp_month: i64,
    pub exp_year: i64,
    pub issuer: Issuer,
}

impl Card {
    /// Reads `payment_method_data[card][…]` as the card form sends it.
    ///
    /// # Errors
    /// `incorrect_number` (Luhn, length), `invalid_expiry_month`, `invalid_expiry_year`, `invalid_cvc`.
    pub fn parse(form: &Form, now_unix: i64) -> Result<Self, ApiError> {
        let field = |name: &str| format!("payment_method_data[card][{name}]");
        let number: String = form.require(&field("number"))?.chars().filter(|c| !c.is_whitespace()).collect();
        if !luhn_holds(&number) {
            return Err(ApiError::card_field("incorrect_number", "number", "Your card number is incorrect."));
        }
        let exp_month = form.integer(&field("exp_month"))?.unwrap_or(0);
        let exp_year =
            form.integer(&field("exp_year"))?.map_or(0, |year| if year < 100 { 2000 + year } else { year });
        if !(1..=12).contains(&exp_month) {
            let message = "Your card's expiration month is invalid.";
            return Err(ApiError::card_field("invalid_expiry_month", "exp_month", message));
        }
        let (year, month) = year_and_month(now_unix);
        if (exp_year, exp_month) < (year, month) || exp_year > year + 50 {
            let message = "Your card's expiration year is invalid.";
            return Err(ApiError::card_field("invalid_expiry_year", "exp_year", message));
        }
        let brand = brand(&number);
        let cvc = form.require(&field("cvc"))?;
        let length = if brand == "amex" { 4 } else { 3 };
        if cvc.len() != length || !cvc.bytes().all(|b| b.is_ascii_digit()) {
            return Err(ApiError::card_field("invalid_cvc", "cvc", "Your card's security code is invalid."));
        }
        Ok(Self {
            brand: brand.to_owned(),
            last4: number[number.len() - 4..].to_owned(),
            exp_month,
            exp_year,
            issuer: issuer_of(&number),
        })
    }

    /// One of Stripe's ready-made test payment methods, for confirming with the secret key.
    pub fn named(name: &str, now_unix: i64) -> Option<Self> {
        let (issuer, last4) = match name {
            "pm_card_visa" => (Issuer::Approves, "4242"),
            "pm_card_visa_chargeDeclined" => (Issuer::Declines, "0002"),
            "pm_card_visa_chargeDeclinedInsufficientFunds" => (Issuer::LacksFunds, "9995"),
            "pm_card_chargeDeclinedExpiredCard" => (Issuer::SaysExpired, "0069"),
            "pm_card_chargeDeclinedIncorrectCvc" => (Issuer::SaysWrongCode, "0127"),
            "pm_card_createDispute" => (Issuer::Disputes, "0259"),
            "pm_card_pendingRefund" => (Issuer::TakesRefundsLater, "7726"),
            "pm_card_refundFail" => (Issuer::ReturnsRefunds, "5126"),
            "pm_card_authenticationRequired" => (Issuer::WantsAuthentication, "3155"),
            _ => return None,
        };
        let exp_year = year_and_month(now_unix).0 + 1;
        Some(Self { brand: "visa".to_owned(), last4: last4.to_owned(), exp_month: 12, exp_year, issuer })
    }

    /// The card as it stands in a charge's `payment_method_details` and in a payment method.
    pub fn to_json(&self) -> Value {
        let cvc_check = if self.issuer == Issuer::SaysWrongCode { "fail" } else { "pass" };
        json!({
            "brand": self.brand, "last4": self.last4, "exp_month": self.exp_month, "exp_year": self.exp_year,
            "checks": { "address_line1_check": null, "address_postal_code_check": null, "cvc_check": cvc_check },
            "country": "US", "funding": "credit", "network": self.brand, "three_d_secure": null, "wallet": null,
        })
    }
}

fn issuer_of(number: &str) -> Issuer {
    match number {
        // The second is one that could be saved and still is declined.
        "4000000000000002" | "4000000000000341" => Issuer::Declines,
        "4000000000009995" => Issuer::LacksFunds,
        "4000000000000069" => Issuer::SaysExpired,
        "4000000000000127" => Issuer::SaysWrongCode,
        "4000000000000259" => Issuer::Disputes,
        "4000000000007726" => Issuer::TakesRefundsLater,
        "4000000000005126" => Issuer::ReturnsRefunds,
        "4000002500003155" | "4000002760003184" => Issuer::WantsAuthentication,
        _ => Issuer::Approves,
    }
}

fn brand(number: &str) -> &'static str {
    match number.as_bytes() {
        [b'4', ..] => "visa",
        [b'3', b'4' | b'7', ..] => "amex",
        [b'5', b'1'..=b'5', ..] | [b'2', b'2'..=b'7', ..] => "mastercard",
        [b'6', ..] => "discover",
        _ => "unknown",
    }
}

/// The check digit of ISO/IEC 7812-1, annex B, for 12 to 19 digits.
fn luhn_holds(number: &str) -> bool {
    let digits: Option<Vec<u32>> = number.chars().map(|c| c.to_digit(10)).collect();
    digits.is_some_and(|digits| {
        let sum: u32 = digits
            .iter()
            .rev()
            .enumerate()
            .map(|(place, digit)| match place % 2 {
                0 => *digit,
                _ => digit * 2 / 10 + digit * 2 % 10,
            })
            .sum();
        (12..=19).contains(&digits.len()) && sum.is_multiple_of(10)
    })
}

/// Year and month in UTC, by the civil-from-days rule (Hinnant, "chrono-Compatible Low-Level Date Algorithms").
pub(crate) fn year_and_month(unix: i64) -> (i64, i64) {
    let day = unix.div_euclid(86_400) + 719_468;
    let era = day.div_euclid(146_097);
    let day_of_era = day.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOVEMBER_2026: i64 = 1_795_000_000;

    fn card(number: &str, month: &str, year: &str, cvc: &str) -> Result<Card, ApiError> {
        let field = |name: &str, value: &str| format!("payment_method_data[card][{name}]={value}&");
        let body = field("number", number)
            + &field("exp_month", month)
            + &field("exp_year", year)
            + &field("cvc", cvc);
        Card::parse(&Form::parse("", body.as_bytes()), NOVEMBER_2026)
    }

    fn code(result: Result<Card, ApiError>) -> String {
        result.unwrap_err().told.code.unwrap()
    }

    #[test]
    fn a_good_card_keeps_only_its_last_four_digits() {
        let card = card("4242 4242 4242 4242", "11", "26", "123").unwrap();
        assert_eq!((card.brand.as_str(), card.last4.as_str(), card.exp_year), ("visa", "4242", 2026));
        assert!(!card.to_json().to_string().contains("42424242"));
    }

    #[test]
    fn a_wrong_check_digit_is_an_incorrect_number() {
        assert_eq!(code(card("4242424242424241", "12", "30", "123")), "incorrect_number");
        assert_eq!(code(card("4242", "12", "30", "123")), "incorrect_number");
    }

    #[test]
    fn last_month_is_in_the_past() {
        assert_eq!(code(card("4242424242424242", "10", "2026", "123")), "invalid_expiry_year");
        assert_eq!(code(card("4242424242424242", "13", "2030", "123")), "invalid_expiry_month");
    }

    #[test]
    fn american_express_has_four_digits_in_its_security_code() {
        assert!(card("378282246310005", "12", "30", "1234").is_ok());
        assert_eq!(code(card("378282246310005", "12", "30", "123")), "invalid_cvc");
    }

    #[test]
    fn months_are_counted_as_the_calendar_does() {
        assert_eq!(year_and_month(0), (1970, 1));
        assert_eq!(year_and_month(951_782_399), (2000, 2));
        assert_eq!(year_and_month(951_868_800), (2000, 3));
        assert_eq!(year_and_month(NOVEMBER_2026), (2026, 11));
    }
}
