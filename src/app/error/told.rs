use domain::{cabin::SeatNumber, money::Money};
use serde::Deserialize;

use super::AppError;

/// A failure as it is written: the fields of every kind side by side. Reading it by its kind first, as derived code does,
/// would weigh as much in the browser as a whole view.
#[derive(Debug, Deserialize)]
pub struct Told {
    code: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    field: Option<String>,
    #[serde(default)]
    was: Option<Money>,
    #[serde(default)]
    now: Option<Money>,
    #[serde(default)]
    because: String,
    #[serde(default)]
    offer: String,
    #[serde(default)]
    seat: Option<SeatNumber>,
    #[serde(default)]
    nearest: Vec<SeatNumber>,
    #[serde(default)]
    retry_after_secs: u16,
    #[serde(default)]
    key: Option<String>,
}

impl From<Told> for AppError {
    /// A kind that this page does not know is told as a failure of ours.
    fn from(told: Told) -> Self {
        let Told { message, field, because, offer, nearest, retry_after_secs, key, .. } = told;
        match (told.code.as_str(), told.seat, told.was.zip(told.now)) {
            ("invalid", ..) => Self::Invalid { field, message },
            ("not_found", ..) => Self::NotFound { message },
            ("offer_forged", ..) => Self::OfferForged,
            ("offer_expired", ..) => Self::OfferExpired,
            ("price_changed", _, Some((was, now))) => Self::PriceChanged { was, now, because, offer },
            ("sold_out", ..) => Self::SoldOut { message },
            ("hold_ended", ..) => Self::HoldEnded { message },
            ("already_booked", ..) => Self::AlreadyBooked,
            ("flies_already", ..) => Self::FliesAlready { message },
            ("hold_locked", ..) => Self::HoldLocked,
            ("seat_taken", Some(seat), _) => Self::SeatTaken { seat, nearest, message },
            ("seat_refused", Some(seat), _) => Self::SeatRefused { seat, message },
            ("key_reused", ..) => Self::KeyReused,
            ("limited", ..) => Self::Limited { message },
            ("payment", ..) => Self::Payment { message },
            ("unavailable", ..) => Self::Unavailable { message, retry_after_secs },
            ("unknown", ..) => Self::Unknown { message, retry_after_secs, key },
            _ => Self::Internal,
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        cabin::SeatNumber,
        money::{Currency, Money},
    };

    use crate::AppError;

    #[test]
    fn every_failure_is_read_as_it_was_written() {
        let seat = SeatNumber::parse("14C").unwrap();
        let message = || "Why.".to_owned();
        let usd = |minor| Money::new(minor, Currency::parse("USD").unwrap());
        let all = [
            AppError::Invalid { field: Some("contact[email]".into()), message: message() },
            AppError::NotFound { message: message() },
            AppError::OfferForged,
            AppError::OfferExpired,
            AppError::PriceChanged { was: usd(1), now: usd(2), because: "Q".into(), offer: "o".into() },
            AppError::SoldOut { message: message() },
            AppError::HoldEnded { message: message() },
            AppError::AlreadyBooked,
            AppError::FliesAlready { message: message() },
            AppError::HoldLocked,
            AppError::SeatTaken { seat, nearest: vec![seat], message: message() },
            AppError::SeatRefused { seat, message: message() },
            AppError::KeyReused,
            AppError::Limited { message: message() },
            AppError::Payment { message: message() },
            AppError::Unavailable { message: message(), retry_after_secs: 5 },
            AppError::Unknown { message: message(), retry_after_secs: 5, key: Some("k".into()) },
            AppError::Internal,
        ];
        for error in all {
            // A kind that is added has to be read too: this fails to compile until it stands above and below.
            match &error {
                AppError::Invalid { .. }
                | AppError::NotFound { .. }
                | AppError::OfferForged
                | AppError::OfferExpired
                | AppError::PriceChanged { .. }
                | AppError::SoldOut { .. }
                | AppError::HoldEnded { .. }
                | AppError::AlreadyBooked
                | AppError::FliesAlready { .. }
                | AppError::HoldLocked
                | AppError::SeatTaken { .. }
                | AppError::SeatRefused { .. }
                | AppError::KeyReused
                | AppError::Limited { .. }
                | AppError::Payment { .. }
                | AppError::Unavailable { .. }
                | AppError::Unknown { .. }
                | AppError::Internal => (),
            }
            let written = serde_json::to_string(&error).unwrap();
            assert_eq!(serde_json::from_str::<AppError>(&written).unwrap(), error, "{written}");
        }
        let newer = r#"{"code":"of_tomorrow","message":"Why."}"#;
        assert_eq!(serde_json::from_str::<AppError>(newer).unwrap(), AppError::Internal);
    }
}
