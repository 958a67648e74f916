//! An offer as partners see it.

use serde::Serialize;
use utoipa::ToSchema;

use super::{
    fleet::{Aircraft, Airline},
    places::{Airport, Place},
};

/// Flights at a price, for a while.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Offer {
    pub id: String,
    pub live_mode: bool,
    pub partial: bool,
    pub created_at: String,
    pub updated_at: String,
    /// Until when it can be ordered.
    pub expires_at: String,
    pub owner: Airline,
    pub slices: Vec<OfferSlice>,
    pub passengers: Vec<OfferPassenger>,
    /// Fares, without taxes.
    pub base_amount: String,
    pub base_currency: String,
    pub tax_amount: String,
    pub tax_currency: String,
    pub total_amount: String,
    pub total_currency: String,
    pub total_emissions_kg: Option<String>,
    pub conditions: Conditions,
    pub payment_requirements: PaymentRequirements,
    pub passenger_identity_documents_required: bool,
    pub supported_passenger_identity_document_types: Vec<String>,
    pub supported_loyalty_programmes: Vec<String>,
    pub private_fares: Vec<String>,
    /// Seats are services of the seat maps.
    pub available_services: Vec<String>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OfferPassenger {
    pub id: String,
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub age: Option<u8>,
    pub fare_type: Option<String>,
    pub given_name: Option<String>,
    pub family_name: Option<String>,
    pub loyalty_programme_accounts: Vec<String>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PaymentRequirements {
    /// Whether it can only be ordered as `instant`.
    pub requires_instant_payment: bool,
    /// Until when a `hold` order made now would have to be paid.
    pub payment_required_by: Option<String>,
    pub price_guarantee_expires_at: Option<String>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Conditions {
    pub refund_before_departure: Option<Condition>,
    pub change_before_departure: Option<Condition>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Condition {
    pub allowed: bool,
    pub penalty_amount: Option<String>,
    pub penalty_currency: Option<String>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SliceConditions {
    pub change_before_departure: Option<Condition>,
    pub advance_seat_selection: Option<bool>,
    pub priority_check_in: Option<bool>,
    pub priority_boarding: Option<bool>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OfferSlice {
    pub id: String,
    pub origin: Place,
    pub origin_type: &'static str,
    pub destination: Place,
    pub destination_type: &'static str,
    /// ISO 8601, such as `PT6H15M`.
    pub duration: String,
    pub fare_brand_name: String,
    pub conditions: SliceConditions,
    pub ngs_shelf: Option<u8>,
    /// The same for slices of the same flights.
    pub comparison_key: String,
    pub segments: Vec<Segment>,
}

/// One flight of a slice. Times are those of the clocks at the airports.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Segment {
    pub id: String,
    pub origin: Airport,
    pub origin_terminal: Option<String>,
    pub destination: Airport,
    pub destination_terminal: Option<String>,
    pub departing_at: String,
    pub arriving_at: String,
    pub duration: String,
    /// Kilometres along the great circle.
    pub distance: Option<String>,
    pub aircraft: Aircraft,
    pub marketing_carrier: Airline,
    pub marketing_carrier_flight_number: String,
    pub operating_carrier: Airline,
    pub operating_carrier_flight_number: String,
    pub passengers: Vec<SegmentPassenger>,
    pub stops: Vec<String>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SegmentPassenger {
    pub passenger_id: String,
    pub cabin_class: &'static str,
    pub cabin_class_marketing_name: String,
    pub fare_basis_code: String,
    pub baggages: Vec<Baggage>,
    pub cabin: SegmentCabin,
    /// Of an order: where they sit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seat: Option<Seat>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SegmentCabin {
    pub name: &'static str,
    pub marketing_name: String,
    pub amenities: Amenities,
}

/// Not known of any aircraft here.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct Amenities {
    pub wifi: Option<String>,
    pub seat: Option<String>,
    pub power: Option<String>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Baggage {
    /// `carry_on` or `checked`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub quantity: u8,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Seat {
    pub designator: String,
    pub name: Option<String>,
    pub disclosures: Vec<String>,
}
