//! From what was typed to what can be searched for.

use app::{answers::SearchRequest, ports::SearchError};
use domain::{
    airport::AirportCode, airports::Airports, cabin::Cabin, search::SearchQuery, timetable::Timetable,
    traveller::Party,
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// # Errors
/// The first field that cannot be right, with a sentence that says what to do.
pub(super) fn parse(
    request: &SearchRequest,
    airports: &Airports,
    timetable: &Timetable,
    now: Timestamp,
) -> Result<SearchQuery, SearchError> {
    let served = |code| timetable.airports_served().binary_search(&code).is_ok();
    let place =
        |field, text: &str| airports.resolve_served(text, served).map_err(|error| invalid(field, &error));
    let origin = place("from", &request.from)?;
    let query = SearchQuery {
        origin,
        destination: place("to", &request.to)?,
        date: date("depart", &request.depart)?,
        return_date: if request.back.is_empty() { None } else { Some(date("back", &request.back)?) },
        party: party(request)?,
        cabin: cabin(&request.cabin)?,
    };
    let today = today_at(origin, airports, now);
    query.validate(airports, today).map_err(|error| invalid(error.field(), &error))?;
    Ok(query)
}

/// The date at a place now; a city's is that of its first airport.
pub(super) fn today_at(place: AirportCode, airports: &Airports, now: Timestamp) -> Date {
    let zone = airports.expand(place).first().and_then(|airport| airports.zone(*airport)).cloned();
    now.to_zoned(zone.unwrap_or(TimeZone::UTC)).date()
}

fn invalid(field: &'static str, message: &impl ToString) -> SearchError {
    SearchError::Invalid { field, message: message.to_string() }
}

fn date(field: &'static str, text: &str) -> Result<Date, SearchError> {
    text.trim().parse().map_err(|_| {
        let message = if text.trim().is_empty() {
            "Choose a date.".to_owned()
        } else {
            format!("{text:?} is no date. Write it as 2026-12-22.")
        };
        SearchError::Invalid { field, message }
    })
}

fn party(request: &SearchRequest) -> Result<Party, SearchError> {
    let count = |field, text: &str, default| match text.trim() {
        "" => Ok(default),
        digits => {
            digits.parse().map_err(|_| invalid(field, &"Choose how many travel, as a number from 0 to 9."))
        }
    };
    let (adults, children, infants) = (
        count("adults", &request.adults, 1)?,
        count("children", &request.children, 0)?,
        count("infants", &request.infants, 0)?,
    );
    Party::new(adults, children, infants).map_err(|error| invalid("adults", &error))
}

fn cabin(text: &str) -> Result<Cabin, SearchError> {
    let mut letters = text.trim().chars();
    match (letters.next(), letters.next()) {
        (None, _) => Ok(Cabin::Economy),
        (Some(letter), None) => Cabin::from_letter(letter)
            .ok_or_else(|| invalid("cabin", &"Choose a cabin: Y economy, W premium, J business or F first.")),
        _ => Err(invalid("cabin", &"Choose a cabin: Y economy, W premium, J business or F first.")),
    }
}
