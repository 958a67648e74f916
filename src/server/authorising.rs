//! What a booking class of a departure may sell, where staff set it.

use domain::{
    cabin::{BookingClass, default_authorised},
    departure::DepartureId,
};

use crate::{postgres::Postgres, timetables::Timetables};

/// `skyconnect class DEPARTURE CLASS AUTHORISED|default`: sets how many places may be sold in a class and those below it,
/// and tells what is sold and left. Lowered below what is sold, the class is closed, and nothing sold is touched.
///
/// # Errors
/// A sentence for whoever typed it.
pub async fn command(
    timetables: &Timetables,
    postgres: &Postgres,
    departure: &str,
    class: &str,
    authorised: &str,
) -> Result<String, String> {
    let id: DepartureId = departure.parse().map_err(|wrong| format!("{wrong}"))?;
    let leg = timetables.current().departure(&id).ok_or(format!("{id} is not in the timetable."))?;
    let class = BookingClass::parse(class).map_err(|wrong| format!("{wrong}."))?;
    let cabin = class.cabin();
    let capacity = leg.configuration.places(cabin);
    if capacity == 0 {
        return Err(format!("{class} is a class of {}, a cabin that {id} does not have.", cabin.name()));
    }
    let set = match authorised {
        "default" => None,
        number => {
            let wrong = format!("{number:?} is neither a number of places nor default.");
            Some(number.parse::<u16>().map_err(|_| wrong)?)
        }
    };
    if set.is_some_and(|set| set > capacity) {
        return Err(format!("{id} has {capacity} places in {}: {class} cannot sell more.", cabin.name()));
    }
    let text = |error: crate::postgres::StoreError| error.to_string();
    let taken = postgres.authorise(id, class, set, capacity).await.map_err(text)?;
    let left = postgres.classes_left(&[id], cabin, |_| capacity).await.map_err(text)?;
    let left = left.get(&id).map_or(0, |left| left.left(class));
    let may = match set {
        Some(set) => format!("may sell {set}"),
        None => format!("may sell {}, as is usual", default_authorised(class, capacity)),
    };
    Ok(format!("{id} {class}: {may}; {taken} sold in it and below, {left} left"))
}
