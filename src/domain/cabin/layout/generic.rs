//! Cabins of the usual form of a type, for all that nobody has drawn.

use std::slice;

use super::{
    Section,
    plan::{self, Part, Rows},
};
use crate::{cabin::Cabin, schedule::AircraftCode};

/// To be raised when generic cabins come out differently.
pub(super) const VERSION: u8 = 2;

const LAST_ROW: u8 = 99;

type Groups = &'static [&'static str];

/// How the cabins of a kind of aircraft are divided: first and business, premium, economy.
#[derive(Clone, Copy)]
struct Family {
    front: Groups,
    premium: Groups,
    economy: Groups,
}

const REGIONAL: Family = Family { front: &["A", "CD"], premium: &["AB", "CD"], economy: &["AB", "CD"] };
const A220: Family = Family { front: &["AB", "CD"], premium: &["AB", "CDE"], economy: &["AB", "CDE"] };
const NARROW: Family = Family { front: &["AC", "DF"], premium: &["ABC", "DEF"], economy: &["ABC", "DEF"] };
const SEVEN: Family =
    Family { front: &["A", "CE", "G"], premium: &["AB", "CE", "FG"], economy: &["AB", "CDE", "FG"] };
const EIGHT: Family =
    Family { front: &["A", "DG", "K"], premium: &["AC", "DEG", "HK"], economy: &["AC", "DEFG", "HK"] };
const NINE: Family =
    Family { front: &["A", "DF", "K"], premium: &["AC", "DEF", "HK"], economy: &["ABC", "DEF", "HJK"] };
const TEN: Family =
    Family { front: &["A", "DG", "K"], premium: &["AC", "DEFG", "HK"], economy: &["ABC", "DEFG", "HJK"] };
/// So dense that 850 places in any cabins fit into 99 rows.
const DENSE: Family = Family { front: TEN.economy, premium: TEN.economy, economy: TEN.economy };

/// Types with their family (SSIM appendix A); narrow bodies of three and three need no mention.
const TYPES: &[(&str, Family)] = &[
    ("AT4 AT5 AT7 CR2 CR7 CR9 CRA CRJ CRK DH2 DH3 DH4 DH8 E70 E75 E7W E90 E95 290 295", REGIONAL),
    ("221 223", A220),
    ("762 763 764 76W 767", SEVEN),
    ("310 312 313 330 332 333 338 339 340 342 343 345 346", EIGHT),
    ("350 351 359 781 787 788 789", NINE),
    ("380 388 744 747 748 74H 772 773 777 77L 77W 778 779", TEN),
];

/// The rows of one cabin.
struct Stretch {
    cabin: Cabin,
    groups: Groups,
    first: u8,
    last: u8,
    /// Where its exits are, if it has any.
    middle: u8,
    /// Letters without a seat in the last row.
    missing: String,
}

pub(super) fn lay_out(aircraft: AircraftCode, places: &[(Cabin, u16)]) -> Vec<Section> {
    let usual = family(aircraft, places.iter().map(|(_, n)| *n).sum());
    let fits = |stretches: &Vec<Stretch>| stretches.iter().all(|s| s.last <= LAST_ROW);
    let stretches = [(usual, true), (usual, false), (TEN, false)]
        .into_iter()
        .map(|(family, spaced)| stretches(family, places, spaced))
        .find(fits)
        .unwrap_or_else(|| stretches(DENSE, places, false));
    let without: Vec<_> = stretches.iter().map(|s| (s.last, s.missing.as_str())).collect();
    let mut parts = vec![Part::GalleyAndLavatories];
    for stretch in &stretches {
        parts.extend(stretch.parts(&without));
    }
    plan::lay_out(&parts)
}

fn family(aircraft: AircraftCode, places: u16) -> Family {
    let known = TYPES.iter().find(|(types, _)| types.split(' ').any(|t| t == aircraft.as_str()));
    match (known, places) {
        (Some((_, family)), _) => *family,
        (None, ..=60) => REGIONAL,
        (None, 61..=244) => NARROW,
        (None, 245..=320) => NINE,
        (None, _) => TEN,
    }
}

/// Numbers the rows of all cabins; where spaced, a cabin starts at a number that looks like a start.
fn stretches(family: Family, places: &[(Cabin, u16)], spaced: bool) -> Vec<Stretch> {
    let mut next = 1;
    places
        .iter()
        .map(|(cabin, places)| {
            let groups = match cabin {
                Cabin::First | Cabin::Business => family.front,
                Cabin::Premium => family.premium,
                Cabin::Economy => family.economy,
            };
            let first = match [1, 7, 10, 20, 30, 40].into_iter().find(|start| *start >= next) {
                Some(start) if spaced => start,
                _ if next == 13 => 14,
                _ => next,
            };
            let letters = groups.concat();
            let rows = places.div_ceil(to_u16(letters.len()));
            let last = first + rows - 1;
            // There is no row 13, so that rows across it end one later.
            let last = if (first..=last).contains(&13) { last + 1 } else { last };
            next = last + 1;
            let middle = first + (last - first).div_ceil(2);
            Stretch {
                cabin: *cabin,
                groups,
                first: clamp(first),
                last: clamp(last),
                middle: clamp(if middle == 13 { 14 } else { middle }),
                missing: outermost(&letters, rows * to_u16(letters.len()) - places),
            }
        })
        .collect()
}

/// That many letters, from the outside in: a tail grows narrow.
fn outermost(letters: &str, n: u16) -> String {
    let mut rest = letters.chars();
    (0..n).filter_map(|i| if i % 2 == 0 { rest.next() } else { rest.next_back() }).collect()
}

fn to_u16(n: usize) -> u16 {
    u16::try_from(n).unwrap_or(u16::MAX)
}

fn clamp(row: u16) -> u8 {
    u8::try_from(row).unwrap_or(u8::MAX)
}

impl Stretch {
    /// The rows with what is behind them. Exits are over the wing, or where two aisles end at a door in the middle.
    fn parts<'a>(&'a self, without: &'a [(u8, &'a str)]) -> Vec<Part<'a>> {
        let rows = self.last - self.first + 1;
        let all = Rows {
            cabin: self.cabin,
            groups: self.groups,
            numbers: self.first..=self.last,
            skipped: &[13],
            exits: slice::from_ref(&self.middle),
            wing: self.middle - rows / 6..=self.middle + rows / 6,
            roomy: slice::from_ref(&self.first),
            without,
            blind: &[],
        };
        if self.cabin != Cabin::Economy || rows < 8 {
            return vec![
                Part::Rows(Rows { exits: &[], wing: 0..=0, roomy: &[], ..all }),
                Part::GalleyAndLavatories,
            ];
        }
        if self.groups.len() < 3 {
            return vec![Part::Rows(all), Part::GalleyAndLavatories];
        }
        let front = Rows { numbers: self.first..=self.middle - 1, ..all.clone() };
        let back = Rows { numbers: self.middle..=self.last, ..all };
        vec![Part::Rows(front), Part::GalleyAndLavatories, Part::Rows(back), Part::GalleyAndLavatories]
    }
}
