use serde::{Deserialize, Serialize};

use crate::cabin::Cabin;

/// What is sold with the seat; each is dearer and gives more than the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FareBrand {
    Basic,
    Standard,
    Flex,
}

/// The conditions of a brand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct BrandTerms {
    /// Bags into the cabin, besides a small one under the seat.
    pub cabin_bags: u8,
    pub checked_bags: u8,
    pub seat_choice: bool,
    /// Whether dates may be changed; the difference in fare is paid.
    pub changes: bool,
    /// Whether the fare is given back on cancelling before departure. Taxes of flights not flown always are.
    pub refundable: bool,
}

impl FareBrand {
    pub const ALL: [Self; 3] = [Self::Basic, Self::Standard, Self::Flex];

    pub fn name(self) -> &'static str {
        match self {
            Self::Basic => "Basic",
            Self::Standard => "Standard",
            Self::Flex => "Flex",
        }
    }

    /// As databases and URLs have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Basic => "basic",
            Self::Standard => "standard",
            Self::Flex => "flex",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|brand| brand.as_str() == text)
    }

    pub fn terms(self) -> BrandTerms {
        let (checked_bags, changes, refundable) = match self {
            Self::Basic => (0, false, false),
            Self::Standard => (1, true, false),
            Self::Flex => (2, true, true),
        };
        BrandTerms { cabin_bags: 1, checked_bags, seat_choice: true, changes, refundable }
    }

    /// Whether seats with extra legroom cost nothing in that cabin.
    pub fn includes_legroom(self, cabin: Cabin) -> bool {
        self == Self::Flex || cabin != Cabin::Economy
    }

    /// For the page: each condition as it is in that cabin, and whether it speaks for the brand.
    pub fn lines(self, cabin: Cabin) -> [(bool, String); 6] {
        let terms = self.terms();
        let bags = |n: u8, kind: &str| match n {
            0 => format!("No {kind} bag"),
            1 => format!("1 {kind} bag"),
            n => format!("{n} {kind} bags"),
        };
        let text = |yes: bool, good: &str, bad: &str| (yes, if yes { good } else { bad }.to_owned());
        [
            (terms.cabin_bags > 0, bags(terms.cabin_bags, "cabin")),
            (terms.checked_bags > 0, bags(terms.checked_bags, "checked")),
            text(terms.seat_choice, "Choose your seat", "Seat given at check-in"),
            text(self.includes_legroom(cabin), "Extra legroom included", "Extra legroom for a charge"),
            text(terms.changes, "Changes for the difference in fare", "No changes"),
            text(terms.refundable, "Refundable before departure", "Not refundable"),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::FareBrand;
    use crate::cabin::Cabin;

    #[test]
    fn each_brand_gives_at_least_what_the_one_before_gives() {
        for pair in FareBrand::ALL.windows(2) {
            let (less, more) = (pair[0].terms(), pair[1].terms());
            assert!(less.checked_bags < more.checked_bags);
            assert!(less.changes <= more.changes && less.refundable <= more.refundable);
            assert!(pair[0].includes_legroom(Cabin::Economy) <= pair[1].includes_legroom(Cabin::Economy));
            assert_eq!(FareBrand::parse(pair[0].as_str()), Some(pair[0]));
        }
        assert_eq!(FareBrand::Basic.lines(Cabin::Economy)[1], (false, "No checked bag".to_owned()));
        assert_eq!(FareBrand::Flex.lines(Cabin::Economy)[1], (true, "2 checked bags".to_owned()));
        let legroom = |cabin| FareBrand::Basic.lines(cabin)[3].clone();
        assert_eq!(legroom(Cabin::Economy), (false, "Extra legroom for a charge".to_owned()));
        assert_eq!(legroom(Cabin::Business), (true, "Extra legroom included".to_owned()));
    }
}
