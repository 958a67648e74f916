use std::fmt;

use serde::{Deserialize, Serialize};

use crate::code::CodeError;

/// A fare basis code, as tickets carry it: `QLX14US`. Its first letter is that of its booking class.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FareBasis {
    bytes: [u8; FareBasis::MOST],
    len: u8,
}

impl FareBasis {
    /// The most characters of one, as fare filing has it.
    pub const MOST: usize = 8;

    /// Reads two to eight letters or digits, the first a letter; lower-case letters are taken as upper-case.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let upper = text.trim().to_ascii_uppercase();
        let given = upper.as_bytes();
        let is_code = (2..=Self::MOST).contains(&given.len())
            && given.iter().all(u8::is_ascii_alphanumeric)
            && given[0].is_ascii_uppercase();
        let len = u8::try_from(given.len()).ok().filter(|_| is_code).ok_or_else(|| CodeError {
            found: text.to_owned(),
            expected: "a fare basis of two to eight letters or digits, such as QLX14US",
        })?;
        let mut bytes = [0; Self::MOST];
        bytes[..given.len()].copy_from_slice(given);
        Ok(Self { bytes, len })
    }

    /// Of parts that make a code, without reading any.
    #[cfg(feature = "zones")]
    pub(super) fn of(class: crate::cabin::BookingClass, brand: super::FareBrand, advance_days: u16) -> Self {
        let mut basis = Self { bytes: [0; Self::MOST], len: 0 };
        let mut add = |byte: u8| {
            basis.bytes[usize::from(basis.len)] = byte;
            basis.len += 1;
        };
        // Classes are letters of ASCII.
        add(u8::try_from(class.letter()).unwrap_or(b'Y'));
        for digit in [advance_days / 10 % 10, advance_days % 10] {
            if advance_days > 0 {
                add(b'0' + u8::try_from(digit).unwrap_or_default());
            }
        }
        add(match brand {
            super::FareBrand::Basic => b'B',
            super::FareBrand::Standard => b'S',
            super::FareBrand::Flex => b'F',
        });
        basis
    }

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..usize::from(self.len)]).unwrap_or_default()
    }
}

impl fmt::Display for FareBasis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for FareBasis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl TryFrom<String> for FareBasis {
    type Error = CodeError;
    fn try_from(text: String) -> Result<Self, CodeError> {
        Self::parse(&text)
    }
}

impl From<FareBasis> for String {
    fn from(basis: FareBasis) -> Self {
        basis.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::FareBasis;
    use crate::{cabin::BookingClass, fare::FareBrand};

    #[test]
    fn a_fare_basis_is_two_to_eight_letters_or_digits() {
        assert_eq!(FareBasis::parse(" qlx14us ").unwrap().as_str(), "QLX14US");
        for wrong in ["", "Q", "QLX14US99", "1Q", "Q-14", "QÜ"] {
            assert!(FareBasis::parse(wrong).is_err(), "{wrong}");
        }
        let made = FareBasis::of(BookingClass::parse("K").unwrap(), FareBrand::Basic, 14);
        assert_eq!(made, FareBasis::parse("K14B").unwrap());
        assert_eq!(
            FareBasis::of(BookingClass::parse("Y").unwrap(), FareBrand::Flex, 0),
            FareBasis::parse("YF").unwrap()
        );
    }
}
