//! How a cabin of a departure is sold, and from when until when.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Sales close this long before departure where nothing else is set.
pub const SALES_CLOSE_MIN: i32 = 60;

/// Who says which seat a traveller gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SellingMode {
    /// The traveller, on the map.
    #[default]
    Choose,
    /// We do: the best free ones, together, as soon as the places are held.
    Best,
    /// Nobody: places are sold, and one sits where one likes.
    Open,
}

impl SellingMode {
    pub const ALL: [Self; 3] = [Self::Choose, Self::Best, Self::Open];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Choose => "choose",
            Self::Best => "best",
            Self::Open => "open",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == text)
    }

    /// Why a traveller cannot choose a seat; none where they can.
    pub fn no_choice(self) -> Option<&'static str> {
        match self {
            Self::Choose => None,
            Self::Best => Some("On this flight we give you the best free seats, so none can be chosen."),
            Self::Open => Some("On this flight seats are not assigned: sit where you like."),
        }
    }
}

/// How one cabin of one departure is sold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sales {
    pub mode: SellingMode,
    /// None: since it is in the timetable.
    pub opens_at: Option<Timestamp>,
    /// None: [`SALES_CLOSE_MIN`] before departure.
    pub closes_at: Option<Timestamp>,
}

/// Nothing of it can be bought now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotOnSale {
    NotYet { opens_at: Timestamp },
    Over { closed_at: Timestamp },
}

impl Sales {
    /// From when on nothing is sold any more: never after departure.
    pub fn closing(&self, departs_at: Timestamp) -> Timestamp {
        let usual = departs_at - SignedDuration::from_mins(SALES_CLOSE_MIN.into());
        self.closes_at.unwrap_or(usual).min(departs_at)
    }

    /// # Errors
    /// Sales are over, or have not begun.
    pub fn check(&self, departs_at: Timestamp, now: Timestamp) -> Result<(), NotOnSale> {
        let closed_at = self.closing(departs_at);
        match self.opens_at {
            _ if closed_at <= now => Err(NotOnSale::Over { closed_at }),
            Some(opens_at) if now < opens_at => Err(NotOnSale::NotYet { opens_at }),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::{NotOnSale, Sales, SellingMode};

    fn at_min(minutes: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes)
    }

    #[test]
    fn sales_close_an_hour_before_departure_where_nothing_else_is_set() {
        let (usual, departs_at) = (Sales::default(), at_min(600));
        assert_eq!(usual.check(departs_at, at_min(539)), Ok(()));
        assert_eq!(usual.check(departs_at, at_min(540)), Err(NotOnSale::Over { closed_at: at_min(540) }));
    }

    #[test]
    fn sales_open_and_close_at_the_minute_that_is_set() {
        let sales = Sales { opens_at: Some(at_min(10)), closes_at: Some(at_min(20)), ..Sales::default() };
        let check = |now| sales.check(at_min(600), at_min(now));
        assert_eq!(check(9), Err(NotOnSale::NotYet { opens_at: at_min(10) }));
        assert_eq!(check(10), Ok(()));
        assert_eq!(check(19), Ok(()));
        assert_eq!(check(20), Err(NotOnSale::Over { closed_at: at_min(20) }));
    }

    #[test]
    fn nothing_is_sold_after_departure_whatever_is_set() {
        let sales = Sales { closes_at: Some(at_min(900)), ..Sales::default() };
        assert_eq!(sales.check(at_min(600), at_min(600)), Err(NotOnSale::Over { closed_at: at_min(600) }));
    }

    #[test]
    fn seats_are_chosen_where_nothing_else_is_set() {
        assert_eq!(Sales::default().mode.no_choice(), None);
        assert!(
            SellingMode::ALL.into_iter().filter(|mode| mode.no_choice().is_none()).eq([SellingMode::Choose])
        );
    }
}
