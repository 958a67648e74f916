//! Aircraft with one aisle.

use super::{Part, Plan, ROWS, Rows, plan};
use crate::cabin::Cabin::First;

const ONE_TWO: &[&str] = &["A", "CD"];
const TWO_TWO: &[&str] = &["AB", "CD"];
const WIDE_TWO_TWO: &[&str] = &["AC", "DF"];
const TWO_THREE: &[&str] = &["AB", "CDE"];

const FRONT: Rows<'static> = Rows { cabin: First, groups: WIDE_TWO_TWO, ..ROWS };

pub(super) const PLANS: &[Plan] = &[
    plan(
        &["CR9"],
        "F12Y64",
        2,
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
        2,
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
        2,
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
        2,
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
        2,
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
        2,
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
        2,
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
        2,
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
        2,
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
        2,
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
        2,
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
        2,
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
        2,
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
        2,
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
];
