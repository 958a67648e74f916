use std::fmt;

use domain::{
    airport::AirportCode,
    cabin::Cabin,
    flight::FlightDesignator,
    money::Money,
    search::Bound,
    traveller::{Party, TravellerKind},
};
use jiff::{Timestamp, civil::DateTime};
use serde::{Deserialize, Serialize};

/// A supplier, as it is named in our books and to travellers.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SupplierName(pub String);

impl fmt::Display for SupplierName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is searched for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Trip {
    /// The way out and, for a return, the way back; of a multi-city trip each in order.
    pub bounds: Vec<Bound>,
    pub party: Party,
    pub cabin: Cabin,
}

/// What a supplier offers for a trip, at a price for everyone, taxes included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offered {
    pub supplier: SupplierName,
    /// The supplier's id of it.
    pub id: String,
    /// The flights of each bound, in order.
    pub bounds: Vec<Vec<Flight>>,
    pub travellers: Vec<OfferedTraveller>,
    pub total: Money,
    /// As the supplier calls it: "Standard".
    pub brand: Option<String>,
    /// Whether it can be held before it is paid.
    pub can_be_held: bool,
    pub expires_at: Timestamp,
}

/// The supplier's id of a traveller, which an order repeats.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferedTraveller {
    pub id: String,
    pub kind: TravellerKind,
}

/// One flight of an offer. Local times are those of the airports' zones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flight {
    pub designator: FlightDesignator,
    /// "Duffel Airways".
    #[serde(default)]
    pub airline: Option<String>,
    pub origin: AirportCode,
    pub destination: AirportCode,
    pub departs: DateTime,
    pub arrives: DateTime,
    pub departs_at: Timestamp,
    pub arrives_at: Timestamp,
    /// "Airbus A320".
    pub aircraft: Option<String>,
}
