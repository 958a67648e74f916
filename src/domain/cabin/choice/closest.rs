use super::floor::Place;
use crate::cabin::{Features, Layout, SeatNumber};

/// The free seat of the same cabin that is closest to a companion's, for someone who travels along. Extra legroom is
/// given only beside someone who has it, or where nothing else is left. Seats that the traveller may not take count
/// as `taken`.
pub fn closest(
    layout: &Layout,
    companion: SeatNumber,
    taken: impl Fn(SeatNumber) -> bool,
) -> Option<SeatNumber> {
    let cabin = layout.cabin_of(companion)?;
    let places = Place::all(layout, cabin);
    let there = places.iter().find(|place| place.seat.number == companion)?;
    let too_good = |place: &Place| place.has(Features::EXTRA_LEGROOM) && !there.has(Features::EXTRA_LEGROOM);
    places
        .iter()
        .filter(|place| place.seat.number != companion && !taken(place.seat.number))
        .min_by_key(|place| (too_good(place), place.distance(there), place.seat.number))
        .map(|place| place.seat.number)
}

#[cfg(test)]
mod tests {
    use super::closest;
    use crate::{
        cabin::{Configuration, Layout, SeatNumber},
        schedule::AircraftCode,
    };

    #[test]
    fn who_travels_along_sits_next_to_who_chose() {
        let a320 =
            Layout::of(&AircraftCode::parse("320").unwrap(), &Configuration::parse("F12Y138").unwrap());
        let seat = |text| SeatNumber::parse(text).unwrap();
        assert_eq!(closest(&a320, seat("14A"), |_| false), Some(seat("14B")));
        assert_eq!(closest(&a320, seat("14C"), |s| s == seat("14B")), Some(seat("14D")));
        assert_eq!(closest(&a320, seat("14A"), |_| true), None);
    }
}
