use std::collections::HashMap;

use super::{entry::Entry, fold::fold};
use crate::airport::{Airport, AirportCode, CountryCode};

/// A metropolitan area: the name that most of its airports give as their city, and those airports.
#[derive(Debug)]
pub struct City {
    pub name: String,
    pub country: CountryCode,
    pub folded: String,
    pub airports: Vec<AirportCode>,
}

/// The cities that the airports name, by code.
pub fn cities_of(entries: &[Entry]) -> HashMap<AirportCode, City> {
    let mut members: HashMap<AirportCode, Vec<&Airport>> = HashMap::new();
    for Entry { airport, .. } in entries {
        if let Some(city) = airport.city_code {
            members.entry(city).or_default().push(airport);
        }
    }
    members.into_iter().filter_map(|(code, airports)| Some((code, City::of(code, airports)?))).collect()
}

impl City {
    fn of(code: AirportCode, mut airports: Vec<&Airport>) -> Option<Self> {
        let bearing = |name: &str| airports.iter().filter(|a| a.city == name).count();
        // Where two names are as frequent, the code's first letter tells: TYO is Tokyo, not Narita.
        let like_code = |name: &str| fold(name).starts_with(&code.as_str()[..1].to_ascii_lowercase());
        let best = airports.iter().max_by(|a, b| {
            (bearing(&a.city), like_code(&a.city), &b.city).cmp(&(
                bearing(&b.city),
                like_code(&b.city),
                &a.city,
            ))
        })?;
        let (name, country) = (best.city.clone(), best.country);
        airports.sort_by_key(|a| (a.city != name, a.code));
        let airports = airports.into_iter().map(|a| a.code).collect();
        Some(Self { folded: fold(&name), name, country, airports })
    }
}
