//! Calling a departure off, from a terminal.

use std::cell::Cell;

use domain::departure::DepartureId;
use server::{
    cancelling::{call_off, see_to},
    postgres::Postgres,
    timetables::Timetables,
};

/// Nothing is sold on it any more, and everyone on it is given back. Viewers of its seat map learn of it by the digest,
/// within seconds.
pub async fn cancel_departure(postgres: Postgres, departure: &str, reason: &str) -> Result<(), String> {
    let departure = DepartureId::parse(departure).map_err(|e| e.to_string())?;
    if reason.trim().is_empty() {
        return Err("say why, by --reason TEXT".into());
    }
    let timetables = Timetables::load(postgres.clone()).await.map_err(|e| e.to_string())?;
    let called_off = call_off(&postgres, &timetables.current(), departure, reason).await;
    let is_new = called_off.map_err(|e| e.to_string())?;
    println!("{departure} {}", if is_new { "is called off" } else { "was called off before" });
    let count = Cell::new(0);
    let seen = see_to(&postgres, departure, |_| {
        count.set(count.get() + 1);
        if count.get() % 50 == 0 {
            println!("{} seen to so far", count.get());
        }
    })
    .await
    .map_err(|e| e.to_string())?;
    println!("{seen}");
    if seen.failed == 0 {
        Ok(())
    } else {
        Err("some holds or bookings failed; the server goes on with them".into())
    }
}
