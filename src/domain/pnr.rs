//! The record locator that a traveller reads over the phone.

use crate::code::code;

/// Letters and digits that cannot be taken for one another: no 0/O, 1/I, and no vowels that make words.
pub const PNR_ALPHABET: &[u8; 28] = b"23456789BCDFGHJKLMNPQRSTVWXZ";

code! {
    /// A record locator of six characters of [`PNR_ALPHABET`].
    Pnr, 6,
    |b| b.iter().all(|c| PNR_ALPHABET.contains(c)),
    "a booking reference of six letters and digits, such as K7QX2M"
}

impl Pnr {
    /// Draws a locator from random bits; the database refuses one that is taken, and the caller draws again.
    pub fn draw(mut random: u64) -> Self {
        let mut code = [0; 6];
        for slot in &mut code {
            let size = PNR_ALPHABET.len() as u64;
            *slot = PNR_ALPHABET[usize::try_from(random % size).unwrap_or_default()];
            random /= size;
        }
        Self(code)
    }
}

#[cfg(test)]
mod tests {
    use super::Pnr;

    #[test]
    fn every_draw_is_a_locator() {
        for random in [0, 1, 27, 28, u64::MAX, 481_890_303] {
            let pnr = Pnr::draw(random);
            assert_eq!(Pnr::parse(pnr.as_str()), Ok(pnr));
        }
        assert_ne!(Pnr::draw(5), Pnr::draw(6));
    }

    #[test]
    fn lower_case_is_read_and_confusing_signs_are_not() {
        assert!(Pnr::parse(" k7qx2m ").is_ok());
        assert!(Pnr::parse("K7QX2O").is_err());
        assert!(Pnr::parse("K7QX2").is_err());
    }
}
