//! Another seller behind a bad line: what it says never spoils a search, and no answer that is lost sells a place twice or
//! loses one that was bought.

pub mod airline;
mod desk;
pub mod line;
mod outside;
mod sales;
mod searches;

use std::{sync::Arc, time::Duration};

use domain::{airport::AirportCode, airports::Airports, cabin::Cabin, search::Bound, traveller::Party};
use jiff::civil::date;
use server::{
    config::{Secret, SupplierSettings},
    suppliers::{Guarded, Limits, Supplier, Trip, duffel::Duffel},
    timetables::known_airports,
};

use airline::TOKEN;

fn supplier(name: &str, url: String) -> Arc<dyn Supplier> {
    let airports: Arc<Airports> = known_airports().unwrap();
    Arc::new(Duffel::new(&settings(name, url), airports).unwrap())
}

/// So that a server may ask it as often as it likes.
pub fn settings(name: &str, url: String) -> SupplierSettings {
    let asks_per_sec = 10_000.try_into().unwrap();
    SupplierSettings { name: name.into(), url, token: Secret(TOKEN.into()), asks_per_sec }
}

fn guarded(supplier: Arc<dyn Supplier>, asks_per_sec: u32) -> Guarded {
    let limits = Limits { asks_per_sec: asks_per_sec.try_into().unwrap(), patience: Duration::from_secs(30) };
    Guarded::new(supplier, limits)
}

/// Boston to Los Angeles for so many adults.
fn trip(adults: u8) -> Trip {
    let code = |code| AirportCode::parse(code).unwrap();
    Trip {
        bounds: vec![Bound { origin: code("BOS"), destination: code("LAX"), date: date(2027, 3, 1) }],
        party: Party::new(adults, 0, 0).unwrap(),
        cabin: Cabin::Economy,
    }
}
