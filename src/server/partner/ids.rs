//! How things are named to partners. An id tells what it names by its first letters; what must not be made up is signed.

use domain::{
    airport::AirportCode, carrier::CarrierCode, departure::DepartureId, schedule::AircraftCode,
    traveller::Party,
};
use uuid::Uuid;

pub fn airport(code: AirportCode) -> String {
    format!("arp_{}", lower(code.as_str()))
}

pub fn city(code: AirportCode) -> String {
    format!("cit_{}", lower(code.as_str()))
}

pub fn airline(code: CarrierCode) -> String {
    format!("arl_{}", lower(code.as_str()))
}

pub fn aircraft(code: AircraftCode) -> String {
    format!("arc_{}", lower(code.as_str()))
}

/// What stands behind the first letters, in capitals.
pub fn code_of(id: &str, kind: &str) -> Option<String> {
    id.strip_prefix(kind).map(str::to_ascii_uppercase)
}

pub fn segment(departure: DepartureId) -> String {
    format!("seg_{departure}")
}

pub fn slice(legs: &[domain::departure::Departure]) -> String {
    let names: Vec<String> = legs.iter().map(|leg| leg.id.to_string()).collect();
    format!("sli_{}", names.join("_"))
}

pub fn seat_map(departure: DepartureId) -> String {
    format!("sea_{departure}")
}

/// A traveller by their place among a party's, the same in every offer for such a party.
pub fn passenger(party: Party, ordinal: u8) -> String {
    let (adults, children, infants): (u8, u8, u8) = party.into();
    format!("pas_{adults}{children}{infants}_{ordinal}")
}

/// A seat for somebody on a leg.
pub fn seat_service(departure: DepartureId, ordinal: u8, seat: domain::cabin::SeatNumber) -> String {
    format!("ase_{departure}_{ordinal}_{seat}")
}

/// Reads back what `seat_service` wrote.
pub fn read_seat_service(id: &str) -> Option<(DepartureId, u8, domain::cabin::SeatNumber)> {
    let mut parts = id.strip_prefix("ase_")?.split('_');
    let service = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    parts.next().is_none().then_some(service)
}

pub fn order(booking: Uuid) -> String {
    format!("ord_{}", booking.simple())
}

pub fn payment(booking: Uuid) -> String {
    format!("pay_{}", booking.simple())
}

pub fn cancellation(id: Uuid) -> String {
    format!("ore_{}", id.simple())
}

pub fn webhook(id: Uuid) -> String {
    format!("end_{}", id.simple())
}

/// The number behind the first letters.
pub fn uuid(id: &str, kind: &str) -> Option<Uuid> {
    id.strip_prefix(kind)?.parse().ok()
}

fn lower(code: &str) -> String {
    code.to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::{read_seat_service, seat_service};

    #[test]
    fn a_seat_service_is_read_as_it_was_written() {
        let (departure, seat) = ("B6523-1-2026-12-22".parse().unwrap(), "12A".parse().unwrap());
        let id = seat_service(departure, 1, seat);
        assert_eq!(read_seat_service(&id), Some((departure, 1, seat)));
        for other in [format!("{id}_1"), id.replace("ase", "asx"), id.replace("12A", "A12")] {
            assert_eq!(read_seat_service(&other), None, "{other}");
        }
    }
}
