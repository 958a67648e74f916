//! Booking classes: nested, so that a place sold low counts in all above, and limited by what staff let them sell.

mod authorising;
mod counting;
mod giving_back;

use app::ports::HoldError;
use domain::cabin::{BookingClass, Cabin, ClassesLeft};

use crate::world::{World, departure};

fn class(letter: &str) -> BookingClass {
    BookingClass::parse(letter).unwrap()
}

/// What counts in the classes of that flight, down the ladder: `Y3 B3 K1`; only where anything does.
async fn taken(world: &World, flight: &str) -> String {
    let sql = "select coalesce(string_agg(class || taken, ' ' order by strpos('YBMQK', class)), '')
        from departure_classes where departure = $1 and taken > 0";
    sqlx::query_scalar(sql).bind(departure(flight).to_string()).fetch_one(&world.pool).await.unwrap()
}

async fn left(world: &World, flight: &str) -> ClassesLeft {
    let id = departure(flight);
    let capacity =
        |_| world.site.timetable.current().departure(&id).unwrap().configuration.places(Cabin::Economy);
    let left = world.postgres.classes_left(&[id], Cabin::Economy, capacity).await.unwrap();
    left.get(&id).copied().unwrap_or_else(|| ClassesLeft::untouched(Cabin::Economy, capacity(id)))
}

/// What each class of economy has left, dearest first.
async fn lefts(world: &World, flight: &str) -> Vec<u16> {
    let left = left(world, flight).await;
    BookingClass::ladder(Cabin::Economy).iter().map(|class| left.left(*class)).collect()
}

/// Sets what a class of the flight may sell, as staff do.
async fn set(world: &World, flight: &str, class: &str, authorised: &str) -> Result<String, String> {
    let id = departure(flight).to_string();
    server::authorising::command(&world.site.timetable, &world.postgres, &id, class, authorised).await
}

fn closed(flight: &str, letter: &str) -> HoldError {
    HoldError::ClassClosed { flight: flight.into(), class: class(letter) }
}
