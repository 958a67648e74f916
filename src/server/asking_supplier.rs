//! `skyconnect supplier-search`: whether suppliers are set up rightly, and what they offer.

use domain::{airport::AirportCode, cabin::Cabin, search::Bound, traveller::Party};
use server::{
    config::SupplierSettings,
    suppliers::{Offered, Suppliers, Trip},
    timetables::known_airports,
};

/// Prints what one adult is offered in economy on that day by each supplier, by price.
pub async fn search(from: &str, to: &str, date: &str) -> Result<(), String> {
    let settings = SupplierSettings::from_env().map_err(text)?;
    if settings.is_empty() {
        return Err("no supplier is set up: SKYCONNECT_SUPPLIERS says where they are".into());
    }
    let bound = Bound {
        origin: AirportCode::parse(from).map_err(text)?,
        destination: AirportCode::parse(to).map_err(text)?,
        date: date.parse().map_err(|_| format!("{date} is no date; write it as 2026-12-22"))?,
    };
    let trip = Trip { bounds: vec![bound], party: Party::new(1, 0, 0).map_err(text)?, cabin: Cabin::Economy };
    let suppliers = Suppliers::new(&settings, &known_airports().map_err(text)?).map_err(text)?;
    let mut failed = Ok(());
    for supplier in suppliers.all() {
        let name = supplier.name();
        match supplier.search(&trip).await {
            Ok(mut offers) => {
                offers.sort_by_key(|offer| offer.total.minor);
                for offer in &offers {
                    println!("{}", line(offer));
                }
                println!("{} offers of {name}", offers.len());
            }
            Err(error) => failed = Err(format!("{name}: {error}")),
        }
    }
    failed
}

/// "$244.50  BOS 08:00 ZZ 12, JFK 11:00 ZZ 204, LAX 14:20".
fn line(offer: &Offered) -> String {
    let flights = offer.bounds.iter().flatten();
    let mut stops: Vec<String> = flights
        .map(|flight| {
            format!("{} {} {}", flight.origin, flight.departs.strftime("%H:%M"), flight.designator.spaced())
        })
        .collect();
    if let Some(last) = offer.bounds.iter().flatten().last() {
        stops.push(format!("{} {}", last.destination, last.arrives.strftime("%H:%M")));
    }
    format!("{:>10}  {}", offer.total.to_string(), stops.join(", "))
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
