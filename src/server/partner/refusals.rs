//! How refusals of the ports are told to partners.

use app::ports::{CancelError, HoldError, Key, PickError, TripError};
use axum::http::{HeaderMap, StatusCode};
use domain::booking::BookingState;

use super::{
    error::{ApiError, ErrorKind},
    offers,
};
use crate::{ordering::OrderError, postgres::StoreError};

/// The key that a caller gave to their asking.
pub fn key(headers: &HeaderMap) -> Result<Option<Key>, ApiError> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    Key::parse(value.to_str().unwrap_or_default())
        .map(Some)
        .map_err(|wrong| ApiError::invalid("invalid_idempotency_key", "/Idempotency-Key", wrong.to_string()))
}

pub fn refused(error: OrderError) -> ApiError {
    match error {
        OrderError::Hold(error) => not_held(error),
        OrderError::Pick(error) => not_seated(error),
        OrderError::NotFound => ApiError::not_found(),
        OrderError::FliesAlready => ApiError::state(
            "duplicate_booking",
            "They fly already",
            "Someone of this order is booked on one of its flights already.",
        ),
        OrderError::BalanceTooLow => ApiError::state(
            "insufficient_balance",
            "The balance is too low",
            "The token's balance does not reach for this. Nothing was booked.",
        ),
        OrderError::WrongAmount(total) => ApiError::state(
            "payment_amount_does_not_match_order_amount",
            "Another amount is to be paid",
            format!("It costs {} {}. Nothing was booked.", total.decimal(), total.currency.code()),
        ),
        OrderError::PaidAtOnce => ApiError::state(
            "order_type_not_eligible_for_payment",
            "This offer is paid at once",
            "Its fare or its departure leaves no time to pay later: order it as instant.",
        ),
        OrderError::OfferUsed => ApiError::state(
            "offer_already_booked",
            "The offer was ordered before",
            "An offer is ordered once, and another order was made of this one. Make a new offer request.",
        ),
        OrderError::NotNow(state) => not_now(state),
        OrderError::TooLate => ApiError::state(
            "past_payment_required_by_date",
            "It was to be paid before",
            "The time to pay is over, and the seats are free again. Nothing was taken.",
        ),
    }
}

fn not_now(state: BookingState) -> ApiError {
    let (code, title) = match state {
        BookingState::Cancelled => ("already_cancelled", "The order is cancelled"),
        BookingState::Lapsed => ("past_payment_required_by_date", "It was not paid in time"),
        BookingState::Ticketed | BookingState::PartCancelled => ("already_paid", "The order is paid"),
        _ => ("order_not_available", "The order is in another state"),
    };
    ApiError::state(code, title, "The order is in a state in which this cannot be done.")
}

fn not_held(error: HoldError) -> ApiError {
    match error {
        HoldError::OfferForged => ApiError::not_found(),
        HoldError::OfferExpired => offers::expired(),
        HoldError::PriceChanged { now, .. } => ApiError::state(
            "price_changed",
            "The price has changed",
            format!(
                "It costs {} {} now. Read the offer again: the answer is one at the new price.",
                now.decimal(),
                now.currency.code()
            ),
        ),
        HoldError::SoldOut { .. } | HoldError::ClassClosed { .. } | HoldError::NotSold(_) => {
            offers::no_longer_available()
        }
        HoldError::TooManyPlaces => ApiError::state(
            "too_many_places",
            "Too many places are held",
            "This token keeps as many unpaid places as it may: pay for some or give them up.",
        ),
        HoldError::Invalid { field, message } => {
            // `travellers[0][surname]` is what the form calls it.
            let parts: Vec<&str> = field.split(['[', ']']).filter(|part| !part.is_empty()).collect();
            let name = |part: &str| match part {
                "travellers" => "passengers".to_owned(),
                "surname" => "family_name".to_owned(),
                "birth_date" => "born_on".to_owned(),
                "contact" => "passengers/0".to_owned(),
                "phone" => "phone_number".to_owned(),
                part => part.to_owned(),
            };
            let names: Vec<String> = parts.into_iter().map(name).collect();
            ApiError::invalid("invalid_passenger", &format!("/{}", names.join("/")), message)
        }
        HoldError::KeyReused => ApiError::new(
            StatusCode::CONFLICT,
            ErrorKind::InvalidRequest,
            "idempotency_key_reused",
            "The key belongs to another request",
            "This Idempotency-Key was sent with another request before.",
        ),
        // The last ones: another call of the same order is under way, or this one took too long.
        HoldError::Unavailable
        | HoldError::Unclear
        | HoldError::SupplierAway(_)
        | HoldError::NotFound
        | HoldError::Ended(_)
        | HoldError::Locked
        | HoldError::NoExtension => ApiError::unavailable(),
    }
}

fn not_seated(error: PickError) -> ApiError {
    match error {
        PickError::Hold(error) => not_held(error),
        PickError::NoSuchSeat(seat) => ApiError::invalid(
            "invalid_service",
            "/services",
            format!("There is no seat {seat} in this cabin. Nothing was booked."),
        ),
        PickError::Taken { seat, .. } => ApiError::state(
            "requested_seat_unavailable",
            "The seat is taken",
            format!("{seat} has just gone. Nothing was booked: read the seat map again."),
        ),
        PickError::Refused { seat, reason } => {
            ApiError::invalid("invalid_service", "/services", format!("{seat}: {reason}"))
        }
    }
}

pub fn not_cancelled(error: CancelError) -> ApiError {
    match error {
        // The latter two are of what others sell, and partners are sold what is ours alone.
        CancelError::Trip(TripError::Unavailable)
        | CancelError::SupplierAway(_)
        | CancelError::NotTakenBack(_) => ApiError::unavailable(),
        CancelError::Trip(_) => ApiError::not_found(),
        CancelError::Refused(refusal) => {
            ApiError::state("order_not_cancellable", "It cannot be cancelled", refusal.to_string())
        }
        CancelError::NotNow(state) => not_now(state),
        CancelError::Requoted(_) => ApiError::state(
            "order_cancellation_expired",
            "The cancellation was out of date",
            "What it promised is not true any more, and nothing was cancelled. Create another one.",
        ),
    }
}

pub fn away(error: StoreError) -> ApiError {
    tracing::error!(%error, "what a partner asked for cannot be read");
    ApiError::unavailable()
}
