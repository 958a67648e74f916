//! How cabins are sold, in memory: read with the timetable, a few seconds after anyone has set it.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use domain::{
    airports::Airports,
    cabin::Cabin,
    departure::{Departure, DepartureId},
    selling::{NotOnSale, Sales, SellingMode},
};
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

use crate::{
    postgres::{Postgres, StoreError},
    timetables::Timetables,
};

/// The cabins that are not sold as usual; clones share them.
#[derive(Clone, Debug, Default)]
pub struct Selling {
    known: Arc<RwLock<HashMap<(DepartureId, Cabin), Sales>>>,
}

impl Selling {
    pub fn of(&self, departure: DepartureId, cabin: Cabin) -> Sales {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.get(&(departure, cabin)).copied().unwrap_or_default()
    }

    pub fn mode(&self, departure: DepartureId, cabin: Cabin) -> SellingMode {
        self.of(departure, cabin).mode
    }

    /// Whether all of these can be bought now.
    pub fn are_on_sale(&self, legs: &[Departure], cabin: Cabin, now: Timestamp) -> bool {
        legs.iter().all(|leg| self.of(leg.id, cabin).check(leg.departs_at, now).is_ok())
    }

    /// Reads what is set.
    pub(crate) async fn renew(&self, postgres: &Postgres) -> Result<(), StoreError> {
        let rows = postgres.sales().await?;
        let newest = rows.into_iter().map(|(departure, cabin, sales)| ((departure, cabin), sales)).collect();
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = newest;
        Ok(())
    }
}

/// Why a leg cannot be bought, with the time at its origin's clocks.
pub(crate) fn sentence(why: NotOnSale, leg: &Departure, airports: &Airports) -> String {
    let flight = leg.id.flight.spaced();
    match why {
        NotOnSale::NotYet { opens_at } => {
            format!("Sales for {flight} open on {}.", local(opens_at, leg, airports))
        }
        NotOnSale::Over { closed_at } => {
            let closed = local(closed_at, leg, airports);
            format!("Sales for {flight} closed on {closed}. Choose a later one.")
        }
    }
}

/// `1 December 2026 at 09:00, Boston time`
fn local(at: Timestamp, leg: &Departure, airports: &Airports) -> String {
    let zone = airports.zone(leg.origin).cloned().unwrap_or(TimeZone::UTC);
    let city = airports.get(leg.origin).map_or_else(|| leg.origin.into(), |airport| airport.city.clone());
    format!("{}, {city} time", at.to_zoned(zone).strftime("%-d %B %Y at %H:%M"))
}

/// `skyconnect sales DEPARTURE CABIN [--mode choose|best|open] [--opens TIME|none] [--closes TIME|none]`: sets what is
/// given, keeps the rest, and tells what is set now. Times are those of the clocks at the departure's airport.
///
/// # Errors
/// A sentence for whoever typed it.
pub async fn command(
    timetables: &Timetables,
    postgres: &Postgres,
    departure: &str,
    cabin: &str,
    options: &[&str],
) -> Result<String, String> {
    let id: DepartureId = departure.parse().map_err(|wrong| format!("{wrong}"))?;
    let leg = timetables.current().departure(&id).ok_or(format!("{id} is not in the timetable."))?;
    let cabin = named(cabin).ok_or(format!("{cabin:?} is no cabin: F, J, W or Y."))?;
    let zone = timetables.airports().zone(leg.origin).cloned().unwrap_or(TimeZone::UTC);
    let mut sales = timetables.selling().of(id, cabin);
    for option in options.chunks(2) {
        match *option {
            ["--mode", mode] => {
                sales.mode =
                    SellingMode::parse(mode).ok_or(format!("{mode:?} is no mode: choose, best or open."))?;
            }
            ["--opens", time] => sales.opens_at = instant(time, &zone)?,
            ["--closes", time] => sales.closes_at = instant(time, &zone)?,
            _ => return Err(format!("{} is no option: --mode, --opens or --closes.", option.join(" "))),
        }
    }
    postgres.set_sales(id, cabin, sales).await.map_err(|error| match error.constraint() {
        Some("sales_open_before_they_close") => "Sales must open before they close.".to_owned(),
        _ => error.to_string(),
    })?;
    let at = |at: Option<Timestamp>| at.map(|at| local(at, &leg, timetables.airports()));
    let opens = at(sales.opens_at).unwrap_or_else(|| "at once".into());
    let closes = at(sales.closes_at).unwrap_or_else(|| "an hour before departure".into());
    Ok(format!("{id} {}: {}, opens {opens}, closes {closes}", cabin.name(), sales.mode.as_str()))
}

/// A cabin by its letter or name.
fn named(text: &str) -> Option<Cabin> {
    let letter = Some(text).filter(|text| text.len() == 1).and_then(|text| text.chars().next());
    letter
        .and_then(|letter| Cabin::from_letter(letter.to_ascii_uppercase()))
        .or_else(|| Cabin::ALL.into_iter().find(|cabin| cabin.name().eq_ignore_ascii_case(text)))
}

/// A local time such as `2026-12-01T09:00`; `none` for the usual.
fn instant(text: &str, zone: &TimeZone) -> Result<Option<Timestamp>, String> {
    if text == "none" {
        return Ok(None);
    }
    let wrong = |_| format!("{text:?} is no time such as 2026-12-01T09:00, nor none.");
    let local: DateTime = text.parse().map_err(wrong)?;
    Ok(Some(local.to_zoned(zone.clone()).map_err(wrong)?.timestamp()))
}
