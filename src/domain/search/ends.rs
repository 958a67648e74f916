use super::connection::most_km;
use crate::{airport::AirportCode, airports::Airports, network::Network};

/// Where a bound may begin and end: the airports of both places from and to which anything flies.
#[derive(Debug)]
pub(super) struct Ends {
    pub origins: Vec<u16>,
    pub destinations: Vec<u16>,
    sides: Vec<Side>,
    /// For each origin and each destination the most kilometres between them that are no detour.
    most_km: Vec<u32>,
}

/// What a station is to a bound; with its place among the origins or the destinations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Origin(u8),
    Destination(u8),
    /// Where one may change.
    Between,
}

impl Ends {
    pub fn new(
        network: &Network,
        airports: &Airports,
        origin: AirportCode,
        destination: AirportCode,
    ) -> Self {
        let stations = network.stations();
        let served = |place| {
            airports.expand(place).into_iter().filter_map(|airport| stations.number(airport)).collect()
        };
        let origins: Vec<u16> = served(origin);
        let mut destinations: Vec<u16> = served(destination);
        destinations.retain(|station| !origins.contains(station));
        let mut sides = vec![Side::Between; stations.len()];
        // No city has 256 airports.
        for (place, station) in (0..u8::MAX).zip(&origins) {
            sides[usize::from(*station)] = Side::Origin(place);
        }
        for (place, station) in (0..u8::MAX).zip(&destinations) {
            sides[usize::from(*station)] = Side::Destination(place);
        }
        let direct_km = |from, to| airports.distance_km(stations.code(from), stations.code(to));
        let most_km = origins
            .iter()
            .flat_map(|from| destinations.iter().map(move |to| (*from, *to)))
            .map(|(from, to)| direct_km(from, to).map_or(0, most_km))
            .collect();
        Self { origins, destinations, sides, most_km }
    }

    pub fn side(&self, station: u16) -> Side {
        self.sides[usize::from(station)]
    }

    /// By number of the station.
    pub fn sides(&self) -> &[Side] {
        &self.sides
    }

    /// Whether flying so far from one to the other is no detour; false where they are not an origin and a destination.
    pub fn is_on_the_way(&self, origin: u16, destination: u16, flown_km: u32) -> bool {
        match (self.side(origin), self.side(destination)) {
            (Side::Origin(from), Side::Destination(to)) => {
                flown_km <= self.most_km[usize::from(from) * self.destinations.len() + usize::from(to)]
            }
            _ => false,
        }
    }
}
