//! The cabins we have drawn: typical ones of their types, no airline's own.

use super::plan::{Part, Rows};
use crate::{
    cabin::Cabin::{Business, Economy, First},
    schedule::AircraftCode,
};

pub(super) struct Plan {
    aircraft: &'static [&'static str],
    /// Cabins front to back.
    configuration: &'static str,
    /// To be raised with every change of the drawing.
    pub version: u8,
    pub parts: &'static [Part<'static>],
}

pub(super) fn find(aircraft: AircraftCode, configuration: &str) -> Option<&'static Plan> {
    TABLE
        .iter()
        .find(|plan| plan.configuration == configuration && plan.aircraft.contains(&aircraft.as_str()))
}

const fn plan(
    aircraft: &'static [&'static str],
    configuration: &'static str,
    version: u8,
    parts: &'static [Part<'static>],
) -> Plan {
    Plan { aircraft, configuration, version, parts }
}

const ONE_TWO: &[&str] = &["A", "CD"];
const TWO_TWO: &[&str] = &["AB", "CD"];
const WIDE_TWO_TWO: &[&str] = &["AC", "DF"];
const TWO_THREE: &[&str] = &["AB", "CDE"];
const THREE_THREE: &[&str] = &["ABC", "DEF"];
const TWO_THREE_TWO: &[&str] = &["AB", "CDE", "FG"];
const THREE_THREE_THREE: &[&str] = &["ABC", "DEF", "HJK"];
const THREE_FOUR_THREE: &[&str] = &["ABC", "DEFG", "HJK"];

/// What rows are where nothing else is written.
const ROWS: Rows<'static> = Rows {
    cabin: Economy,
    groups: THREE_THREE,
    numbers: 1..=1,
    skipped: &[13],
    exits: &[],
    wing: 0..=0,
    roomy: &[],
    without: &[],
    blind: &[],
};

const FRONT: Rows<'static> = Rows { cabin: First, groups: WIDE_TWO_TWO, ..ROWS };

const TABLE: &[Plan] = &[
    plan(
        &["CR9"],
        "F12Y64",
        1,
        &[
            Part::Galley,
            Part::Rows(Rows { groups: ONE_TWO, numbers: 1..=4, ..FRONT }),
            Part::Rows(Rows {
                groups: TWO_TWO,
                numbers: 10..=26,
                exits: &[18, 19],
                wing: 16..=22,
                roomy: &[10],
                ..ROWS
            }),
            Part::Lavatories,
        ],
    ),
    plan(
        &["E75"],
        "F12Y64",
        1,
        &[
            Part::GalleyAndLavatories,
            Part::Rows(Rows { groups: ONE_TWO, numbers: 1..=4, ..FRONT }),
            Part::Rows(Rows { groups: TWO_TWO, numbers: 5..=21, wing: 9..=16, roomy: &[5, 6, 7], ..ROWS }),
            Part::GalleyAndLavatories,
        ],
    ),
    plan(
        &["E90"],
        "Y100",
        1,
        &[
            Part::GalleyAndLavatories,
            Part::Rows(Rows {
                groups: TWO_TWO,
                numbers: 1..=26,
                exits: &[12],
                wing: 9..=17,
                roomy: &[1],
                ..ROWS
            }),
            Part::GalleyAndLavatories,
        ],
    ),
    plan(
        &["319"],
        "F8Y120",
        1,
        &[
            Part::GalleyAndLavatories,
            Part::Rows(Rows { numbers: 1..=2, ..FRONT }),
            Part::Rows(Rows { numbers: 7..=27, exits: &[15], wing: 11..=19, roomy: &[7, 8], ..ROWS }),
            Part::GalleyAndLavatories,
        ],
    ),
    plan(
        &["320", "32A"],
        "F12Y138",
        1,
        &[
            Part::GalleyAndLavatories,
            Part::Rows(Rows { numbers: 1..=3, ..FRONT }),
            Part::Galley,
            Part::Rows(Rows { numbers: 7..=30, exits: &[16, 17], wing: 12..=21, roomy: &[7], ..ROWS }),
            Part::GalleyAndLavatories,
        ],
    ),
    plan(
        &["320", "32A"],
        "Y162",
        1,
        &[
            Part::GalleyAndLavatories,
            Part::Rows(Rows {
                numbers: 1..=28,
                exits: &[11, 12],
                wing: 8..=18,
                roomy: &[1, 2, 3, 4, 5],
                ..ROWS
            }),
            Part::GalleyAndLavatories,
        ],
    ),
    plan(
        &["321", "32B"],
        "F20Y170",
        1,
        &[
            Part::GalleyAndLavatories,
            Part::Rows(Rows { numbers: 1..=5, ..FRONT }),
            Part::Rows(Rows {
                numbers: 10..=18,
                exits: &[17],
                wing: 16..=18,
                roomy: &[10, 11],
                without: &[(17, "AF")],
                ..ROWS
            }),
            Part::Lavatories,
            Part::Rows(Rows {
                numbers: 19..=39,
                exits: &[27],
                wing: 19..=26,
                without: &[(27, "AF")],
                ..ROWS
            }),
            Part::GalleyAndLavatories,
        ],
    ),
    plan(
        &["321", "32B"],
        "Y200",
        1,
        &[
            Part::GalleyAndLavatories,
            Part::Rows(Rows {
                numbers: 1..=35,
                exits: &[11, 24],
                wing: 12..=23,
                roomy: &[1, 2, 3, 4, 5],
                without: &[(11, "AF"), (24, "AF")],
                ..ROWS
            }),
            Part::GalleyAndLavatories,
        ],
    ),
    plan(
        &["223"],
        "F12Y118",
        1,
        &[
            Part::GalleyAndLavatories,
            Part::Rows(Rows { groups: TWO_TWO, numbers: 1..=3, ..FRONT }),
            Part::Rows(Rows {
                groups: TWO_THREE,
                numbers: 10..=34,
                exits: &[19, 20],
                wing: 16..=25,
                roomy: &[10, 11, 12],
                without: &[(34, "AB")],
                ..ROWS
            }),
            Part::GalleyAndLavatories,
        ],
    ),
    plan(
        &["738", "73H"],
        "F16Y144",
        1,
        &[
            Part::GalleyAndLavatories,
            Part::Rows(Rows { numbers: 1..=4, ..FRONT }),
            Part::Rows(Rows {
                numbers: 7..=31,
                exits: &[16, 17],
                wing: 12..=21,
                roomy: &[7, 8, 9],
                blind: &[(10, "A"), (11, "A")],
                ..ROWS
            }),
            Part::GalleyAndLavatories,
        ],
    ),
    plan(
        &["738", "73H"],
        "Y175",
        1,
        &[
            Part::GalleyAndLavatories,
            Part::Rows(Rows {
                numbers: 1..=31,
                exits: &[16, 17],
                wing: 12..=21,
                roomy: &[1],
                without: &[(1, "DEF"), (17, "AF")],
                blind: &[(10, "A"), (11, "A"), (12, "AF")],
                ..ROWS
            }),
            Part::GalleyAndLavatories,
        ],
    ),
    plan(
        &["739", "73J"],
        "F20Y159",
        1,
        &[
            Part::GalleyAndLavatories,
            Part::Rows(Rows { numbers: 1..=5, ..FRONT }),
            Part::Galley,
            Part::Rows(Rows {
                numbers: 7..=34,
                exits: &[18, 19],
                wing: 14..=23,
                roomy: &[7, 8, 9, 10],
                without: &[(7, "ABC")],
                blind: &[(11, "A"), (12, "A")],
                ..ROWS
            }),
            Part::GalleyAndLavatories,
        ],
    ),
    plan(
        &["7M8"],
        "F16Y150",
        1,
        &[
            Part::GalleyAndLavatories,
            Part::Rows(Rows { numbers: 1..=4, ..FRONT }),
            Part::Rows(Rows {
                numbers: 7..=38,
                skipped: &[13, 14, 15, 16, 17, 18, 19],
                exits: &[21, 22],
                wing: 11..=27,
                roomy: &[7, 8, 9, 10],
                blind: &[(11, "A")],
                ..ROWS
            }),
            Part::GalleyAndLavatories,
        ],
    ),
    plan(
        &["752", "75W"],
        "F20Y156",
        1,
        &[
            Part::GalleyAndLavatories,
            Part::Rows(Rows { numbers: 1..=5, ..FRONT }),
            Part::Galley,
            Part::Rows(Rows {
                numbers: 10..=20,
                wing: 17..=20,
                roomy: &[10],
                without: &[(10, "DEF")],
                ..ROWS
            }),
            Part::Lavatories,
            Part::Rows(Rows {
                numbers: 21..=37,
                exits: &[21, 22],
                wing: 21..=27,
                without: &[(37, "DEF")],
                ..ROWS
            }),
            Part::GalleyAndLavatories,
        ],
    ),
    plan(
        &["763", "76W"],
        "J30Y180",
        1,
        &[
            Part::GalleyAndLavatories,
            Part::Rows(Rows {
                cabin: Business,
                groups: &["A", "CE", "G"],
                numbers: 1..=8,
                without: &[(8, "CE")],
                ..ROWS
            }),
            Part::GalleyAndLavatories,
            Part::Rows(Rows {
                groups: TWO_THREE_TWO,
                numbers: 10..=24,
                wing: 15..=24,
                roomy: &[10, 11],
                ..ROWS
            }),
            Part::Lavatories,
            Part::Rows(Rows {
                groups: TWO_THREE_TWO,
                numbers: 25..=36,
                exits: &[25],
                wing: 25..=26,
                without: &[(25, "AG")],
                ..ROWS
            }),
            Part::GalleyAndLavatories,
        ],
    ),
    plan(
        &["789"],
        "J30Y255",
        1,
        &[
            Part::GalleyAndLavatories,
            Part::Rows(Rows {
                cabin: Business,
                groups: &["A", "DF", "K"],
                numbers: 1..=8,
                without: &[(8, "DF")],
                ..ROWS
            }),
            Part::GalleyAndLavatories,
            Part::Rows(Rows {
                groups: THREE_THREE_THREE,
                numbers: 10..=25,
                wing: 15..=25,
                roomy: &[10, 11, 12],
                ..ROWS
            }),
            Part::GalleyAndLavatories,
            Part::Rows(Rows {
                groups: THREE_THREE_THREE,
                numbers: 26..=39,
                exits: &[26],
                wing: 26..=27,
                without: &[(26, "AK"), (38, "CH"), (39, "CH")],
                ..ROWS
            }),
            Part::GalleyAndLavatories,
        ],
    ),
    plan(
        &["77W"],
        "J42Y288",
        1,
        &[
            Part::GalleyAndLavatories,
            Part::Rows(Rows { cabin: Business, groups: &["A", "DG", "K"], numbers: 1..=5, ..ROWS }),
            Part::GalleyAndLavatories,
            Part::Rows(Rows {
                cabin: Business,
                groups: &["A", "DG", "K"],
                numbers: 6..=11,
                without: &[(11, "DG")],
                ..ROWS
            }),
            Part::GalleyAndLavatories,
            Part::Rows(Rows {
                groups: THREE_FOUR_THREE,
                numbers: 20..=34,
                exits: &[20],
                wing: 22..=34,
                roomy: &[21, 22],
                without: &[(20, "DEFG")],
                ..ROWS
            }),
            Part::GalleyAndLavatories,
            Part::Rows(Rows {
                groups: THREE_FOUR_THREE,
                numbers: 35..=49,
                exits: &[35],
                wing: 35..=36,
                without: &[(35, "AK"), (47, "CH"), (48, "CH"), (49, "CH")],
                ..ROWS
            }),
            Part::GalleyAndLavatories,
        ],
    ),
];

#[cfg(test)]
pub(super) fn drawn() -> impl Iterator<Item = (&'static str, &'static str)> {
    TABLE.iter().flat_map(|plan| plan.aircraft.iter().map(|aircraft| (*aircraft, plan.configuration)))
}
