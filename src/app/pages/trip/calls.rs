//! What the pages of a trip ask of the server.

use domain::pnr::Pnr;
use leptos::prelude::*;
use uuid::Uuid;

use crate::{
    AppError,
    answers::{CancellationView, TripView},
};
use crate::{
    call,
    ports::{CancelError, TripError},
};

#[server(endpoint = "read_trip")]
pub async fn read_trip(pnr: String) -> Result<TripView, AppError> {
    let visitor = call::visitor()?;
    call::ports()?.trips.trip(visitor, reference(&pnr)?).await.map_err(call::refuse)
}

/// Writes down what comes back for these coupons, and leads to it; nothing is cancelled yet.
#[server(endpoint = "quote_cancellation")]
pub async fn quote_cancellation(
    pnr: String,
    /// As the boxes of the form name them.
    #[server(default)]
    coupons: Vec<String>,
    #[server(default)] key: String,
) -> Result<(), AppError> {
    let caller = call::caller(&key)?;
    let pnr = reference(&pnr)?;
    let keys = coupons.iter().map(|key| key.parse()).collect::<Result<Vec<_>, _>>().map_err(|_| {
        call::refuse(AppError::invalid(
            "coupons",
            "This form is not whole. Load the page again and choose anew.",
        ))
    })?;
    let quoted = call::ports()?.trips.quote_cancellation(caller.clone(), pnr, &keys).await;
    let quote = quoted.map_err(call::refuse_change(&caller))?;
    leptos_axum::redirect(&format!("/trips/{pnr}/cancel/{quote}"));
    Ok(())
}

/// A cancellation with the trip that it is of.
#[server(endpoint = "read_cancellation")]
pub async fn read_cancellation(id: String) -> Result<(TripView, CancellationView), AppError> {
    let (trips, visitor) = (call::ports()?.trips, call::visitor()?);
    let id = id.parse::<Uuid>().map_err(|_| call::refuse(TripError::NotFound))?;
    let (pnr, cancellation) = trips.cancellation(visitor, id).await.map_err(call::refuse)?;
    Ok((trips.trip(visitor, pnr).await.map_err(call::refuse)?, cancellation))
}

/// Cancels as quoted and leads to what is left of the trip; where the quote is not true any more, to a fresh one.
#[server(endpoint = "confirm_cancellation")]
pub async fn confirm_cancellation(
    pnr: String,
    cancellation: Uuid,
    #[server(default)] key: String,
) -> Result<(), AppError> {
    let caller = call::caller(&key)?;
    let pnr = reference(&pnr)?;
    match call::ports()?.trips.confirm_cancellation(caller.clone(), cancellation).await {
        Ok(pnr) => leptos_axum::redirect(&format!("/trips/{pnr}")),
        Err(CancelError::Requoted(fresh)) => {
            leptos_axum::redirect(&format!("/trips/{pnr}/cancel/{fresh}?changed=yes"));
        }
        Err(error) => return Err(call::refuse_change(&caller)(error)),
    }
    Ok(())
}

/// What is no reference at all opens nothing either, and answers alike.
fn reference(text: &str) -> Result<Pnr, AppError> {
    Pnr::parse(text).map_err(|_| call::refuse(TripError::NotFound))
}
