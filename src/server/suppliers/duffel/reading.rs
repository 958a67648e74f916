//! What a supplier says, read with distrust: nothing that cannot be right comes any further.

use domain::{
    airport::AirportCode,
    airports::Airports,
    flight::FlightDesignator,
    money::{Currency, Money},
    traveller::TravellerKind,
};
use jiff::{Timestamp, civil::DateTime};
use serde_json::Value;

use super::{
    super::{Flight, Offered, OfferedTraveller, SupplierName, Trip},
    wire,
};

/// Names are shown on cards.
const LONGEST_NAME: usize = 60;
/// An offer's id travels in forms and addresses.
const LONGEST_ID_BYTES: usize = 2048;

/// An offer, if it can be one; why not is for the log.
pub(super) fn offer(offer: Value, supplier: &SupplierName, airports: &Airports) -> Option<Offered> {
    let offer: wire::Offer = serde_json::from_value(offer)
        .inspect_err(|error| tracing::debug!(%supplier, %error, "an offer cannot be read"))
        .ok()?;
    let bounds: Vec<Vec<Flight>> = offer
        .slices
        .iter()
        .map(|slice| slice.segments.iter().map(|segment| flight(segment, airports)).collect::<Option<_>>())
        .collect::<Option<_>>()?;
    let travellers = offer.passengers.into_iter().map(traveller).collect::<Option<_>>()?;
    let total = Money::from_decimal(&offer.total_amount, Currency::parse(&offer.total_currency)?)?;
    let is_possible = total.minor > 0
        && (1..=LONGEST_ID_BYTES).contains(&offer.id.len())
        && !bounds.is_empty()
        && bounds.iter().all(|flights| can_be_flown(flights))
        && bounds.is_sorted_by(|out, back| leaves_after(out, back));
    is_possible.then(|| Offered {
        supplier: supplier.clone(),
        id: offer.id,
        bounds,
        travellers,
        total,
        brand: offer.slices.into_iter().find_map(|slice| words(&slice.fare_brand_name?)),
        can_be_held: offer.payment_requirements.is_some_and(|payment| !payment.requires_instant_payment),
        expires_at: offer.expires_at,
    })
}

/// Whether an offer is one for that trip: its places, its dates, its people, and to be had still.
pub(super) fn answers(offer: &Offered, trip: &Trip, airports: &Airports) -> bool {
    let mut offered: Vec<TravellerKind> = offer.travellers.iter().map(|traveller| traveller.kind).collect();
    offered.sort_unstable();
    let is_place = |code: AirportCode, asked: AirportCode| airports.expand(asked).contains(&code);
    let fits = offer.bounds.iter().zip(&trip.bounds).all(|(flights, bound)| {
        let (Some(first), Some(last)) = (flights.first(), flights.last()) else { return false };
        is_place(first.origin, bound.origin)
            && is_place(last.destination, bound.destination)
            && first.departs.date() == bound.date
    });
    fits && offer.bounds.len() == trip.bounds.len() && offered == sorted(trip.party.kinds())
}

fn sorted(mut kinds: Vec<TravellerKind>) -> Vec<TravellerKind> {
    kinds.sort_unstable();
    kinds
}

fn flight(segment: &wire::Segment, airports: &Airports) -> Option<Flight> {
    let origin = AirportCode::parse(&segment.origin.iata_code).ok()?;
    let destination = AirportCode::parse(&segment.destination.iata_code).ok()?;
    let number = &segment.marketing_carrier_flight_number;
    // Some write flight numbers with noughts before them.
    let number = number.trim_start_matches('0');
    Some(Flight {
        designator: FlightDesignator::parse(&format!("{}{number}", segment.marketing_carrier.iata_code))
            .ok()?,
        airline: segment.marketing_carrier.name.as_deref().and_then(words),
        origin,
        destination,
        departs: segment.departing_at,
        arrives: segment.arriving_at,
        departs_at: instant(origin, segment.departing_at, airports)?,
        arrives_at: instant(destination, segment.arriving_at, airports)?,
        aircraft: segment.aircraft.as_ref().and_then(|aircraft| words(&aircraft.name)),
    })
}

/// A name to show, if it can be one.
fn words(text: &str) -> Option<String> {
    let text = text.trim();
    let is_name = (1..=LONGEST_NAME).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    is_name.then(|| text.to_owned())
}

/// None at a place that we do not know.
fn instant(airport: AirportCode, at: DateTime, airports: &Airports) -> Option<Timestamp> {
    Some(at.to_zoned(airports.zone(airport)?.clone()).ok()?.timestamp())
}

/// Each flight takes time, and the next leaves from where and after the one before arrived.
fn can_be_flown(flights: &[Flight]) -> bool {
    !flights.is_empty()
        && flights
            .iter()
            .all(|flight| flight.departs_at < flight.arrives_at && flight.origin != flight.destination)
        && flights
            .is_sorted_by(|one, next| one.arrives_at < next.departs_at && one.destination == next.origin)
}

fn leaves_after(out: &[Flight], back: &[Flight]) -> bool {
    out.last().zip(back.first()).is_some_and(|(last, first)| last.arrives_at < first.departs_at)
}

fn traveller(passenger: wire::OfferPassenger) -> Option<OfferedTraveller> {
    let kind = match (passenger.kind.as_deref(), passenger.age) {
        (Some("adult"), _) | (None, Some(12..)) => TravellerKind::Adt,
        (Some("child"), _) | (None, Some(2..=11)) => TravellerKind::Chd,
        (Some("infant_without_seat"), _) | (None, Some(..=1)) => TravellerKind::Inf,
        _ => return None,
    };
    (!passenger.id.is_empty()).then_some(OfferedTraveller { id: passenger.id, kind })
}
