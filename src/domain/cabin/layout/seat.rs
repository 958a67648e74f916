use std::ops::BitOr;

use crate::cabin::SeatNumber;

/// A seat with what is good and bad about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seat {
    pub number: SeatNumber,
    pub features: Features,
}

/// A set of what can be said of a seat. A seat with neither window nor aisle is a middle seat; it may have both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Features(u16);

impl Features {
    pub const NONE: Self = Self(0);
    pub const WINDOW: Self = Self(1);
    pub const AISLE: Self = Self(1 << 1);
    /// Between an exit and the first aisle from it.
    pub const EXIT_ROW: Self = Self(1 << 2);
    pub const EXTRA_LEGROOM: Self = Self(1 << 3);
    /// A wall in front: no seat before it, no bag on the floor.
    pub const BULKHEAD: Self = Self(1 << 4);
    pub const LIMITED_RECLINE: Self = Self(1 << 5);
    pub const NEAR_LAVATORY: Self = Self(1 << 6);
    /// At the wall, where others have a window.
    pub const NO_WINDOW: Self = Self(1 << 7);
    /// A bassinet can be hung from the wall in front of it.
    pub const BASSINET: Self = Self(1 << 8);
    /// By the aisle, with an armrest that lifts, or beside such a seat; near a lavatory (14 CFR 382.61).
    pub const ACCESSIBLE: Self = Self(1 << 9);

    /// In the order in which they are told; a middle seat is named before them.
    const NAMES: [(Self, &'static str); 10] = [
        (Self::WINDOW, "window"),
        (Self::NO_WINDOW, "no view"),
        (Self::AISLE, "aisle"),
        (Self::EXIT_ROW, "exit row"),
        (Self::EXTRA_LEGROOM, "extra legroom"),
        (Self::BULKHEAD, "bulkhead"),
        (Self::LIMITED_RECLINE, "limited recline"),
        (Self::NEAR_LAVATORY, "near lavatory"),
        (Self::BASSINET, "bassinet"),
        (Self::ACCESSIBLE, "accessible"),
    ];

    pub fn contains(self, all: Self) -> bool {
        self.0 & all.0 == all.0
    }

    pub fn is_middle(self) -> bool {
        self.position() == Self::NONE
    }

    /// Window and aisle alone: what people choose by.
    #[must_use]
    pub fn position(self) -> Self {
        Self(self.0 & (Self::WINDOW | Self::AISLE).0)
    }

    /// The features where the condition holds, none where not.
    #[must_use]
    pub fn when(self, holds: bool) -> Self {
        if holds { self } else { Self::NONE }
    }

    /// "window", "middle", "aisle", or "window and aisle".
    pub fn position_name(self) -> &'static str {
        match (self.contains(Self::WINDOW), self.contains(Self::AISLE)) {
            (true, true) => "window and aisle",
            (true, false) => "window",
            (false, true) => "aisle",
            (false, false) => "middle",
        }
    }
}

impl BitOr for Features {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl Seat {
    /// As it is read out: "12A, window, exit row, extra legroom".
    pub fn describe(&self) -> String {
        let middle = self.features.is_middle().then_some("middle");
        let names = Features::NAMES.iter().filter(|(f, _)| self.features.contains(*f)).map(|(_, name)| *name);
        middle.into_iter().chain(names).fold(self.number.to_string(), |text, name| text + ", " + name)
    }
}

#[cfg(test)]
mod tests {
    use super::{Features, Seat};
    use crate::cabin::SeatNumber;

    #[test]
    fn a_seat_is_read_out_with_its_place_first() {
        let seat = |text, features| Seat { number: SeatNumber::parse(text).unwrap(), features };
        let exit = Features::EXTRA_LEGROOM | Features::EXIT_ROW | Features::WINDOW;
        assert_eq!(seat("12A", exit).describe(), "12A, window, exit row, extra legroom");
        assert_eq!(seat("14B", Features::NONE).describe(), "14B, middle");
        let suite = seat("1A", Features::WINDOW | Features::AISLE);
        assert_eq!(
            (suite.describe().as_str(), suite.features.position_name()),
            ("1A, window, aisle", "window and aisle")
        );
    }
}
