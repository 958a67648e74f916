use std::ops::RangeInclusive;

use super::{Features, Row, Seat, Section};
use crate::cabin::{Cabin, SeatNumber};

/// A piece of the cabin, as it is written down.
#[derive(Clone, Debug)]
pub(super) enum Part<'a> {
    Galley,
    Lavatories,
    GalleyAndLavatories,
    Rows(Rows<'a>),
}

/// Rows of one form. What is not written follows: the first row is at a bulkhead, outer seats have windows, exit rows have more
/// legroom, those in front of them recline less, and so does the last row of economy. Between two aisles bassinets hang from a
/// bulkhead. Where lavatories end a longer stretch of economy, the last row but one has accessible seats.
#[derive(Clone, Debug)]
pub(super) struct Rows<'a> {
    pub cabin: Cabin,
    /// Letters of the blocks between the aisles, left to right.
    pub groups: &'a [&'static str],
    pub numbers: RangeInclusive<u8>,
    /// Numbers that no row has.
    pub skipped: &'a [u8],
    pub exits: &'a [u8],
    pub wing: RangeInclusive<u8>,
    /// Rows with extra legroom besides the exit rows.
    pub roomy: &'a [u8],
    /// Seats that are missing.
    pub without: &'a [(u8, &'a str)],
    /// Outer seats without a window.
    pub blind: &'a [(u8, &'a str)],
}

/// Rows of economy from which on some are accessible.
const SHORTEST_WITH_ACCESSIBLE: usize = 8;
/// An accessible seat and the one beside it.
const PAIR: usize = 2;

pub(super) fn lay_out(parts: &[Part]) -> Vec<Section> {
    let lavatory = |at: Option<usize>| {
        at.and_then(|i| parts.get(i))
            .is_some_and(|p| matches!(p, Part::Lavatories | Part::GalleyAndLavatories))
    };
    let section = |(i, part): (usize, &Part)| match part {
        Part::Galley => Section::Galley { label: "galley" },
        Part::Lavatories => Section::Galley { label: "lavatories" },
        Part::GalleyAndLavatories => Section::Galley { label: "galley and lavatories" },
        Part::Rows(rows) => rows.section(lavatory(i.checked_sub(1)), lavatory(i.checked_add(1))),
    };
    parts.iter().enumerate().map(section).collect()
}

impl Rows<'_> {
    fn section(&self, lavatory_before: bool, lavatory_behind: bool) -> Section {
        let numbers: Vec<u8> = self.numbers.clone().filter(|n| !self.skipped.contains(n)).collect();
        let last = numbers.len().saturating_sub(1);
        let row = |(i, number): (usize, &u8)| {
            let exit = self.exits.contains(number);
            let exit_behind = numbers.get(i + 1).is_some_and(|n| self.exits.contains(n));
            let stuck = exit_behind || (i == last && self.cabin == Cabin::Economy);
            let features = Features::EXTRA_LEGROOM.when(exit || self.roomy.contains(number))
                | Features::BULKHEAD.when(i == 0)
                | Features::LIMITED_RECLINE.when(stuck)
                | Features::NEAR_LAVATORY.when((i == 0 && lavatory_before) || (i == last && lavatory_behind));
            let mut seats = self.seats(*number, features);
            if i == 0 && self.groups.len() > 2 {
                self.hang_bassinets(&mut seats);
            }
            let is_long = numbers.len() >= SHORTEST_WITH_ACCESSIBLE;
            if lavatory_behind && is_long && self.cabin == Cabin::Economy && i + 1 == last && !exit {
                self.lift_armrests(&mut seats);
            }
            Row { number: *number, exit, wing: self.wing.contains(number), seats }
        };
        Section::Cabin {
            cabin: self.cabin,
            groups: self.groups.to_vec(),
            rows: numbers.iter().enumerate().map(row).collect(),
        }
    }

    /// In front of all seats between the aisles.
    fn hang_bassinets(&self, seats: &mut [Option<Seat>]) {
        let outer = (self.groups[0].len(), self.groups[self.groups.len() - 1].len());
        let middle = outer.0..seats.len() - outer.1;
        for seat in seats[middle].iter_mut().flatten() {
            seat.features = seat.features | Features::BASSINET;
        }
    }

    /// The outer aisle seats and those beside them, for who travels along to help.
    fn lift_armrests(&self, seats: &mut [Option<Seat>]) {
        let right = seats.len() - self.groups[self.groups.len() - 1].len();
        let (left, right) = (0..self.groups[0].len(), right..seats.len());
        for seat in seats[left].iter_mut().rev().flatten().take(PAIR) {
            seat.features = seat.features | Features::ACCESSIBLE;
        }
        for seat in seats[right].iter_mut().flatten().take(PAIR) {
            seat.features = seat.features | Features::ACCESSIBLE;
        }
    }

    fn seats(&self, row: u8, of_row: Features) -> Vec<Option<Seat>> {
        let missing = marked(self.without, row);
        let blind = marked(self.blind, row);
        let exit = self.exits.contains(&row);
        let last_group = self.groups.len() - 1;
        let mut seats = Vec::new();
        for (g, group) in self.groups.iter().enumerate() {
            for (i, letter) in group.char_indices() {
                // Where the seat by the aisle is missing, the next one is by the aisle.
                let first = group[..i].chars().all(|l| missing.contains(l));
                let last = group[i + 1..].chars().all(|l| missing.contains(l));
                let outer = (g == 0 && i == 0) || (g == last_group && i + 1 == group.len());
                let features = of_row
                    | Features::WINDOW.when(outer)
                    | Features::NO_WINDOW.when(outer && blind.contains(letter))
                    | Features::AISLE.when((first && g > 0) || (last && g < last_group))
                    | Features::EXIT_ROW.when(exit && (g == 0 || g == last_group));
                let number = SeatNumber::new(row, letter).ok().filter(|_| !missing.contains(letter));
                seats.push(number.map(|number| Seat { number, features }));
            }
        }
        seats
    }
}

/// The letters noted for that row.
fn marked<'a>(notes: &[(u8, &'a str)], row: u8) -> &'a str {
    notes.iter().find(|(n, _)| *n == row).map_or("", |(_, letters)| letters)
}
