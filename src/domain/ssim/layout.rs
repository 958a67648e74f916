//! Where the fields stand, 1-based and inclusive, as the standard numbers them.

/// First and last position.
pub(super) type Positions = (usize, usize);

/// Bytes of a record.
pub(super) const LENGTH: usize = 200;
pub(super) const SERIAL: Positions = (195, 200);
/// The carrier stands here in every record from the carrier's on.
pub(super) const CARRIER: Positions = (3, 5);

/// Elements from 800 on are for senders and receivers to agree on: ours tells that the demo's generator made the leg up.
pub(super) const MADE_ELEMENT: &str = "800";
pub(super) const MADE_TEXT: &str = "MADE";

pub(super) mod header {
    use super::Positions;
    pub const TITLE: Positions = (2, 35);
    pub const DATA_SET: Positions = (192, 194);
    pub const TITLE_TEXT: &str = "AIRLINE STANDARD SCHEDULE DATA SET";
}

pub(super) mod carrier {
    use super::Positions;
    pub const MODE: Positions = (2, 2);
    pub const SEASON: Positions = (11, 13);
    pub const FROM: Positions = (15, 21);
    pub const TO: Positions = (22, 28);
    pub const CREATED: Positions = (29, 35);
    pub const TITLE: Positions = (36, 64);
    pub const RELEASED: Positions = (65, 71);
    pub const STATUS: Positions = (72, 72);
    pub const CREATOR: Positions = (73, 107);
    pub const E_TICKET: Positions = (189, 190);
    pub const CREATED_TIME: Positions = (191, 194);
}

pub(super) mod leg {
    use super::Positions;
    /// Suffix to service type: what names a leg, in its segment data too.
    pub const NAME: Positions = (2, 14);
    pub const SUFFIX: Positions = (2, 2);
    pub const NUMBER: Positions = (6, 9);
    pub const VARIATION: Positions = (10, 11);
    pub const SEQUENCE: Positions = (12, 13);
    pub const SERVICE: Positions = (14, 14);
    pub const FROM: Positions = (15, 21);
    pub const TO: Positions = (22, 28);
    pub const DAYS: Positions = (29, 35);
    pub const FREQUENCY: Positions = (36, 36);
    pub const ORIGIN: Positions = (37, 39);
    pub const PASSENGER_DEPARTURE: Positions = (40, 43);
    pub const AIRCRAFT_DEPARTURE: Positions = (44, 47);
    pub const ORIGIN_OFFSET: Positions = (48, 52);
    pub const ORIGIN_TERMINAL: Positions = (53, 54);
    pub const DESTINATION: Positions = (55, 57);
    pub const AIRCRAFT_ARRIVAL: Positions = (58, 61);
    pub const PASSENGER_ARRIVAL: Positions = (62, 65);
    pub const DESTINATION_OFFSET: Positions = (66, 70);
    pub const DESTINATION_TERMINAL: Positions = (71, 72);
    pub const AIRCRAFT: Positions = (73, 75);
    pub const CLASSES: Positions = (76, 95);
    pub const OWNER: Positions = (129, 131);
    /// The hundreds of a variation past 99.
    pub const VARIATION_OVERFLOW: Positions = (128, 128);
    pub const CONFIGURATION: Positions = (173, 192);
    pub const DEPARTURE_DAY: Positions = (193, 193);
    pub const ARRIVAL_DAY: Positions = (194, 194);
}

pub(super) mod segment {
    use super::Positions;
    pub const VARIATION_OVERFLOW: Positions = (28, 28);
    pub const BOARD_INDICATOR: Positions = (29, 29);
    pub const OFF_INDICATOR: Positions = (30, 30);
    pub const ELEMENT: Positions = (31, 33);
    pub const BOARD: Positions = (34, 36);
    pub const OFF: Positions = (37, 39);
    pub const DATA: Positions = (40, 194);
}

pub(super) mod trailer {
    use super::Positions;
    pub const RELEASED: Positions = (6, 12);
    /// The serial of the record before.
    pub const CHECK: Positions = (188, 193);
    /// `C` when another carrier follows, `E` at the end.
    pub const END: Positions = (194, 194);
}
