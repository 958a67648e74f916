use std::collections::BTreeMap;

use domain::{
    airports::Airports, booking::BookingState, cabin::SeatNumber, coupon::CouponState,
    departure::DepartureId, money::Money, search::Itinerary,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::new::{Details, PersonDetails};
use crate::{
    partner::{
        fleet::{Airline, airline},
        ids, making,
        offer::{Conditions, OfferSlice, Seat},
        offers,
    },
    postgres::OrderRecord,
};

/// A booking of a token.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Order {
    pub id: String,
    pub live_mode: bool,
    /// `instant` or `hold`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The record locator, by which travellers open their trip.
    pub booking_reference: String,
    pub created_at: String,
    pub synced_at: String,
    /// When nothing of it was left: cancelled, or not paid in time.
    pub cancelled_at: Option<String>,
    pub content: &'static str,
    pub owner: Airline,
    pub slices: Vec<OfferSlice>,
    pub passengers: Vec<OrderPassenger>,
    /// The seats that were ordered.
    pub services: Vec<OrderService>,
    pub payment_status: PaymentStatus,
    /// Tickets, once it is paid.
    pub documents: Vec<Document>,
    pub base_amount: String,
    pub base_currency: String,
    pub tax_amount: String,
    pub tax_currency: String,
    /// Base, taxes and seats.
    pub total_amount: String,
    pub total_currency: String,
    pub conditions: Conditions,
    pub metadata: BTreeMap<String, String>,
    /// `cancel`, as long as something of it is left.
    pub available_actions: Vec<&'static str>,
    pub airline_initiated_changes: Vec<String>,
    pub changes: Vec<String>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OrderPassenger {
    pub id: String,
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub given_name: String,
    pub family_name: String,
    pub born_on: String,
    pub title: Option<String>,
    pub gender: Option<String>,
    pub email: Option<String>,
    pub phone_number: Option<String>,
    pub infant_passenger_id: Option<String>,
    pub loyalty_programme_accounts: Vec<String>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OrderService {
    pub id: String,
    /// Always `seat`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub quantity: u8,
    pub passenger_ids: Vec<String>,
    pub segment_ids: Vec<String>,
    pub total_amount: String,
    pub total_currency: String,
    pub metadata: Seat,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PaymentStatus {
    pub awaiting_payment: bool,
    pub payment_required_by: Option<String>,
    pub price_guarantee_expires_at: Option<String>,
    pub paid_at: Option<String>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Document {
    /// Always `electronic_ticket`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub unique_identifier: String,
    pub passenger_ids: Vec<String>,
}

/// None where it holds what is not understood.
pub fn order(record: &OrderRecord, airports: &Airports) -> Option<Order> {
    let (offer, quote, legs) = (&record.hold.offer, &record.hold.quote, &record.hold.legs);
    let details: Details = serde_json::from_value(record.details.clone()).ok()?;
    let bounds = offers::bounds(offer, legs)?;
    let currency = quote.currency.code().to_owned();
    let is_awaiting = record.state == BookingState::AwaitingPayment;
    let pay_by = record.pay_by.map(making::stamp);
    let may_cancel =
        is_awaiting || matches!(record.state, BookingState::Ticketed | BookingState::PartCancelled);
    Some(Order {
        id: ids::order(record.booking),
        live_mode: false,
        kind: record.kind.clone(),
        booking_reference: record.pnr.to_string(),
        created_at: making::stamp(record.created_at),
        synced_at: making::stamp(record.created_at),
        cancelled_at: record.cancelled_at.map(making::stamp),
        content: "self_managed",
        owner: airline(legs.first()?.id.flight.carrier),
        slices: bounds.iter().map(|bound| slice(record, bound, airports)).collect::<Option<_>>()?,
        passengers: passengers(record, &details),
        services: details.services.iter().filter_map(|id| service(record, id)).collect(),
        payment_status: PaymentStatus {
            awaiting_payment: is_awaiting,
            price_guarantee_expires_at: pay_by.clone(),
            payment_required_by: pay_by,
            paid_at: record.paid_at.map(making::stamp),
        },
        documents: documents(record),
        base_amount: Money::new(quote.fare_minor(), quote.currency).decimal(),
        base_currency: currency.clone(),
        tax_amount: Money::new(quote.tax_minor(), quote.currency).decimal(),
        tax_currency: currency.clone(),
        total_amount: record.total().decimal(),
        total_currency: currency,
        conditions: making::conditions(offer.brand, quote.currency),
        metadata: details.metadata,
        available_actions: if may_cancel { vec!["cancel"] } else { Vec::new() },
        airline_initiated_changes: Vec::new(),
        changes: Vec::new(),
    })
}

fn slice(record: &OrderRecord, bound: &Itinerary, airports: &Airports) -> Option<OfferSlice> {
    let mut slice = making::slice(bound, &record.hold.offer, &record.hold.quote, airports)?;
    for (segment, leg) in slice.segments.iter_mut().zip(bound.legs()) {
        for (ordinal, passenger) in (0_u8..).zip(&mut segment.passengers) {
            passenger.seat = seat(record, leg.id, ordinal).map(seat_view);
        }
    }
    Some(slice)
}

/// Where somebody sits: by the ticket, or by the hold as long as there is none.
fn seat(record: &OrderRecord, departure: DepartureId, ordinal: u8) -> Option<SeatNumber> {
    let Some(trip) = &record.trip else {
        return record.hold.seats.get(&(departure, ordinal)).copied();
    };
    let leg = trip.legs.iter().position(|leg| leg.id == departure)?;
    let coupon = trip.tickets.get(usize::from(ordinal))?.coupons.get(leg)?;
    coupon.seat.filter(|_| coupon.state != CouponState::Cancelled)
}

fn seat_view(seat: SeatNumber) -> Seat {
    Seat { designator: seat.to_string(), name: None, disclosures: Vec::new() }
}

fn passengers(record: &OrderRecord, details: &Details) -> Vec<OrderPassenger> {
    let unknown = PersonDetails::default();
    record
        .hold
        .travellers
        .iter()
        .map(|person| {
            let told = details.people.get(usize::from(person.ordinal)).unwrap_or(&unknown).clone();
            OrderPassenger {
                id: ids::passenger(record.hold.offer.party, person.ordinal),
                kind: making::kind_name(person.kind),
                given_name: person.given_name.clone().unwrap_or_default(),
                family_name: person.surname.clone().unwrap_or_default(),
                born_on: person.birth_date.map(|date| date.to_string()).unwrap_or_default(),
                title: told.title,
                gender: told.gender,
                email: told.email,
                phone_number: told.phone_number,
                infant_passenger_id: told.infant_passenger_id,
                loyalty_programme_accounts: Vec::new(),
            }
        })
        .collect()
}

fn service(record: &OrderRecord, id: &str) -> Option<OrderService> {
    let (departure, ordinal, seat) = ids::read_seat_service(id)?;
    let currency = record.hold.quote.currency;
    let minor = record.hold.charges.get(&(departure, ordinal)).copied().unwrap_or_default();
    Some(OrderService {
        id: id.to_owned(),
        kind: "seat",
        quantity: 1,
        passenger_ids: vec![ids::passenger(record.hold.offer.party, ordinal)],
        segment_ids: vec![ids::segment(departure)],
        total_amount: Money::new(minor, currency).decimal(),
        total_currency: currency.code().to_owned(),
        metadata: seat_view(seat),
    })
}

fn documents(record: &OrderRecord) -> Vec<Document> {
    let tickets = record.trip.iter().flat_map(|trip| &trip.tickets);
    (0_u8..)
        .zip(tickets)
        .map(|(ordinal, ticket)| Document {
            kind: "electronic_ticket",
            unique_identifier: ticket.number.to_string(),
            passenger_ids: vec![ids::passenger(record.hold.offer.party, ordinal)],
        })
        .collect()
}
