//! What the fields of a search are called, in forms, addresses and errors, by bound; the first has no number.

use super::MOST_BOUNDS;

pub const FROM: [&str; MOST_BOUNDS] = ["from", "from2", "from3", "from4", "from5", "from6"];
pub const TO: [&str; MOST_BOUNDS] = ["to", "to2", "to3", "to4", "to5", "to6"];
pub const DEPART: [&str; MOST_BOUNDS] = ["depart", "depart2", "depart3", "depart4", "depart5", "depart6"];
/// The keys of the itineraries that are chosen so far.
pub const CHOSEN: [&str; MOST_BOUNDS] = ["chosen", "chosen2", "chosen3", "chosen4", "chosen5", "chosen6"];
