//! The JSON of Duffel's API v2, as far as we read or write it.

use domain::{cabin::Cabin, traveller::TravellerKind};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::Trip;

/// What every request and answer is wrapped in.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Data<T> {
    pub data: T,
}

#[derive(Debug, Deserialize)]
pub(super) struct Faults {
    pub errors: Vec<Fault>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Fault {
    #[serde(default)]
    pub code: String,
    #[serde(default)]
    pub message: String,
}

/// Each offer is read by itself, so that one that cannot be read spoils no other.
#[derive(Debug, Deserialize)]
pub(super) struct OfferRequest {
    #[serde(default)]
    pub offers: Vec<Value>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Offer {
    pub id: String,
    pub total_amount: String,
    pub total_currency: String,
    pub expires_at: jiff::Timestamp,
    pub passengers: Vec<OfferPassenger>,
    pub slices: Vec<Slice>,
    #[serde(default)]
    pub payment_requirements: Option<PaymentRequirements>,
}

#[derive(Debug, Deserialize)]
pub(super) struct OfferPassenger {
    pub id: String,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub age: Option<u8>,
}

#[derive(Debug, Deserialize)]
pub(super) struct PaymentRequirements {
    pub requires_instant_payment: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct Slice {
    #[serde(default)]
    pub fare_brand_name: Option<String>,
    pub segments: Vec<Segment>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Segment {
    pub origin: Code,
    pub destination: Code,
    pub departing_at: jiff::civil::DateTime,
    pub arriving_at: jiff::civil::DateTime,
    pub marketing_carrier: Carrier,
    pub marketing_carrier_flight_number: String,
    #[serde(default)]
    pub aircraft: Option<Named>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Code {
    pub iata_code: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Carrier {
    pub iata_code: String,
    #[serde(default)]
    pub name: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Named {
    pub name: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Order {
    pub id: String,
    #[serde(default)]
    pub booking_reference: Option<String>,
    pub total_amount: String,
    pub total_currency: String,
    #[serde(default)]
    pub cancelled_at: Option<String>,
    pub payment_status: PaymentStatus,
}

#[derive(Debug, Deserialize)]
pub(super) struct PaymentStatus {
    pub awaiting_payment: bool,
    #[serde(default)]
    pub payment_required_by: Option<jiff::Timestamp>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Cancellation {
    pub id: String,
    #[serde(default)]
    pub refund_amount: Option<String>,
    #[serde(default)]
    pub refund_currency: Option<String>,
    #[serde(default)]
    pub expires_at: Option<jiff::Timestamp>,
}

/// What of an answer nobody reads.
#[derive(Debug, Deserialize)]
pub(super) struct Anything {}

pub(super) fn offer_request(trip: &Trip) -> Value {
    let slices: Vec<Value> = trip
        .bounds
        .iter()
        .map(|bound| {
            json!({
                "origin": bound.origin.to_string(),
                "destination": bound.destination.to_string(),
                "departure_date": bound.date.to_string(),
            })
        })
        .collect();
    let passengers: Vec<Value> =
        trip.party.kinds().into_iter().map(|kind| json!({ "type": kind_name(kind) })).collect();
    json!({
        "slices": slices,
        "passengers": passengers,
        "cabin_class": cabin_name(trip.cabin),
        "max_connections": 2,
    })
}

pub(super) fn kind_name(kind: TravellerKind) -> &'static str {
    match kind {
        TravellerKind::Adt => "adult",
        TravellerKind::Chd => "child",
        TravellerKind::Inf => "infant_without_seat",
    }
}

fn cabin_name(cabin: Cabin) -> &'static str {
    match cabin {
        Cabin::First => "first",
        Cabin::Business => "business",
        Cabin::Premium => "premium_economy",
        Cabin::Economy => "economy",
    }
}
