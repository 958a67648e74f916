use serde::{Deserialize, Serialize};

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
}

impl BrandTerms {
    /// For the page: each condition, and whether it speaks for the brand.
    pub fn lines(self) -> [(bool, String); 5] {
        let bags = |n: u8, kind: &str| match n {
            0 => format!("No {kind} bag"),
            1 => format!("1 {kind} bag"),
            n => format!("{n} {kind} bags"),
        };
        let text = |yes: bool, good: &str, bad: &str| (yes, if yes { good } else { bad }.to_owned());
        [
            (self.cabin_bags > 0, bags(self.cabin_bags, "cabin")),
            (self.checked_bags > 0, bags(self.checked_bags, "checked")),
            text(self.seat_choice, "Choose your seat", "Seat given at check-in"),
            text(self.changes, "Changes for the difference in fare", "No changes"),
            text(self.refundable, "Refundable before departure", "Not refundable"),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::FareBrand;

    #[test]
    fn each_brand_gives_at_least_what_the_one_before_gives() {
        for pair in FareBrand::ALL.windows(2) {
            let (less, more) = (pair[0].terms(), pair[1].terms());
            assert!(less.checked_bags < more.checked_bags);
            assert!(less.changes <= more.changes && less.refundable <= more.refundable);
            assert_eq!(FareBrand::parse(pair[0].as_str()), Some(pair[0]));
        }
        assert_eq!(FareBrand::Basic.terms().lines()[1], (false, "No checked bag".to_owned()));
        assert_eq!(FareBrand::Flex.terms().lines()[1], (true, "2 checked bags".to_owned()));
    }
}
