use domain::{
    cabin::{Cabin, SeatNumber},
    departure::Departure,
    fare::{FareBrand, Quote},
    hold::{HoldId, HoldState},
    money::Money,
    selling::SellingMode,
    traveller::TravellerKind,
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A hold as its visitor sees it on every page of the booking.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HoldView {
    pub id: HoldId,
    pub state: HoldState,
    /// Milliseconds left when the server answered; never negative.
    pub expires_in_ms: i64,
    /// Whether ten more minutes may be asked for now, or will be in the last two.
    pub extension_left: bool,
    pub legs: Vec<HeldLeg>,
    /// By ordinal: adults, children, infants.
    pub travellers: Vec<HeldTraveller>,
    pub contact: Option<Contact>,
    pub brand: FareBrand,
    pub cabin: Cabin,
    /// The price that was shown, frozen.
    pub quote: Quote,
    /// Those of the seats that cost something beside it.
    pub seat_charges: Vec<SeatCharge>,
    /// Fare and seats.
    pub total: Money,
    /// Where it is not ours.
    pub sold_by: Option<SoldBy>,
}

/// Who else sells a trip, and how it is known there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SoldBy {
    pub supplier: String,
    /// The fare as they call it: "Standard".
    pub brand: Option<String>,
    /// Their reference, which travellers give at the airline's counter; none before it is booked.
    pub locator: Option<String>,
    /// Whether they are asked to cancel it at the moment.
    pub is_cancelling: bool,
}

/// A seat that costs something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeatCharge {
    /// Index into the legs.
    pub leg: usize,
    /// The traveller's.
    pub ordinal: u8,
    pub seat: SeatNumber,
    pub amount: Money,
}

impl HoldView {
    /// Each seat that costs something, as lines of the price.
    pub fn seat_lines(&self) -> Vec<(String, Money)> {
        let line = |charge: &SeatCharge| {
            let leg = &self.legs.get(charge.leg)?.departure;
            Some((format!("Seat {}, {} to {}", charge.seat, leg.origin, leg.destination), charge.amount))
        };
        self.seat_charges.iter().filter_map(line).collect()
    }

    /// Whether everyone is named and can be written to.
    pub fn travellers_known(&self) -> bool {
        self.contact.is_some()
            && self.travellers.iter().all(|t| t.surname.is_some() && t.birth_date.is_some())
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldLeg {
    pub departure: Departure,
    pub origin_name: String,
    pub destination_name: String,
    pub aircraft_name: String,
    /// By traveller ordinal; none where not chosen yet, and for infants.
    pub seats: Vec<Option<SeatNumber>>,
    /// By ordinal of their traveller, seats that we gave them, which cost them nothing, be it that they sit elsewhere by now.
    pub given: Vec<(u8, SeatNumber)>,
    /// Who says which seat a traveller gets.
    pub mode: SellingMode,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldTraveller {
    pub ordinal: u8,
    pub kind: TravellerKind,
    pub given_name: Option<String>,
    pub surname: Option<String>,
    pub birth_date: Option<Date>,
}

impl HeldTraveller {
    /// The name, or "Adult 1" while there is none.
    pub fn label(&self) -> String {
        match (&self.given_name, &self.surname) {
            (Some(given), Some(surname)) => format!("{given} {surname}"),
            _ => format!("{} {}", self.kind.name(), self.ordinal + 1),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    pub email: String,
    /// May be empty.
    pub phone: String,
}

/// A traveller as typed into the form; parsed by the port.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TravellerEntry {
    pub given_name: String,
    pub surname: String,
    /// ISO date.
    pub birth_date: String,
}
