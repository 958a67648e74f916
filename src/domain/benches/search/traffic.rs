//! The flights of `FlightGear`'s traffic files: `<flight>` elements, in UTC, each week or each day again.

use std::{fs, path::Path};

use crate::Fault;

/// One flight as it stands there.
#[derive(Debug)]
pub struct Flight {
    /// The name of its file, an ICAO airline code mostly.
    pub airline: String,
    pub origin_icao: String,
    pub destination_icao: String,
    /// In minutes of the week, which begins on Sunday; of the day where it flies daily.
    pub departs_min: i64,
    pub arrives_min: i64,
    pub is_daily: bool,
}

/// Every flight below a folder, in the order of the files' names; what cannot be read is left out.
///
/// # Errors
/// A file or folder that cannot be read.
pub fn read(folder: &Path) -> Result<Vec<Flight>, Fault> {
    let mut files = Vec::new();
    for letter in fs::read_dir(folder)? {
        let letter = letter?.path();
        if letter.is_dir() {
            for file in fs::read_dir(letter)? {
                files.push(file?.path());
            }
        }
    }
    files.retain(|file| file.extension().is_some_and(|ending| ending == "xml"));
    files.sort();
    let mut flights = Vec::new();
    for file in files {
        let airline = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let text = String::from_utf8_lossy(&fs::read(&file)?).into_owned();
        let elements = text.split("<flight>").skip(1).filter_map(|rest| rest.split("</flight>").next());
        flights.extend(elements.filter_map(|element| flight(&airline, element)));
    }
    Ok(flights)
}

fn flight(airline: &str, element: &str) -> Option<Flight> {
    let (departure, arrival) = (within(element, "departure")?, within(element, "arrival")?);
    let is_daily = match within(element, "repeat")? {
        "24Hr" => true,
        "WEEK" => false,
        _ => return None,
    };
    Some(Flight {
        airline: airline.to_owned(),
        origin_icao: within(departure, "port")?.to_owned(),
        destination_icao: within(arrival, "port")?.to_owned(),
        departs_min: minute(within(departure, "time")?)?,
        arrives_min: minute(within(arrival, "time")?)?,
        is_daily,
    })
}

/// The text of the first element of that name.
fn within<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(&format!("<{name}>"))?;
    Some(rest.split_once(&format!("</{name}>"))?.0.trim())
}

/// `3/20:46:00` or `20:46:00`.
fn minute(text: &str) -> Option<i64> {
    let (day, clock) = text.split_once('/').unwrap_or(("0", text));
    let mut parts = clock.split(':');
    let (day, hour, minute): (i64, i64, i64) =
        (day.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let is_real = (0..=7).contains(&day) && (0..24).contains(&hour) && (0..60).contains(&minute);
    is_real.then_some((day % 7) * 1440 + hour * 60 + minute)
}
