//! The cabins we have drawn: typical ones of their types, no airline's own.

mod narrow;
mod wide;

use super::plan::{Part, Rows};
use crate::{cabin::Cabin, schedule::AircraftCode};

pub(super) struct Plan {
    aircraft: &'static [&'static str],
    /// Cabins front to back.
    configuration: &'static str,
    /// To be raised with every change of the drawing.
    pub version: u8,
    pub parts: &'static [Part<'static>],
}

pub(super) fn find(aircraft: AircraftCode, configuration: &str) -> Option<&'static Plan> {
    all().find(|plan| plan.configuration == configuration && plan.aircraft.contains(&aircraft.as_str()))
}

fn all() -> impl Iterator<Item = &'static Plan> {
    narrow::PLANS.iter().chain(wide::PLANS)
}

const fn plan(
    aircraft: &'static [&'static str],
    configuration: &'static str,
    version: u8,
    parts: &'static [Part<'static>],
) -> Plan {
    Plan { aircraft, configuration, version, parts }
}

const THREE_THREE: &[&str] = &["ABC", "DEF"];

/// What rows are where nothing else is written.
const ROWS: Rows<'static> = Rows {
    cabin: Cabin::Economy,
    groups: THREE_THREE,
    numbers: 1..=1,
    skipped: &[13],
    exits: &[],
    wing: 0..=0,
    roomy: &[],
    without: &[],
    blind: &[],
};

#[cfg(test)]
pub(super) fn drawn() -> impl Iterator<Item = (&'static str, &'static str)> {
    all().flat_map(|plan| plan.aircraft.iter().map(|aircraft| (*aircraft, plan.configuration)))
}
