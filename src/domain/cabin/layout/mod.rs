//! The cabin seen from above: which seats an aircraft has, and where.

mod generic;
mod plan;
mod seat;
mod step;
mod table;

pub use seat::{Features, Seat};
pub use step::Step;

use super::{Cabin, Configuration, SeatNumber};
use crate::schedule::AircraftCode;

/// All seats of an aircraft, front to back. It has exactly as many in each cabin as its configuration says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Aircraft, configuration and version of the drawing, such as `320-F12Y138-1`; a new drawing has a new id.
    pub id: String,
    /// Front to back. A cabin may have several sections, with galleys between.
    pub sections: Vec<Section>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Section {
    Cabin {
        cabin: Cabin,
        /// Letters of the blocks between the aisles, left to right: `ABC`, `DEF`.
        groups: Vec<&'static str>,
        rows: Vec<Row>,
    },
    /// No seats: a galley, lavatories or both.
    Galley { label: &'static str },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub number: u8,
    /// Whether emergency exits are at its ends.
    pub exit: bool,
    /// Whether it is over the wing.
    pub wing: bool,
    /// One for each letter of the section's groups; none where the seat is missing.
    pub seats: Vec<Option<Seat>>,
}

impl Layout {
    /// The cabin of that aircraft in that configuration: as drawn where we have it, otherwise a plain one of the usual form
    /// of the type, with as many places.
    pub fn of(aircraft: &AircraftCode, configuration: &Configuration) -> Self {
        let places = front_to_back(configuration);
        let text =
            places.iter().fold(String::new(), |text, (cabin, n)| format!("{text}{}{n}", cabin.letter()));
        let drawn = table::find(*aircraft, &text);
        let version = drawn.map_or_else(|| format!("g{}", generic::VERSION), |plan| plan.version.to_string());
        let sections =
            drawn.map_or_else(|| generic::lay_out(*aircraft, &places), |plan| plan::lay_out(plan.parts));
        Self { id: format!("{aircraft}-{text}-{version}"), sections }
    }

    pub fn seat(&self, number: SeatNumber) -> Option<&Seat> {
        self.place(number).map(|(_, seat)| seat)
    }

    pub fn cabin_of(&self, number: SeatNumber) -> Option<Cabin> {
        self.place(number).map(|(cabin, _)| cabin)
    }

    /// Row and block between aisles in which a seat stands: its neighbours without an aisle between, itself included.
    pub fn block_of(&self, number: SeatNumber) -> Vec<SeatNumber> {
        let Some((_, groups, row)) = self.cabin_rows().find(|(.., row)| row.number == number.row()) else {
            return Vec::new();
        };
        let letters =
            groups.iter().find(|letters| letters.contains(number.letter())).copied().unwrap_or_default();
        let numbers = row.seats.iter().flatten().map(|seat| seat.number);
        numbers.filter(|seat| letters.contains(seat.letter())).collect()
    }

    /// The seats of that cabin, front to back, left to right.
    pub fn seats(&self, cabin: Cabin) -> impl Iterator<Item = &Seat> {
        self.cabin_rows().filter(move |(c, ..)| *c == cabin).flat_map(|(.., row)| row.seats.iter().flatten())
    }

    /// The rows of all cabins with the letters of their blocks, front to back.
    pub fn cabin_rows(&self) -> impl Iterator<Item = (Cabin, &[&'static str], &Row)> {
        let seated = self.sections.iter().filter_map(|section| match section {
            Section::Cabin { cabin, groups, rows } => Some((*cabin, groups.as_slice(), rows)),
            Section::Galley { .. } => None,
        });
        seated.flat_map(|(cabin, groups, rows)| rows.iter().map(move |row| (cabin, groups, row)))
    }

    fn place(&self, number: SeatNumber) -> Option<(Cabin, &Seat)> {
        let (cabin, _, row) = self.cabin_rows().find(|(.., row)| row.number == number.row())?;
        row.seats.iter().flatten().find(|seat| seat.number == number).map(|seat| (cabin, seat))
    }
}

fn front_to_back(configuration: &Configuration) -> Vec<(Cabin, u16)> {
    let mut places = configuration.cabins().to_vec();
    places.sort();
    places
}

#[cfg(test)]
mod tests;
