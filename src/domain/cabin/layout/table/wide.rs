//! Aircraft with two aisles.

use super::{Part, Plan, ROWS, Rows, plan};
use crate::cabin::Cabin::Business;

const TWO_THREE_TWO: &[&str] = &["AB", "CDE", "FG"];
const THREE_THREE_THREE: &[&str] = &["ABC", "DEF", "HJK"];
const THREE_FOUR_THREE: &[&str] = &["ABC", "DEFG", "HJK"];

pub(super) const PLANS: &[Plan] = &[
    plan(
        &["763", "76W"],
        "J30Y180",
        2,
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
        2,
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
        2,
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
