//! From what was typed to what can be searched for.

use app::{answers::SearchRequest, ports::SearchError};
use domain::{
    airport::AirportCode,
    airports::Airports,
    cabin::Cabin,
    hold::{PLACES_PER_VISITOR, most_legs},
    search::{
        Bound, BoundFault, MOST_BOUNDS, QueryError, SearchQuery,
        form::{DEPART, FROM, TO},
    },
    timetable::Timetable,
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
    // The form of a return has no places for the way back, and a day of its own name.
    let wrong = |error: QueryError| match error.bound {
        1 if request.more.is_empty() => invalid("back", &error),
        _ => invalid(error.field(), &error),
    };
    let bounds = bounds(request, airports, timetable)?;
    let query = SearchQuery::new(bounds, party(request)?, cabin(&request.cabin)?).map_err(wrong)?;
    let today = today_at(query.bounds()[0].origin, airports, now);
    query.validate(airports, today).map_err(wrong)?;
    if query.bounds().len() > most_legs(query.party.seats()) {
        let message = format!(
            "One booking keeps at most {PLACES_PER_VISITOR} places, one for each traveller on each flight. Book this trip in \
             parts, or for fewer at a time."
        );
        return Err(invalid("adults", &message));
    }
    Ok(query)
}

/// The first bound, and after it the way back or the rows of a multi-city trip.
fn bounds(
    request: &SearchRequest,
    airports: &Airports,
    timetable: &Timetable,
) -> Result<Vec<Bound>, SearchError> {
    let served = |code| timetable.airports_served().binary_search(&code).is_ok();
    let place =
        |field, text: &str| airports.resolve_served(text, served).map_err(|error| invalid(field, &error));
    let first = Bound {
        origin: place(FROM[0], &request.from)?,
        destination: place(TO[0], &request.to)?,
        date: date(DEPART[0], &request.depart)?,
    };
    let mut bounds = vec![first];
    if request.more.is_empty() && !request.back.is_empty() {
        let (origin, destination) = (first.destination, first.origin);
        bounds.push(Bound { origin, destination, date: date("back", &request.back)? });
    }
    for (row, number) in request.more.iter().zip(1..) {
        if number >= MOST_BOUNDS {
            let error = QueryError { bound: number, fault: BoundFault::TooMany };
            return Err(invalid(error.field(), &error));
        }
        if row.is_empty() {
            let message = format!("Flight {} is empty, but one after it is not. Fill it in.", number + 1);
            return Err(invalid(TO[number], &message));
        }
        let origin = match row.from.as_str() {
            "" => bounds[number - 1].destination,
            from => place(FROM[number], from)?,
        };
        let destination = place(TO[number], &row.to)?;
        bounds.push(Bound { origin, destination, date: date(DEPART[number], &row.depart)? });
    }
    Ok(bounds)
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
