use app::answers::{Contact, HeldLeg, HeldTraveller, HoldView};
use domain::hold::HoldState;

use crate::{postgres::HoldRecord, reference, timetables::Timetables};

/// The hold as its visitor sees it.
pub(super) fn hold_view(hold: HoldRecord, timetables: &Timetables) -> HoldView {
    let airports = timetables.airports();
    let city = |code| airports.get(code).map_or_else(|| String::from(code), |airport| airport.city.clone());
    let people = hold.travellers.len();
    HoldView {
        id: hold.id,
        state: hold.state,
        expires_in_ms: hold.expires_in_ms.max(0),
        extension_left: hold.state == HoldState::Active && !hold.extended,
        legs: hold
            .legs
            .into_iter()
            .map(|departure| HeldLeg {
                origin_name: city(departure.origin),
                destination_name: city(departure.destination),
                aircraft_name: reference::aircraft_name(departure.aircraft),
                seats: (0..people)
                    .map(|i| hold.seats.get(&(departure.id, u8::try_from(i).ok()?)).copied())
                    .collect(),
                mode: timetables.selling().mode(departure.id, hold.offer.cabin),
                departure,
            })
            .collect(),
        travellers: hold
            .travellers
            .into_iter()
            .map(|t| HeldTraveller {
                ordinal: t.ordinal,
                kind: t.kind,
                given_name: t.given_name,
                surname: t.surname,
                birth_date: t.birth_date,
            })
            .collect(),
        contact: hold
            .contact_email
            .map(|email| Contact { email, phone: hold.contact_phone.unwrap_or_default() }),
        brand: hold.offer.brand,
        cabin: hold.offer.cabin,
        total: hold.quote.total,
        quote: hold.quote,
    }
}
