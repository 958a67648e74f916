use app::answers::{Contact, HeldLeg, HeldTraveller, HoldView, SeatCharge, SoldBy};
use domain::{
    departure::{Departure, DepartureId},
    hold::HoldState,
    money::Money,
    selling::SellingMode,
};

use crate::{postgres::HoldRecord, reference, suppliers::Offered, timetables::Timetables};

/// The hold as its visitor sees it.
pub(super) fn hold_view(hold: HoldRecord, timetables: &Timetables) -> HoldView {
    let airports = timetables.airports();
    let city = |code| airports.get(code).map_or_else(|| String::from(code), |airport| airport.city.clone());
    let people = hold.travellers.len();
    let total = hold.total();
    let seat_charges = seat_charges(&hold);
    let outside = hold.outside;
    let aircraft = |leg: usize, departure: &Departure| match &outside {
        Some(offered) => offered.aircraft(leg).unwrap_or_default().to_owned(),
        None => reference::aircraft_name(departure.aircraft),
    };
    HoldView {
        id: hold.id,
        state: hold.state,
        expires_in_ms: hold.expires_in_ms.max(0),
        // A supplier keeps its offer no longer.
        extension_left: hold.state == HoldState::Active && !hold.extended && outside.is_none(),
        legs: hold
            .legs
            .into_iter()
            .enumerate()
            .map(|(leg, departure)| HeldLeg {
                origin_name: city(departure.origin),
                destination_name: city(departure.destination),
                aircraft_name: aircraft(leg, &departure),
                seats: (0..people)
                    .map(|i| hold.seats.get(&(departure.id, u8::try_from(i).ok()?)).copied())
                    .collect(),
                given: {
                    let here = hold.given.iter().filter(|((leg, _), _)| *leg == departure.id);
                    here.map(|((_, ordinal), seat)| (*ordinal, *seat)).collect()
                },
                // Whatever is done with a departure of ours that is called the same.
                mode: match &outside {
                    Some(_) => SellingMode::Choose,
                    None => timetables.selling().mode(departure.id, hold.offer.cabin),
                },
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
        total,
        seat_charges,
        quote: hold.quote,
        sold_by: outside.as_ref().map(|offered| sold_by(offered, None)),
    }
}

/// By legs and travellers.
fn seat_charges(hold: &HoldRecord) -> Vec<SeatCharge> {
    let charge = |((departure, ordinal), minor): (&(DepartureId, u8), &i64)| {
        Some(SeatCharge {
            leg: hold.legs.iter().position(|leg| leg.id == *departure)?,
            ordinal: *ordinal,
            seat: *hold.seats.get(&(*departure, *ordinal))?,
            amount: Money::new(*minor, hold.quote.currency),
        })
    };
    let mut charges: Vec<SeatCharge> = hold.charges.iter().filter_map(charge).collect();
    charges.sort_by_key(|charge| (charge.leg, charge.ordinal));
    charges
}

/// Who else sells it, and under which reference it stands there.
pub(crate) fn sold_by(offered: &Offered, locator: Option<String>) -> SoldBy {
    SoldBy {
        supplier: offered.supplier.to_string(),
        brand: offered.brand.clone(),
        locator,
        is_cancelling: false,
    }
}
