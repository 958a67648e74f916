//! What staff do from a terminal.

use std::{sync::Arc, time::Duration};

use domain::pnr::Pnr;
use payments::Stripe;
use serde_json::Value;
use server::{
    config::StripeSettings,
    postgres::{OtherWay, ParkedErrand, Postgres},
    reconciling::Reconciling,
    site::stripe,
};
use uuid::Uuid;

/// Prints what happened to a booking.
pub async fn timeline(postgres: &Postgres, booking: &str) -> Result<(), String> {
    let none = || format!("there is no booking {booking}");
    let id = if let Ok(id) = booking.parse::<Uuid>() {
        id
    } else {
        let pnr =
            Pnr::parse(booking).map_err(|_| format!("{booking} is neither a locator nor a booking's id"))?;
        postgres.booking_of_pnr(pnr).await.map_err(text)?.ok_or_else(none)?
    };
    let moments = postgres.timeline(id).await.map_err(text)?;
    if moments.is_empty() {
        return Err(none());
    }
    println!("booking {id}, times in UTC");
    for moment in moments {
        println!("{}  {:<24} {}", moment.at, moment.what, words(&moment.detail));
    }
    Ok(())
}

/// Prints what a person must look at.
pub async fn cases(postgres: &Postgres) -> Result<(), String> {
    let cases = postgres.open_cases().await.map_err(text)?;
    for case in &cases {
        let booking = match (&case.pnr, case.booking) {
            (Some(pnr), _) => pnr.clone(),
            (None, Some(id)) => id.to_string(),
            (None, None) => "no booking".to_owned(),
        };
        println!(
            "case {} {} {} {} of {booking}: {}",
            case.id,
            case.opened_at,
            case.kind,
            case.reference,
            words(&case.detail)
        );
    }
    let parked = postgres.parked_errands().await.map_err(text)?;
    for errand in &parked {
        println!("{}", errand_line(errand, "parked"));
    }
    let struggling = postgres.struggling_errands().await.map_err(text)?;
    for errand in &struggling {
        println!("{}", errand_line(errand, "tried again by itself"));
    }
    println!(
        "{} open cases, {} parked errands, {} tried again and again",
        cases.len(),
        parked.len(),
        struggling.len()
    );
    Ok(())
}

fn errand_line(errand: &ParkedErrand, stands: &str) -> String {
    format!(
        "errand {} {} {} of booking {}, {stands}, {} tries: {}",
        errand.id,
        errand.step,
        errand.subject,
        errand.booking,
        errand.attempts,
        errand.last_error.as_deref().unwrap_or("unknown")
    )
}

pub async fn close_case(postgres: &Postgres, id: &str, note: &str) -> Result<(), String> {
    let id = id.parse().map_err(|_| format!("{id} is no case's number"))?;
    if note.trim().is_empty() {
        return Err("say what was done, by --note TEXT".into());
    }
    if postgres.close_case(id, note).await.map_err(text)? {
        println!("case {id} is closed");
        return Ok(());
    }
    Err(format!("no case {id} is open, or its refund is still owed: see `refund retry` and `refund paid`"))
}

pub async fn retry_errand(postgres: &Postgres, id: &str) -> Result<(), String> {
    let id = id.parse().map_err(|_| format!("{id} is no errand's number"))?;
    if postgres.retry_errand(id).await.map_err(text)? {
        println!("errand {id} is queued again; a server does it within a second");
        return Ok(());
    }
    Err(format!("no errand {id} is parked"))
}

pub async fn retry_refund(postgres: &Postgres, id: &str) -> Result<(), String> {
    let id = id.parse().map_err(|_| format!("{id} is no refund's id"))?;
    if postgres.retry_refund(id).await.map_err(text)? {
        println!("refund {id} is queued again; a server does it within a second");
        return Ok(());
    }
    Err(format!("no refund {id} has failed"))
}

pub async fn refund_paid(postgres: &Postgres, id: &str, way: &str, note: &str) -> Result<(), String> {
    let id = id.parse().map_err(|_| format!("{id} is no refund's id"))?;
    let way = OtherWay::parse(way).ok_or_else(|| format!("{way} is neither transfer nor dispute"))?;
    if note.trim().is_empty() {
        return Err("say how it was paid, by --note TEXT".into());
    }
    postgres.paid_otherwise(id, way, note).await.map_err(text)?;
    println!("refund {id} is written down as paid by {}", way.as_str());
    Ok(())
}

/// Compares ledger, bookings and Stripe. It fails where they differ, so that scripts notice.
pub async fn reconcile(postgres: Postgres, days: &str) -> Result<(), String> {
    let days: u64 = days.parse().map_err(|_| format!("{days} is no number of days"))?;
    let settings = StripeSettings::from_env().map_err(text)?;
    let stripe: Stripe = stripe(&settings).map_err(text)?;
    let window = Duration::from_secs(days.saturating_mul(86_400));
    let reconciling = Reconciling::new(postgres, Arc::new(stripe));
    reconciling.catch_up(window).await.map_err(text)?;
    let report = reconciling.reconcile(window).await.map_err(text)?;
    println!("{report}");
    if report.differences.is_empty() { Ok(()) } else { Err("there are differences; each is a case".into()) }
}

/// Details as people read them: `name value, name value`.
fn words(detail: &Value) -> String {
    match detail {
        Value::Object(fields) => {
            let fields: Vec<String> =
                fields.iter().map(|(name, value)| format!("{name} {}", words(value))).collect();
            fields.join(", ")
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(words).collect();
            format!("[{}]", items.join(", "))
        }
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
