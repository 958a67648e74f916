//! Names of the airlines and aircraft in the schedule; a code that is not here is shown as it is.

use domain::{carrier::CarrierCode, schedule::AircraftCode};

const CARRIERS: [(&str, &str); 15] = [
    ("9E", "Endeavor Air"),
    ("AA", "American Airlines"),
    ("AS", "Alaska Airlines"),
    ("B6", "JetBlue"),
    ("DL", "Delta Air Lines"),
    ("F9", "Frontier Airlines"),
    ("G4", "Allegiant Air"),
    ("HA", "Hawaiian Airlines"),
    ("MQ", "Envoy Air"),
    ("NK", "Spirit Airlines"),
    ("OO", "SkyWest Airlines"),
    ("Q1", "SkyConnect Demo Air"),
    ("UA", "United Airlines"),
    ("WN", "Southwest Airlines"),
    ("YX", "Republic Airways"),
];

const AIRCRAFT: [(&str, &str); 14] = [
    ("223", "Airbus A220-300"),
    ("319", "Airbus A319"),
    ("320", "Airbus A320"),
    ("321", "Airbus A321"),
    ("738", "Boeing 737-800"),
    ("739", "Boeing 737-900"),
    ("752", "Boeing 757-200"),
    ("763", "Boeing 767-300"),
    ("77W", "Boeing 777-300ER"),
    ("789", "Boeing 787-9"),
    ("7M8", "Boeing 737 MAX 8"),
    ("CR9", "CRJ900"),
    ("E75", "Embraer 175"),
    ("E90", "Embraer 190"),
];

pub fn carrier_name(carrier: CarrierCode) -> String {
    name(&CARRIERS, carrier.as_str())
}

pub fn aircraft_name(aircraft: AircraftCode) -> String {
    name(&AIRCRAFT, aircraft.as_str())
}

/// Every aircraft type that has a name here, by code.
pub fn aircraft() -> impl Iterator<Item = AircraftCode> {
    AIRCRAFT.iter().filter_map(|(code, _)| AircraftCode::parse(code).ok())
}

fn name(names: &[(&str, &str)], code: &str) -> String {
    names
        .iter()
        .find(|(known, _)| *known == code)
        .map_or_else(|| code.to_owned(), |(_, name)| (*name).to_owned())
}
