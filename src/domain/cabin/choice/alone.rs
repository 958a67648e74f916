use super::floor::Place;
use crate::{
    cabin::{Cabin, Layout, SeatNumber},
    traveller::TravellerKind,
};

/// Which children of a party sit, as it is seated now, with no adult of it beside them, as their places in the list. Who has
/// no seat yet, and children where an adult has none, are not judged.
pub fn children_alone(
    layout: &Layout,
    cabin: Cabin,
    seated: &[(TravellerKind, Option<SeatNumber>)],
) -> Vec<usize> {
    let places = Place::all(layout, cabin);
    let of = |seat: SeatNumber| places.iter().find(|place| place.seat.number == seat);
    let adults = seated.iter().filter(|(kind, _)| *kind == TravellerKind::Adt);
    if adults.clone().any(|(_, seat)| seat.is_none()) {
        return Vec::new();
    }
    let adults: Vec<&Place> = adults.filter_map(|(_, seat)| of((*seat)?)).collect();
    let is_alone =
        |seat: SeatNumber| of(seat).is_some_and(|child| !adults.iter().any(|adult| adult.is_beside(child)));
    let children = seated.iter().enumerate().filter(|(_, (kind, _))| *kind == TravellerKind::Chd);
    children.filter(|(_, (_, seat))| seat.is_some_and(is_alone)).map(|(i, _)| i).collect()
}

#[cfg(test)]
mod tests {
    use super::children_alone;
    use crate::{
        cabin::{Cabin, Configuration, Layout, SeatNumber},
        schedule::AircraftCode,
        traveller::TravellerKind::{Adt, Chd, Inf},
    };

    #[test]
    fn a_child_is_alone_without_an_adult_beside_be_it_over_the_aisle() {
        let a320 =
            Layout::of(&AircraftCode::parse("320").unwrap(), &Configuration::parse("F12Y138").unwrap());
        let alone = |people: &[(_, &str)]| {
            let people: Vec<_> =
                people.iter().map(|(kind, seat)| (*kind, SeatNumber::parse(seat).ok())).collect();
            children_alone(&a320, Cabin::Economy, &people)
        };
        assert_eq!(alone(&[(Adt, "14C"), (Chd, "14D"), (Chd, "14B"), (Inf, "")]), [0usize; 0]);
        assert_eq!(alone(&[(Adt, "14C"), (Chd, "14A"), (Chd, "15C")]), [1, 2]);
        assert_eq!(alone(&[(Adt, ""), (Chd, "14A")]), [0usize; 0], "the adult may follow");
        assert_eq!(alone(&[(Adt, "14C"), (Chd, "")]), [0usize; 0]);
    }
}
