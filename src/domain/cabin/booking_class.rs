use std::fmt;

use serde::{Deserialize, Serialize};

use super::Cabin;
use crate::code::CodeError;

/// A booking class: what a place is sold as, and counts as. Its letter names its cabin too, since no two cabins share one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BookingClass(char);

const ECONOMY: &[BookingClass] = &letters(['Y', 'B', 'M', 'Q', 'K']);
const PREMIUM: &[BookingClass] = &letters(['W', 'P']);
const BUSINESS: &[BookingClass] = &letters(['J', 'C', 'D']);
const FIRST: &[BookingClass] = &letters(['F', 'A']);

const fn letters<const N: usize>(from: [char; N]) -> [BookingClass; N] {
    let mut classes = [BookingClass('Y'); N];
    let mut i = 0;
    while i < N {
        classes[i] = BookingClass(from[i]);
        i += 1;
    }
    classes
}

impl BookingClass {
    /// Classes of the cabin that has most of them.
    pub const MOST: usize = ECONOMY.len();

    /// Reads a letter; a lower-case one is taken as upper-case.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let upper = text.trim().to_ascii_uppercase();
        let known = Cabin::ALL.into_iter().flat_map(Self::ladder);
        known.copied().find(|class| upper.chars().eq([class.0])).ok_or_else(|| CodeError {
            found: text.to_owned(),
            expected: "the letter of a booking class, such as Y or Q",
        })
    }

    /// The classes of a cabin, dearest first.
    pub fn ladder(cabin: Cabin) -> &'static [Self] {
        match cabin {
            Cabin::First => FIRST,
            Cabin::Business => BUSINESS,
            Cabin::Premium => PREMIUM,
            Cabin::Economy => ECONOMY,
        }
    }

    /// The dearest class of a cabin, which has the cabin's own letter.
    pub fn top(cabin: Cabin) -> Self {
        Self(cabin.letter())
    }

    pub fn letter(self) -> char {
        self.0
    }

    pub fn cabin(self) -> Cabin {
        let has = |cabin: &Cabin| Self::ladder(*cabin).contains(&self);
        Cabin::ALL.into_iter().find(has).unwrap_or(Cabin::Economy)
    }

    /// How many classes of its cabin are dearer; 0 at the top.
    pub fn rung(self) -> usize {
        Self::ladder(self.cabin()).iter().position(|class| *class == self).unwrap_or_default()
    }

    /// What a place sold in it counts in: every class above it, dearest first, and itself.
    pub fn and_above(self) -> &'static [Self] {
        let ladder = Self::ladder(self.cabin());
        ladder.get(..=self.rung()).unwrap_or(ladder)
    }
}

/// How many places of a cabin a class may sell where nobody has set anything else: all of them at the top, fewer on each
/// rung below, and never none of some.
pub fn default_authorised(class: BookingClass, capacity: u16) -> u16 {
    let shares: &[u32] = match class.cabin() {
        Cabin::Economy => &[100, 85, 65, 45, 25],
        Cabin::Premium => &[100, 60],
        Cabin::Business => &[100, 70, 40],
        Cabin::First => &[100, 50],
    };
    let share = shares.get(class.rung()).copied().unwrap_or_default();
    u16::try_from((u32::from(capacity) * share).div_ceil(100)).unwrap_or(capacity)
}

impl fmt::Display for BookingClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for BookingClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for BookingClass {
    type Err = CodeError;
    fn from_str(text: &str) -> Result<Self, CodeError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for BookingClass {
    type Error = CodeError;
    fn try_from(text: String) -> Result<Self, CodeError> {
        Self::parse(&text)
    }
}

impl From<BookingClass> for String {
    fn from(class: BookingClass) -> Self {
        class.0.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::{BookingClass, Cabin, default_authorised};

    #[test]
    fn a_letter_names_one_class_of_one_cabin() {
        let all: Vec<BookingClass> = Cabin::ALL.into_iter().flat_map(BookingClass::ladder).copied().collect();
        for (i, class) in all.iter().enumerate() {
            assert!(!all[..i].contains(class), "{class}");
            assert_eq!(BookingClass::parse(&class.to_string()).unwrap(), *class);
            assert!(BookingClass::ladder(class.cabin()).contains(class));
        }
        assert!(Cabin::ALL.into_iter().all(|cabin| BookingClass::ladder(cabin).len() <= BookingClass::MOST));
    }

    #[test]
    fn the_top_class_has_the_letter_of_its_cabin() {
        for cabin in Cabin::ALL {
            assert_eq!(BookingClass::ladder(cabin)[0], BookingClass::top(cabin));
            assert_eq!(BookingClass::top(cabin).and_above(), [BookingClass::top(cabin)]);
        }
    }

    #[test]
    fn a_place_counts_in_its_class_and_those_above() {
        let above = BookingClass::parse("m").unwrap().and_above();
        assert_eq!(above.iter().map(ToString::to_string).collect::<String>(), "YBM");
    }

    #[test]
    fn a_class_travels_as_its_letter() {
        let class = BookingClass::parse("Q").unwrap();
        assert_eq!(serde_json::to_string(&class).unwrap(), "\"Q\"");
        assert_eq!(serde_json::from_str::<BookingClass>("\"Q\"").unwrap(), class);
        for text in ["\"X\"", "\"\"", "\"QQ\"", "\"É\"", "7"] {
            assert!(serde_json::from_str::<BookingClass>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_authorised_falls_down_the_ladder_and_is_never_none_of_some() {
        for cabin in Cabin::ALL {
            let ladder = BookingClass::ladder(cabin);
            for capacity in [0, 1, 2, 3, 7, 20, 64, 189, 850, u16::MAX] {
                let authorised: Vec<u16> = ladder.iter().map(|c| default_authorised(*c, capacity)).collect();
                assert_eq!(authorised[0], capacity);
                assert!(authorised.is_sorted_by(|above, below| above >= below), "{authorised:?}");
                assert!(capacity == 0 || authorised.iter().all(|n| *n > 0), "{authorised:?}");
            }
        }
        let hundred =
            BookingClass::ladder(Cabin::Economy).iter().map(|class| default_authorised(*class, 100));
        assert!(hundred.eq([100, 85, 65, 45, 25]));
    }
}
