use super::{Routes, Stations};
use crate::{cabin::Cabin, timetable::Timetable};

/// What a search asks of a leg of the schedule, in the order of [`Timetable::legs`].
#[derive(Debug)]
pub(crate) struct Legs {
    /// None for a leg that ends where it began.
    routes: Vec<Option<u32>>,
    carriers: Vec<u16>,
    /// A bit for each cabin that has places.
    cabins: Vec<u8>,
}

impl Legs {
    pub fn new(timetable: &Timetable, stations: &Stations, routes: &Routes) -> Self {
        let legs = timetable.legs();
        let carrier = |carrier| timetable.carriers().binary_search(carrier).unwrap_or_default();
        let bits = |places: &[(Cabin, u16)]| places.iter().fold(0, |bits, (cabin, _)| bits | bit(*cabin));
        Self {
            routes: legs.iter().map(|leg| routes.of(leg, stations)).collect(),
            // There are fewer airline codes than 36².
            carriers: legs
                .iter()
                .map(|leg| u16::try_from(carrier(&leg.flight.carrier)).unwrap_or_default())
                .collect(),
            cabins: legs.iter().map(|leg| bits(leg.configuration.cabins())).collect(),
        }
    }

    pub fn route(&self, leg: usize) -> Option<u32> {
        self.routes[leg]
    }

    /// The place of the carrier in [`Timetable::carriers`].
    pub fn carrier(&self, leg: u32) -> u16 {
        self.carriers[leg as usize]
    }

    pub fn has(&self, leg: u32, cabin: Cabin) -> bool {
        self.cabins[leg as usize] & bit(cabin) != 0
    }
}

fn bit(cabin: Cabin) -> u8 {
    match cabin {
        Cabin::Economy => 1,
        Cabin::Premium => 2,
        Cabin::Business => 4,
        Cabin::First => 8,
    }
}
