//! Airlines.

use crate::code::code;

code! {
    /// An IATA airline designator: two letters or digits, not both digits (IATA resolution 762).
    CarrierCode, 2,
    |b| b.iter().all(u8::is_ascii_alphanumeric) && b.iter().any(u8::is_ascii_uppercase),
    "an airline code of two letters or digits, such as B6"
}

#[cfg(test)]
mod tests {
    use super::CarrierCode;

    #[test]
    fn two_digits_are_no_airline() {
        assert!(CarrierCode::parse("12").is_err());
        assert_eq!(CarrierCode::parse("b6").unwrap().as_str(), "B6");
    }
}
